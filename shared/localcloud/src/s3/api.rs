//! Answers functions.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use topology::Kind;

use super::{Metadata, Object};
use crate::{
    aws::AwsError,
    cloud::Inner,
    connector::{Incoming, Outgoing},
};

/// Which object a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub bucket: String,
    pub key: String,
}

impl Location {
    /// Reads what comes behind the address of S3: `/<bucket>/<key>`, encoded, and perhaps a query.
    pub fn parse(path_and_query: &str) -> Option<Self> {
        let path = path_and_query.split('?').next()?.strip_prefix('/')?;
        let (bucket, key) = path.split_once('/')?;
        let key = percent_decode_str(key).decode_utf8().ok()?;
        (!bucket.is_empty() && !key.is_empty()).then(|| Self { bucket: bucket.to_owned(), key: key.into_owned() })
    }
}

/// The action that a method stands for, of those on objects.
pub(crate) fn action(method: &str) -> String {
    match method {
        "PUT" => "PutObject".to_owned(),
        "GET" => "GetObject".to_owned(),
        other => format!("{other} of an object"),
    }
}

impl Inner {
    /// Answers a function's request to S3.
    pub(crate) fn ask_s3(&self, caller: &str, request: &Outgoing) -> Incoming {
        let action = action(&request.method);
        self.meter.request(caller, &format!("s3:{action}"));
        self.on_object(caller, &action, request).unwrap_or_else(|error| xml_error(&error))
    }

    fn on_object(&self, caller: &str, action: &str, request: &Outgoing) -> Result<Incoming, AwsError> {
        let location = request.uri.strip_prefix(&self.s3_base).and_then(Location::parse);
        let Some(Location { bucket, key }) = location else {
            return Err(AwsError::not_modelled("S3", &format!("request to {}", request.uri)));
        };
        self.permissions.check(caller, Kind::Bucket, &bucket, action).map_err(as_s3_words_it)?;
        match action {
            "PutObject" => {
                let owned = |name| request.header(name).map(str::to_owned);
                let metadata = Metadata { content_type: owned("content-type"), cache_control: owned("cache-control") };
                let etag = self.buckets.put(&bucket, &key, Bytes::copy_from_slice(&request.body), metadata)?;
                Ok(Incoming { status: 200, headers: vec![("etag", format!("\"{etag}\""))], body: Vec::new() })
            }
            "GetObject" => {
                let may_list = self.permissions.check(caller, Kind::Bucket, &bucket, "ListBucket").is_ok();
                self.buckets.get(&bucket, &key)?.map(got).ok_or_else(|| missing(may_list))
            }
            other => Err(AwsError::not_modelled("S3", other)),
        }
    }
}

fn got(object: Object) -> Incoming {
    let mut headers = vec![
        ("content-type", object.content_type),
        ("content-length", object.bytes.len().to_string()),
        ("etag", format!("\"{}\"", object.etag)),
    ];
    headers.extend(object.cache_control.map(|value| ("cache-control", value)));
    Incoming { status: 200, headers, body: object.bytes.to_vec() }
}

/// Whoever may not list a bucket is not told what it does not have.
///
/// Source: S3 `GetObject`, "Permissions".
fn missing(may_list: bool) -> AwsError {
    if may_list {
        AwsError { status: 404, code: "NoSuchKey".to_owned(), message: "The specified key does not exist.".to_owned() }
    } else {
        denied("Access Denied")
    }
}

pub(super) fn denied(message: impl Into<String>) -> AwsError {
    AwsError { status: 403, code: "AccessDenied".to_owned(), message: message.into() }
}

pub(super) fn as_s3_words_it(error: AwsError) -> AwsError {
    denied(error.message)
}

/// An error as S3 answers it.
///
/// Source: S3 API Reference, "Error responses".
pub(crate) fn xml_error(error: &AwsError) -> Incoming {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message><RequestId>local</RequestId></Error>",
        escape(&error.code),
        escape(&error.message),
    );
    let headers = vec![("content-type", "application/xml".to_owned())];
    Incoming { status: error.status, headers, body: body.into_bytes() }
}
