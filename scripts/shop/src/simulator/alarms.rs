//! The alarms that a simulated shop raises: error lines in its log, which is what the alarm in AWS counts.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{Subscriber, subscriber::DefaultGuard};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// The error lines of the shop's log.
#[derive(Debug, Clone, Default)]
pub struct Alarms(Arc<Mutex<Vec<u8>>>);

impl Alarms {
    /// Listens in this thread as long as the guard lives. Nothing of the simulated shop is logged anywhere else.
    pub fn listen() -> (Self, DefaultGuard) {
        let alarms = Self::default();
        (alarms.clone(), tracing::subscriber::set_default(alarms.subscriber()))
    }

    fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        // The SDK complains of connections that the in-process ones do not have.
        let filter = EnvFilter::new("error,aws_smithy_runtime=off");
        let format = tracing_subscriber::fmt().with_env_filter(filter).without_time().with_ansi(false);
        format.with_writer(self.clone()).finish()
    }

    /// Whether an operator was called for this order.
    pub fn called_for(&self, order_id: &str) -> bool {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).lines().any(|line| line.contains("needs an operator") && line.contains(order_id))
    }
}

impl<'a> MakeWriter<'a> for Alarms {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Alarms {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
