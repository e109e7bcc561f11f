//! What surrounds a function.

use std::{sync::Arc, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};
use kernel::{Clock, SystemClock};
use uuid::Uuid;

use crate::{Settings, StartError};

/// Everything outside a function. In AWS it comes from the process; the local cloud makes one per function, with the
/// function's own access key and an HTTP client that is answered in process.
#[derive(Clone)]
pub struct Runtime {
    /// The function's settings.
    pub settings: Settings,
    /// Region, credentials, HTTP client and time for the AWS SDK. Stripe is reached through the same HTTP client.
    pub sdk: SdkConfig,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn UniqueIds>,
}

/// Makes ids that nobody else makes.
pub trait UniqueIds: Send + Sync + 'static {
    /// A new one.
    fn unique(&self) -> Uuid;
}

/// Random UUIDs, version 4.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uuids;

impl UniqueIds for Uuids {
    fn unique(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// How long to wait before try number `attempt` (from 1): anything between nothing and `base` doubled with each attempt
/// ("full jitter"), at most two seconds.
///
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
pub fn jitter(ids: &dyn UniqueIds, base: Duration, attempt: u32) -> Duration {
    const LONGEST: Duration = Duration::from_secs(2);
    let longest = base.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1))).min(LONGEST);
    let random = ids.unique().as_u128() & u128::from(u32::MAX);
    let fraction = f64::from(u32::try_from(random).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
    longest.mul_f64(fraction)
}

/// The public roots that AWS's and Stripe's endpoints chain to. The system's bundle holds twenty times as many, and loading
/// it is nine tenths of a function's start-up instructions.
///
/// Sources: Amazon Trust Services repository; Stripe, "API certificate authorities".
const ROOTS: &[u8] = include_bytes!("../roots.pem");

impl Runtime {
    /// The runtime of a process that Lambda started.
    ///
    /// # Errors
    /// Lambda's own environment variables are missing.
    pub fn from_environment() -> Result<Self, StartError> {
        let settings = Settings::from_environment();
        let credentials = Credentials::new(
            settings.text("AWS_ACCESS_KEY_ID")?,
            settings.text("AWS_SECRET_ACCESS_KEY")?,
            settings.text("AWS_SESSION_TOKEN").ok().map(str::to_owned),
            None,
            "environment",
        );
        let tls = TlsContext::builder()
            .with_trust_store(TrustStore::empty().with_pem_certificate(ROOTS))
            .build()
            .map_err(|why| StartError::Outside(why.to_string()))?;
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls).build_https();
        let mut sdk = SdkConfig::builder()
            .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
            .region(Region::new(settings.text("AWS_REGION")?.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Ok(endpoint) = settings.text("AWS_ENDPOINT_URL") {
            sdk = sdk.endpoint_url(endpoint);
        }
        Ok(Self { settings, sdk: sdk.build(), clock: Arc::new(SystemClock), ids: Arc::new(Uuids) })
    }
}

/// A call to AWS is tried three times.
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3)
}

/// A call that AWS does not answer in a second or two will not be answered: try again rather than wait for the function's
/// own time limit.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(1_000))
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .build()
}
