//! Addresses that a function has signed, so that somebody else may do one thing once, or as often as they like until it
//! expires.
//!
//! Source: S3 API Reference, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use form_urlencoded::Serializer;
use http::{HeaderMap, Uri, header::HOST};
use kernel::{SignedDuration, Timestamp};

use super::api::denied;
use crate::{aws::AwsError, permissions::SECRET};

/// How far the clocks of signer and S3 may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// The longest that an address may be good for: seven days.
const LONGEST_SECONDS: u64 = 604_800;

/// What the query of a presigned address says about its signature.
#[derive(Debug, Default)]
struct Said {
    algorithm: String,
    credential: String,
    date: String,
    expires: String,
    signed_headers: String,
    signature: String,
    /// The other parameters, which are signed.
    rest: Vec<(String, String)>,
}

impl Said {
    fn read(uri: &Uri) -> Self {
        let mut said = Self::default();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "X-Amz-Algorithm" => said.algorithm = value,
                "X-Amz-Credential" => said.credential = value,
                "X-Amz-Date" => said.date = value,
                "X-Amz-Expires" => said.expires = value,
                "X-Amz-SignedHeaders" => said.signed_headers = value,
                "X-Amz-Signature" => said.signature = value,
                _ => said.rest.push((name.into_owned(), value)),
            }
        }
        said
    }
}

/// The access key that signed a request, if the signature is good and what is sent is what was signed.
///
/// # Errors
/// What S3 answers: the request is not signed, or not with this signature; it is too late for it, or too early.
pub(super) fn signer(method: &str, uri: &Uri, headers: &HeaderMap, now: Timestamp) -> Result<String, AwsError> {
    let said = Said::read(uri);
    if said.signature.is_empty() {
        return Err(denied("Access Denied"));
    }
    if said.algorithm != "AWS4-HMAC-SHA256" {
        return Err(malformed("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    let parts: Vec<&str> = said.credential.split('/').collect();
    let [access_key, _, region, "s3", "aws4_request"] = parts[..] else {
        return Err(malformed("Error parsing the X-Amz-Credential parameter"));
    };
    let signed_at = moment(&said.date).ok_or_else(|| malformed("X-Amz-Date must be in the ISO8601 Long Format"))?;
    let expires: u64 = said.expires.parse().map_err(|_| malformed("X-Amz-Expires should be a number"))?;
    if expires > LONGEST_SECONDS {
        return Err(malformed("X-Amz-Expires must be less than a week (in seconds)"));
    }
    let age = now.duration_since(signed_at);
    if age < -SKEW {
        return Err(denied("Request is not valid yet"));
    }
    if age > SignedDuration::try_from(Duration::from_secs(expires)).unwrap_or(SignedDuration::ZERO) {
        return Err(denied("Request has expired"));
    }
    let headers = signed_headers(&said, headers)?;
    let expected = signature(&said, method, uri, &headers, (access_key, region), (signed_at, expires));
    if expected.is_none_or(|expected| expected != said.signature) {
        return Err(AwsError {
            status: 403,
            code: "SignatureDoesNotMatch".to_owned(),
            message: "The request signature we calculated does not match the signature you provided.".to_owned(),
        });
    }
    Ok(access_key.to_owned())
}

/// The headers that were signed, as they were sent. A header of AWS's own that was not signed is not for S3.
fn signed_headers<'a>(said: &'a Said, sent: &'a HeaderMap) -> Result<Vec<(&'a str, &'a str)>, AwsError> {
    let signed: Vec<&str> = said.signed_headers.split(';').collect();
    if sent.keys().any(|name| name.as_str().starts_with("x-amz-") && !signed.contains(&name.as_str())) {
        return Err(denied("There were headers present in the request which were not signed"));
    }
    let value = |name: &&'a str| Some((*name, sent.get(*name)?.to_str().ok()?));
    // One that is missing makes another signature.
    Ok(signed.iter().filter_map(value).collect())
}

/// The signature that the function whose access key this is would have made.
fn signature(
    said: &Said,
    method: &str,
    uri: &Uri,
    headers: &[(&str, &str)],
    (access_key, region): (&str, &str),
    (signed_at, expires): (Timestamp, u64),
) -> Option<String> {
    let host = headers.iter().find(|(name, _)| *name == HOST.as_str())?.1;
    let query = Serializer::new(String::new()).extend_pairs(&said.rest).finish();
    let address = format!("http://{host}{}?{query}", uri.path());
    let request = SignableRequest::new(method, address, headers.iter().copied(), SignableBody::UnsignedPayload).ok()?;
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(expires));
    let identity = Credentials::new(access_key, SECRET, None, None, "localcloud").into();
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::try_from(signed_at.as_duration()).ok()?)?;
    let params = v4::SigningParams::builder().identity(&identity).region(region).name("s3").time(time);
    let params = params.settings(settings).build().ok()?;
    let (instructions, _) = sign(request, &params.into()).ok()?.into_parts();
    let found = instructions.params().iter().find(|(name, _)| *name == "X-Amz-Signature");
    found.map(|(_, signature)| signature.clone().into_owned())
}

/// `20261128T110751Z`.
fn moment(text: &str) -> Option<Timestamp> {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let (date, time) = (digits(0..8)?, digits(9..15)?);
    if text.len() != 16 || &text[8..9] != "T" || !text.ends_with('Z') {
        return None;
    }
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    format!("{year}-{month}-{day}T{}:{}:{}Z", &time[..2], &time[2..4], &time[4..]).parse().ok()
}

fn malformed(message: &str) -> AwsError {
    AwsError::client("AuthorizationQueryParametersError", message)
}
