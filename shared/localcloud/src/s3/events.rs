//! What a bucket tells a queue.

use form_urlencoded::byte_serialize;
use kernel::Timestamp;
use serde_json::json;

/// An object that was put.
pub(super) struct Created<'a> {
    pub region: &'a str,
    pub bucket: &'a str,
    pub key: &'a str,
    pub size: usize,
    pub etag: &'a str,
    pub at: Timestamp,
}

impl Created<'_> {
    /// The message's body.
    ///
    /// Source: S3 User Guide, "Event message structure" (2.1). The key is encoded as in a form, but for its slashes.
    pub fn message(&self) -> String {
        let key = byte_serialize(self.key.as_bytes()).collect::<String>().replace("%2F", "/");
        let bucket = json!({
            "name": self.bucket,
            "ownerIdentity": { "principalId": "LOCAL" },
            "arn": format!("arn:aws:s3:::{}", self.bucket),
        });
        let object = json!({
            "key": key,
            "size": self.size,
            "eTag": self.etag,
            "sequencer": format!("{:018X}", self.at.as_microsecond()),
        });
        let record = json!({
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": self.at.to_string(),
            "eventName": "ObjectCreated:Put",
            "userIdentity": { "principalId": "AWS:LOCAL" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": "local", "x-amz-id-2": "local" },
            "s3": { "s3SchemaVersion": "1.0", "configurationId": "uploads", "bucket": bucket, "object": object },
        });
        json!({ "Records": [record] }).to_string()
    }
}
