//! What AWS still has of a stage, by tags.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws::{Aws, KMS, SECRETS, Service, TAGGING, is_missing};

/// Where CloudFront's and other global resources are.
const GLOBAL: &str = "us-east-1";

/// A resource that has the stage's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its ARN.
    pub arn: String,
    /// When AWS will delete it, for what is deleted with a delay.
    pub ends: Option<String>,
}

/// Everything with the tags `project=emporium` and `stage`, in the stage's region and where global resources are.
///
/// # Errors
/// AWS refuses.
pub async fn leftovers(aws: &Aws, stage: &str) -> anyhow::Result<Vec<Leftover>> {
    let mut regions = vec![aws.clone()];
    if aws.region() != GLOBAL {
        regions.push(aws.in_region(GLOBAL));
    }
    let mut found: Vec<Leftover> = Vec::new();
    for aws in regions {
        for arn in tagged(&aws, stage).await? {
            if found.iter().any(|known| known.arn == arn) {
                continue;
            }
            match state(&aws, &arn).await? {
                State::Gone => {}
                State::There => found.push(Leftover { arn, ends: None }),
                State::Ending(date) => found.push(Leftover { arn, ends: Some(date) }),
            }
        }
    }
    Ok(found)
}

async fn tagged(aws: &Aws, stage: &str) -> anyhow::Result<Vec<String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Page {
        pagination_token: Option<String>,
        resource_tag_mapping_list: Vec<Tagged>,
    }
    #[derive(Deserialize)]
    struct Tagged {
        #[serde(rename = "ResourceARN")]
        arn: String,
    }
    let mut arns = Vec::new();
    let mut token = String::new();
    loop {
        let input = json!({
            "PaginationToken": token,
            "TagFilters": [{ "Key": "project", "Values": ["emporium"] }, { "Key": "stage", "Values": [stage] }],
        });
        let page: Page = aws.call(TAGGING, "GetResources", &input).await?;
        arns.extend(page.resource_tag_mapping_list.into_iter().map(|tagged| tagged.arn));
        token = page.pagination_token.unwrap_or_default();
        if token.is_empty() {
            return Ok(arns);
        }
    }
}

enum State {
    Gone,
    There,
    Ending(String),
}

/// Keys and secrets are deleted with a delay, and keep their tags until then.
async fn state(aws: &Aws, arn: &str) -> anyhow::Result<State> {
    let (service, action, input, path): (Service, _, _, _) = match arn.split(':').nth(2) {
        Some("kms") => (KMS, "DescribeKey", json!({ "KeyId": arn }), "/KeyMetadata/DeletionDate"),
        Some("secretsmanager") => (SECRETS, "DescribeSecret", json!({ "SecretId": arn }), "/DeletedDate"),
        _ => return Ok(State::There),
    };
    let described: Value = match aws.call(service, action, &input).await {
        Ok(described) => described,
        Err(error) if is_missing(&error) => return Ok(State::Gone),
        Err(error) => return Err(error),
    };
    // Seconds since 1970, with a fraction.
    let date = described.pointer(path).and_then(Value::as_f64);
    Ok(date.and_then(day).map_or(State::There, State::Ending))
}

#[allow(clippy::cast_possible_truncation, reason = "a fraction of a second does not change the day")]
fn day(seconds: f64) -> Option<String> {
    kernel::Timestamp::from_second(seconds as i64).ok().map(|time| time.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::testing::Fake;

    fn page(arns: &[&str], token: &str) -> (u16, Value) {
        let list: Vec<_> = arns.iter().map(|arn| json!({ "ResourceARN": arn, "Tags": [] })).collect();
        (200, json!({ "PaginationToken": token, "ResourceTagMappingList": list }))
    }

    #[tokio::test]
    async fn keys_that_wait_for_their_deletion_are_told_from_what_is_left() {
        let key = "arn:aws:kms:eu-central-1:1:key/k";
        let (queue, secret) = ("arn:aws:sqs:eu-central-1:1:q", "arn:aws:secretsmanager:eu-central-1:1:secret:s");
        let missing = json!({ "__type": "ResourceNotFoundException", "message": "gone" });
        let fake = Fake::start([
            page(&[key], "more"),
            page(&[queue, secret], ""),
            (200, json!({ "KeyMetadata": { "KeyState": "PendingDeletion", "DeletionDate": 1_790_000_000.5 } })),
            (400, missing),
            page(&[queue], ""),
        ])
        .await;
        let found = leftovers(&fake.aws, "dev").await.unwrap();
        let expected = [
            Leftover { arn: key.to_owned(), ends: Some("2026-09-21".to_owned()) },
            Leftover { arn: queue.to_owned(), ends: None },
        ];
        assert_eq!(found, expected);
        let requests = fake.requests();
        assert_eq!(requests[1].body["PaginationToken"], "more");
        assert_eq!(requests[0].body["TagFilters"][1], json!({ "Key": "stage", "Values": ["dev"] }));
        assert!(requests[4].authorization.contains("/us-east-1/tagging/"), "{:?}", requests[4]);
    }

    #[tokio::test]
    async fn a_key_that_is_not_deleted_is_left() {
        let key = "arn:aws:kms:eu-central-1:1:key/k";
        let fake =
            Fake::start([page(&[key], ""), (200, json!({ "KeyMetadata": { "KeyState": "Enabled" } })), page(&[], "")])
                .await;
        let found = leftovers(&fake.aws, "dev").await.unwrap();
        assert_eq!(found, [Leftover { arn: key.to_owned(), ends: None }]);
    }
}
