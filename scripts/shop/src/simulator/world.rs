//! The simulated world: the shop in a local cloud, and those who ask it for things.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use anyhow::{Context, anyhow};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use kernel::{Clock, CustomerId, SignedDuration, Timestamp};
use lambda::UniqueIds;
use localcloud::{
    Cloud, LocalClock, Options, Surroundings,
    driver::Driver,
    issuer::{Issuer, Scope, SigningKey},
};
use serde_json::Value;

use super::{
    Bug,
    driver::{SeededIds, Simulated},
    faults::Kind,
};
use crate::{load::retry_after, local};

/// Every simulation begins on this Monday morning.
const START: i64 = 1_767_603_600;
const URL: &str = "http://127.0.0.1";
const AUDIENCE: &str = "emporium-local";

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The `ETag`, or nothing.
    pub etag: String,
    /// When to ask again, as `Retry-After` has it.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether nothing is known about what came of the request, so that it should be sent again.
    pub fn is_unknown(&self) -> bool {
        self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS
    }
}

/// The shop, and who decides about it.
pub struct World<D = Simulated> {
    /// The time.
    pub clock: Arc<LocalClock>,
    /// Who decides.
    pub driver: Arc<D>,
    cloud: Mutex<Arc<Cloud>>,
    options: Options,
    bug: Option<Arc<Bug>>,
}

impl World {
    /// A world for this seed, in which the shop has just been started. To be called in a paused tokio runtime, and in a thread
    /// whose randomness comes from the seed.
    ///
    /// # Errors
    /// The shop does not start.
    pub fn start(
        seed: u64,
        driver: Arc<Simulated>,
        clock: Arc<LocalClock>,
        bug: Option<Arc<Bug>>,
    ) -> anyhow::Result<Self> {
        let restarts = driver.odds(Kind::Restarted) > 0;
        Self::under(seed, driver, clock, bug, restarts)
    }

    /// The clock of a new world.
    pub fn clock() -> Arc<LocalClock> {
        LocalClock::starting_at(Timestamp::from_second(START).unwrap_or_default())
    }
}

impl<D: Driver + 'static> World<D> {
    /// [`World::start`] under any driver. Only a world that `restarts` can be restarted.
    ///
    /// # Errors
    /// The shop does not start.
    pub fn under(
        seed: u64,
        driver: Arc<D>,
        clock: Arc<LocalClock>,
        bug: Option<Arc<Bug>>,
        restarts: bool,
    ) -> anyhow::Result<Self> {
        let surroundings = Surroundings {
            clock: Some(Arc::clone(&clock)),
            ids: Arc::new(SeededIds::new(seed)),
            driver: driver.clone(),
            key: Some(key()?),
            sdk_region: Some(next_region()),
            leaves_remains: restarts,
            remains: None,
        };
        let mut options = Options { surroundings, ..Options::default() };
        if let Some(bug) = &bug {
            options.settings.extend(bug.settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        }
        let cloud = Mutex::new(start(&options, bug.as_deref())?);
        Ok(Self { clock, driver, cloud, options, bug })
    }

    /// The cloud as it is now: it is another one after a restart.
    pub fn cloud(&self) -> Arc<Cloud> {
        Arc::clone(&self.cloud.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Kills the cloud with all that is under way, and starts it again from what it has written down.
    ///
    /// # Errors
    /// It does not start again.
    pub async fn restart(&self) -> anyhow::Result<()> {
        let cloud = self.cloud();
        let remains = cloud.remains();
        cloud.stop();
        // Whatever runs is dropped when it is next polled, which is now.
        tokio::task::yield_now().await;
        let mut options = self.options.clone();
        options.surroundings.remains = Some(remains);
        let again = start(&options, self.bug.as_deref())?;
        *self.cloud.lock().unwrap_or_else(PoisonError::into_inner) = again;
        Ok(())
    }

    /// Sends a request to the API.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Bytes::new()
        } else {
            request = request.header("content-type", "application/json");
            Bytes::from(body.to_string())
        };
        let Ok(request) = request.body(body) else { return unanswerable() };
        let response = self.cloud().request(request).await;
        let etag = response.headers().get("etag").and_then(|etag| etag.to_str().ok()).unwrap_or_default().to_owned();
        let retry_after = retry_after(response.headers());
        Answer { status: response.status(), etag, retry_after, body: response.into_body() }
    }

    /// Lets time pass.
    pub async fn pass(&self, time: Duration) {
        self.clock.sleep(time).await;
    }

    /// How long it is since the beginning.
    pub fn elapsed(&self) -> SignedDuration {
        self.clock.now().duration_since(Timestamp::from_second(START).unwrap_or_default())
    }
}

fn start(options: &Options, bug: Option<&Bug>) -> anyhow::Result<Arc<Cloud>> {
    let code = local::code();
    let code = bug.map_or_else(local::code, |bug| (bug.code)(code));
    let cloud = Cloud::start(local::shop()?, code, options.clone(), URL).map_err(|why| anyhow!(why))?;
    Ok(Arc::new(cloud))
}

fn unanswerable() -> Answer {
    Answer { status: StatusCode::BAD_REQUEST, etag: String::new(), retry_after: None, body: Bytes::new() }
}

/// The key that all simulations of this process sign tokens with: making one takes a tenth of a second. Nothing in a history
/// depends on it.
fn key() -> anyhow::Result<Arc<SigningKey>> {
    static KEY: OnceLock<Option<Arc<SigningKey>>> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate().ok().map(Arc::new)).clone().context("there is no signing key")
}

/// The AWS SDK keeps one budget of retries per region for the whole process, and simulations must not share it.
fn next_region() -> String {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    format!("simulated-{}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

/// A token for one of the simulation's people. Made once per process: signing is the dearest thing there is, and all simulations
/// begin at the same time.
///
/// # Errors
/// It cannot be signed.
pub fn token(subject: &str, scope: Scope) -> anyhow::Result<String> {
    type Tokens = Mutex<std::collections::BTreeMap<String, String>>;
    static TOKENS: OnceLock<Tokens> = OnceLock::new();
    const LIFETIME: Duration = Duration::from_secs(30 * 86_400);
    let tokens = TOKENS.get_or_init(Tokens::default);
    let mut tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(token) = tokens.get(subject) {
        return Ok(token.clone());
    }
    let clock: Arc<dyn Clock> = Arc::new(kernel::ManualClock::at(Timestamp::from_second(START).unwrap_or_default()));
    let ids: Arc<dyn UniqueIds> = Arc::new(SeededIds::new(0));
    let issuer = Issuer::new(key()?, URL, AUDIENCE, clock, ids);
    let customer = CustomerId::parse(subject).map_err(|why| anyhow!("{why}"))?;
    let token = issuer.token(&customer, scope, LIFETIME).map_err(|why| anyhow!(why))?;
    tokens.insert(subject.to_owned(), token.clone());
    Ok(token)
}
