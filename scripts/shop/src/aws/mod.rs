//! Calls AWS for the commands that look after a stage.
//!
//! The SDK's own crates for these six services would add some four minutes of processor time to every build of this
//! crate, for a dozen operations. So the SDK finds credentials and carries and signs requests, and the JSON is ours.

#[cfg(test)]
pub(crate) mod testing;

use std::{convert::Infallible, fmt, time::Duration};

use anyhow::Context;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::{
    http::SharedHttpClient,
    orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{body::SdkBody, timeout::TimeoutConfig};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How often a call is made before its failure is the answer.
const ATTEMPTS: u32 = 6;

/// The wait after the first attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);

/// A service that speaks JSON 1.1: what its endpoint and signature are called, and what comes before an action's name.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    name: &'static str,
    target: &'static str,
}

/// CodeDeploy.
pub const CODEDEPLOY: Service = Service { name: "codedeploy", target: "CodeDeploy_20141006" };
/// The Key Management Service.
pub const KMS: Service = Service { name: "kms", target: "TrentService" };
/// CloudWatch Logs.
pub const LOGS: Service = Service { name: "logs", target: "Logs_20140328" };
/// Secrets Manager.
pub const SECRETS: Service = Service { name: "secretsmanager", target: "secretsmanager" };
/// The Resource Groups Tagging API.
pub const TAGGING: Service = Service { name: "tagging", target: "ResourceGroupsTaggingAPI_20170126" };

/// An error that AWS answered.
#[derive(Debug, thiserror::Error)]
#[error("{call} was answered {code} ({status}): {message}")]
pub struct Refused {
    /// What was called, as in `lambda GET /2015-03-31/functions/x`.
    pub call: String,
    /// The HTTP status.
    pub status: u16,
    /// The error's name, as in `AccessDeniedException`.
    pub code: String,
    /// What AWS says about it.
    pub message: String,
}

impl Refused {
    fn new(call: &str, answer: &Answer) -> Self {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |names: [&str; 2]| names.iter().find_map(|name| body[*name].as_str()).map(str::to_owned);
        // `ResourceNotFoundException:http://...` in the header, `com.amazonaws...#ResourceNotFoundException` in the body.
        let code = answer.error_type.clone().or_else(|| text(["__type", "code"])).unwrap_or_default();
        let code = code.rsplit('#').next().and_then(|code| code.split(':').next()).unwrap_or_default().to_owned();
        let message =
            text(["message", "Message"]).unwrap_or_else(|| String::from_utf8_lossy(&answer.body).into_owned());
        Self { call: call.to_owned(), status: answer.status, code, message }
    }

    fn is_passing(&self) -> bool {
        self.status >= 500
            || self.status == 429
            || self.code.contains("Throttl")
            || self.code == "LimitExceededException"
    }
}

/// Whether AWS says that there is no such thing.
pub fn is_missing(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref::<Refused>();
    refused.is_some_and(|refused| refused.status == 404 || refused.code.contains("NotFound"))
}

/// A signed request, for the SDK to carry.
#[derive(Debug)]
struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What comes back.
#[derive(Debug)]
struct Answer {
    status: u16,
    error_type: Option<String>,
    body: Vec<u8>,
}

/// One region of AWS, or an endpoint that stands in for it (`AWS_ENDPOINT_URL`).
#[derive(Clone)]
pub struct Aws {
    region: String,
    endpoint: Option<String>,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, endpoint, .. } = self;
        formatter.debug_struct("Aws").field("region", region).field("endpoint", endpoint).finish_non_exhaustive()
    }
}

impl Aws {
    /// With the credentials that every AWS tool finds: environment, profile, SSO, container or instance. In `region`, or
    /// the one that the environment or the profile says.
    ///
    /// # Errors
    /// There is no region, or nowhere to take credentials from.
    pub async fn connect(region: Option<&str>) -> anyhow::Result<Self> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        Self::new(&loader.load().await)
    }

    /// With an SDK's configuration.
    ///
    /// # Errors
    /// It has no region, or no credentials.
    pub fn new(config: &SdkConfig) -> anyhow::Result<Self> {
        let region = config.region().context("there is no region: set AWS_REGION")?.to_string();
        let credentials = config.credentials_provider().context("there are no AWS credentials: set AWS_PROFILE")?;
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        Ok(Self { region, endpoint: config.endpoint_url().map(str::to_owned), credentials, http })
    }

    /// The same, in another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Calls an action of a service that speaks JSON 1.1.
    ///
    /// # Errors
    /// [`Refused`], or AWS cannot be reached, or answers something else than was expected.
    pub async fn call<T: DeserializeOwned>(&self, service: Service, action: &str, input: &Value) -> anyhow::Result<T> {
        let headers = [
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("{}.{action}", service.target)),
        ];
        let name = format!("{} {action}", service.name);
        self.answer(&name, service.name, "POST", "/", &headers, input.to_string().into_bytes()).await
    }

    /// Calls Lambda, whose API is a REST one. `input` is nothing for a GET.
    ///
    /// # Errors
    /// As [`Aws::call`].
    pub async fn lambda<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
        input: Option<&Value>,
    ) -> anyhow::Result<T> {
        let headers = [("content-type", "application/json".to_owned())];
        let body = input.map(|input| input.to_string().into_bytes()).unwrap_or_default();
        self.answer(&format!("lambda {method} {path}"), "lambda", method, path, &headers, body).await
    }

    /// Sends a request until the answer is not "later".
    async fn answer<T: DeserializeOwned>(
        &self,
        name: &str,
        service: &str,
        method: &'static str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> anyhow::Result<T> {
        let mut attempt = 1;
        loop {
            let sent = self.send(service, method, path, headers, body.clone()).await;
            let passing = match sent {
                Ok(answer) if answer.status < 300 => {
                    let body: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
                    return serde_json::from_slice(body).with_context(|| format!("{name} was answered something else"));
                }
                Ok(answer) => {
                    let refused = Refused::new(name, &answer);
                    if !refused.is_passing() {
                        return Err(refused.into());
                    }
                    refused.into()
                }
                Err(error) => error.context(format!("{name} cannot be called")),
            };
            if attempt == ATTEMPTS {
                return Err(passing);
            }
            tracing::debug!("attempt {attempt}: {passing:#}");
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    async fn send(
        &self,
        service: &str,
        method: &'static str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> anyhow::Result<Answer> {
        let base = self.endpoint.clone().unwrap_or_else(|| endpoint(service, &self.region));
        let base = base.trim_end_matches('/');
        let credentials = self.credentials.provide_credentials().await.context(
            "there are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or sign in with aws sso login",
        )?;
        let identity = credentials.into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(std::time::SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signed = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let request = SignableRequest::new(method, format!("{base}{path}"), signed, SignableBody::Bytes(&body))?;
        let (signature, _) = sign(request, &parameters)?.into_parts();
        let mut headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        headers.extend(signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let call = Call { method, path: path.to_owned(), headers, body };
        Ok(self.operation(base).invoke(call).await?)
    }

    fn operation(&self, base: &str) -> Operation<Call, Answer, Infallible> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(30));
        Operation::builder()
            .service_name("aws")
            .operation_name("call")
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http.clone())
            .endpoint_url(base)
            .no_auth()
            .no_retry()
            .timeout_config(timeouts.build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .serializer(|call: Call| {
                let mut request = http::Request::builder().method(call.method).uri(call.path);
                for (name, value) in call.headers {
                    request = request.header(name, value);
                }
                let request: HttpRequest = request.body(SdkBody::from(call.body))?.try_into()?;
                Ok(request)
            })
            .deserializer(read)
            .build()
    }
}

fn read(response: &HttpResponse) -> Result<Answer, OrchestratorError<Infallible>> {
    let body = response.body().bytes().ok_or_else(|| OrchestratorError::other("the answer's body was not read"))?;
    let error_type = response.headers().get("x-amzn-errortype").map(str::to_owned);
    Ok(Answer { status: response.status().as_u16(), error_type, body: body.to_vec() })
}

/// A service's public endpoint.
fn endpoint(service: &str, region: &str) -> String {
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://{service}.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{testing::Fake, *};

    #[tokio::test]
    async fn a_call_is_signed_for_its_service_and_region() {
        let fake = Fake::start([(200, json!({ "KeyMetadata": {} }))]).await;
        fake.aws.call::<Value>(KMS, "DescribeKey", &json!({ "KeyId": "k" })).await.unwrap();
        let [request] = &fake.requests()[..] else { panic!("one request") };
        assert_eq!((request.line.as_str(), request.target.as_str()), ("POST /", "TrentService.DescribeKey"));
        assert!(request.authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{request:?}");
        assert!(request.authorization.contains("/eu-central-1/kms/aws4_request"), "{request:?}");
        assert!(request.authorization.contains("x-amz-target"), "{request:?}");
    }

    #[tokio::test]
    async fn throttling_and_failures_pass() {
        let throttled = json!({ "__type": "com.amazonaws#ThrottlingException", "message": "Rate exceeded" });
        let fake = Fake::start([(400, throttled), (503, json!({})), (200, json!({ "ok": true }))]).await;
        assert_eq!(fake.aws.call::<Value>(LOGS, "FilterLogEvents", &json!({})).await.unwrap()["ok"], true);
        assert_eq!(fake.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_refusal_says_what_was_refused_and_is_not_repeated() {
        let refusal = json!({ "__type": "AccessDeniedException", "Message": "not you" });
        let fake = Fake::start([(403, refusal)]).await;
        let error = fake.aws.lambda::<Value>("GET", "/2015-03-31/functions/f", None).await.unwrap_err();
        let expected = "lambda GET /2015-03-31/functions/f was answered AccessDeniedException (403): not you";
        assert_eq!(error.to_string(), expected);
        assert!(!is_missing(&error));
        assert_eq!(fake.requests().len(), 1);
    }

    #[test]
    fn endpoints_are_those_of_the_partition() {
        assert_eq!(endpoint("logs", "eu-central-1"), "https://logs.eu-central-1.amazonaws.com");
        assert_eq!(endpoint("kms", "cn-north-1"), "https://kms.cn-north-1.amazonaws.com.cn");
    }
}
