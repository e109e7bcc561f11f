//! DynamoDB stream event source mappings.

use std::{sync::Arc, time::Duration};

use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::error;

use super::queues::failures;
use crate::{aws::AwsError, cloud::Inner, driver::StreamFate};

const CHECKPOINTS: &str = "stream-checkpoints";
pub(crate) const STREAM_FAILURES: &str = "stream-failures";

/// Lambda reads a shard at most four times a second.
///
/// Source: AWS Lambda, "Using Lambda to process DynamoDB Streams": "polls shards at a base rate of 4 times per second".
const READ_EVERY: Duration = Duration::from_millis(250);

/// A record that a function could not handle, kept whole, as the failure destination (a bucket, in AWS) keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailedRecord {
    /// The function.
    pub function: String,
    /// When it was given up.
    pub at: Timestamp,
    /// The record.
    pub record: Value,
}

/// Hands the changes of `table` to `target`, in order. A batch that fails is tried again from its first failed record, which
/// is given up after `attempts`.
pub(super) async fn follow(cloud: Arc<Inner>, target: String, table: String, batch: u32, attempts: u32) {
    let stored = cloud.store.load::<String>(CHECKPOINTS);
    let mut after = stored.into_iter().find(|(function, _)| *function == target).map(|(_, sequence)| sequence);
    let mut failed = 0;
    let writes = cloud.dynamodb.written(&table);
    loop {
        let written = writes.notified();
        tokio::pin!(written);
        // Registered before the stream is read, so that no write can be missed.
        written.as_mut().enable();
        let records = match read(&cloud, &table, after.as_deref(), batch) {
            Ok(records) => records,
            Err(why) => {
                error!(%table, %why, "the stream cannot be read");
                return;
            }
        };
        if records.is_empty() {
            written.await;
            continue;
        }
        let failure = hand_over(&cloud, &target, &records).await;
        let done = failure.unwrap_or(records.len());
        failed = if done > 0 { 0 } else { failed + 1 };
        let mut handled = done;
        if failed >= attempts {
            give_up(&cloud, &target, &records[0]);
            (handled, failed) = (1, 0);
        }
        let fate = if failure.is_none() { cloud.driver.stream(&target) } else { StreamFate::default() };
        // Lambda promises at least once: when the checkpoint is lost, the batch is read again.
        let handled = if fate.again { 0 } else { handled };
        if let Some(last) = handled.checked_sub(1).and_then(|last| records.get(last)) {
            let sequence = last["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned();
            cloud.store.put(CHECKPOINTS, &target, &sequence);
            after = Some(sequence);
        }
        let pause = if failure.is_some() { READ_EVERY * 2_u32.saturating_pow(failed.min(6)) } else { READ_EVERY };
        cloud.clock.sleep(pause.saturating_add(fate.wait)).await;
    }
}

/// Invokes `target`. The place of the first record that failed, if any did.
async fn hand_over(cloud: &Arc<Inner>, target: &str, records: &[Value]) -> Option<usize> {
    let Ok(answer) = cloud.invoke(target, json!({ "Records": records })).await else { return Some(0) };
    let failed = failures(&answer);
    if failed.is_empty() {
        return None;
    }
    let is_failed = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().is_some_and(|n| failed.contains(n));
    // A failure that names no record of the batch means that the whole batch failed.
    Some(records.iter().position(is_failed).unwrap_or(0))
}

fn give_up(cloud: &Inner, target: &str, record: &Value) {
    let sequence = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default();
    error!(function = target, sequence, "a stream record was given up");
    let failed = FailedRecord { function: target.to_owned(), at: cloud.clock.now(), record: record.clone() };
    cloud.keep_failed_record(failed);
}

impl Inner {
    /// Hands given-up records to their functions again; those that fail are kept again.
    pub(crate) async fn retry_failed_records(self: &Arc<Self>) -> usize {
        let failed = self.take_failed_records();
        for failed in &failed {
            let records = std::slice::from_ref(&failed.record);
            if hand_over(self, &failed.function, records).await.is_some() {
                give_up(self, &failed.function, &failed.record);
            }
        }
        failed.len()
    }
}

fn read(cloud: &Inner, table: &str, after: Option<&str>, limit: u32) -> Result<Vec<Value>, AwsError> {
    let mut wanted = json!({
        "StreamArn": dynoxide::streams::stream_arn(table, "local"),
        "ShardId": dynoxide::streams::shard_id(table),
        "ShardIteratorType": "TRIM_HORIZON",
    });
    if let Some(after) = after {
        wanted["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
        wanted["SequenceNumber"] = json!(after);
    }
    let iterator = cloud.dynamodb.raw("GetShardIterator", wanted)?;
    let page = json!({ "ShardIterator": iterator["ShardIterator"], "Limit": limit });
    let mut page = cloud.dynamodb.raw("GetRecords", page)?;
    match page["Records"].take() {
        Value::Array(mut records) => {
            // Images come in the order of a hash map, which differs between debug and release: the SDK makes some maps more in
            // debug. What happens must not depend on it, and a simulation's history not show it.
            records.iter_mut().for_each(Value::sort_all_objects);
            Ok(records)
        }
        _ => Ok(Vec::new()),
    }
}
