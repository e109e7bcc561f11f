//! What a bucket tells a queue.

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::FunctionError;

/// An object that was put into a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
}

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event_name: String,
    s3: About,
}

#[derive(Deserialize)]
struct About {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// The objects that a message of S3 tells of. There are none in the test that S3 sends when it is first told whom to notify.
///
/// Source: S3 User Guide, "Event message structure": keys are encoded as in a form.
///
/// # Errors
/// It is not a message of S3.
pub fn stored_objects(message: &str) -> Result<Vec<StoredObject>, FunctionError> {
    let notification: Notification = serde_json::from_str(message).map_err(FunctionError::broken)?;
    let Some(records) = notification.records else {
        return match notification.event.as_deref() {
            Some("s3:TestEvent") => Ok(Vec::new()),
            _ => Err(FunctionError::broken("neither records nor a test of S3")),
        };
    };
    let created = records.into_iter().filter(|record| record.event_name.starts_with("ObjectCreated:"));
    created
        .map(|record| {
            let key = record.s3.object.key.replace('+', " ");
            let key = percent_decode_str(&key).decode_utf8().map_err(FunctionError::broken)?.into_owned();
            Ok(StoredObject { bucket: record.s3.bucket.name, key })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(event: &str, key: &str) -> Value {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1", "eventName": event,
            "eventTime": "2026-01-01T00:00:00.000Z",
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "uploads",
                "bucket": { "name": "uploads", "ownerIdentity": { "principalId": "A" }, "arn": "arn:aws:s3:::uploads" },
                "object": { "key": key, "size": 5, "eTag": "e", "sequencer": "00" },
            },
        })
    }

    fn keys(message: &Value) -> Vec<String> {
        stored_objects(&message.to_string()).unwrap().into_iter().map(|object| object.key).collect()
    }

    #[test]
    fn keys_are_decoded_and_other_events_are_nobodys() {
        let records = [
            record("ObjectCreated:Put", "MUG+01/%C3%BC%2B.png"),
            record("ObjectRemoved:Delete", "gone"),
            record("ObjectCreated:CompleteMultipartUpload", "large"),
        ];
        assert_eq!(keys(&json!({ "Records": records })), ["MUG 01/ü+.png", "large"]);
    }

    #[test]
    fn the_test_of_a_new_notification_tells_of_nothing() {
        let test = json!({
            "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-01-01T00:00:00.000Z", "Bucket": "uploads",
            "RequestId": "1", "HostId": "2",
        });
        assert_eq!(keys(&test), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_message_of_s3_is_broken() {
        let bad_key = json!({ "Records": [record("ObjectCreated:Put", "%FF")] }).to_string();
        for message in ["", "{", "[]", "{}", "{\"Event\":\"other\"}", "{\"Records\":[{}]}", "{\"Records\":7}", &bad_key]
        {
            assert_eq!(stored_objects(message).unwrap_err().name, FunctionError::BROKEN, "{message}");
        }
    }
}
