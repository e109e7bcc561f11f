//! The local cloud's time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep},
    time::TimeSource,
};
use kernel::{Clock, SignedDuration, Timestamp};
use tokio::{sync::Notify, time::Instant};

/// The time, which everything in the local cloud goes by: handlers, the AWS SDK, visibility timeouts, schedules.
///
/// It runs with tokio's clock, so that a paused tokio runtime makes it virtual, and can be moved forward, which wakes
/// whoever sleeps until then: an hour can pass in a moment.
#[derive(Debug)]
pub struct LocalClock {
    start: Timestamp,
    since: Instant,
    ahead_millis: AtomicI64,
    moved: Notify,
}

impl LocalClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Arc<Self> {
        let ahead_millis = AtomicI64::new(0);
        Arc::new(Self { start, since: Instant::now(), ahead_millis, moved: Notify::new() })
    }

    /// A clock that shows the machine's time.
    pub fn real() -> Arc<Self> {
        Self::starting_at(kernel::SystemClock.now())
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.ahead_millis.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// Waits until the clock shows `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // Registered before the clock is read, so that no move can be missed.
            moved.as_mut().enable();
            let Ok(left) = Duration::try_from(moment.duration_since(self.now())) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                // In this order, not at random: a simulation must be repeatable.
                biased;
                () = tokio::time::sleep(left) => {}
                () = &mut moved => {}
            }
        }
    }

    /// Waits for so long.
    pub async fn sleep(&self, duration: Duration) {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let until = self.now().checked_add(duration).unwrap_or(Timestamp::MAX);
        self.sleep_until(until).await;
    }
}

impl Clock for LocalClock {
    fn now(&self) -> Timestamp {
        let run = SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::MAX);
        let ahead = SignedDuration::from_millis(self.ahead_millis.load(Ordering::SeqCst));
        self.start.checked_add(run.saturating_add(ahead)).unwrap_or(Timestamp::MAX)
    }
}

/// The clock of a machine that is not quite right.
pub(crate) struct SkewedClock {
    clock: Arc<LocalClock>,
    ahead: SignedDuration,
}

impl SkewedClock {
    /// A clock that is so far ahead of `clock`.
    pub fn of(clock: &Arc<LocalClock>, ahead: SignedDuration) -> Arc<dyn Clock> {
        let clock = Arc::clone(clock);
        if ahead.is_zero() { clock } else { Arc::new(Self { clock, ahead }) }
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        now.checked_add(self.ahead).unwrap_or(now)
    }
}

/// The AWS SDK's view of the clock: signatures and retries go by it too.
#[derive(Debug, Clone)]
pub(crate) struct SdkTime(pub Arc<LocalClock>);

impl TimeSource for SdkTime {
    fn now(&self) -> SystemTime {
        let since_epoch = Duration::try_from(self.0.now().as_duration()).unwrap_or_default();
        SystemTime::UNIX_EPOCH.checked_add(since_epoch).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl AsyncSleep for SdkTime {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = Arc::clone(&self.0);
        Sleep::new(async move { clock.sleep(duration).await })
    }
}

/// Dynoxide's view of the clock.
pub(crate) struct TableTime(pub Arc<LocalClock>);

impl dynoxide::storage_backend::Clock for TableTime {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
