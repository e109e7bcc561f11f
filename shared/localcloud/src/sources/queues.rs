//! SQS event source mappings, with partial batch responses.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use tracing::error;

use crate::{aws::AwsError, cloud::Inner, sqs::Received};

/// For larger batches, AWS wants a window in which they fill, of a second at least, which is what Terraform sets.
///
/// Source: AWS Lambda, `CreateEventSourceMapping`, `BatchSize`.
const BATCH_WITHOUT_WINDOW: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);

/// How soon it is asked again whether one more invocation may have messages.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Hands the messages of `queue` to `target`, up to `batch` at a time and `concurrency` invocations at once.
pub(super) async fn poll(cloud: Arc<Inner>, target: String, queue: String, batch: u32, concurrency: u32) {
    let slots = Arc::new(Semaphore::new(concurrency as usize));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let received = match wait_for_turn(&cloud, &queue, batch, concurrency as usize, &slots).await {
            Ok(()) => cloud.queues.receive(&queue, batch as usize),
            Err(why) => Err(why),
        };
        let messages = match received {
            Ok(messages) if messages.is_empty() => continue,
            Ok(_) if cloud.driver.drops(&queue) => continue,
            Ok(messages) => messages,
            Err(why) => {
                error!(queue, %why, "the queue cannot be read");
                return;
            }
        };
        let (worker, target, queue) = (Arc::clone(&cloud), target.clone(), queue.clone());
        cloud.spawn(async move {
            hand_over(&worker, &target, &queue, messages).await;
            drop(slot);
        });
    }
}

/// Waits until there are messages, and one more invocation may have some, of larger batches as many as come in a window. The caller has taken its slot.
async fn wait_for_turn(
    cloud: &Inner,
    queue: &str,
    batch: u32,
    concurrency: usize,
    slots: &Semaphore,
) -> Result<(), AwsError> {
    loop {
        cloud.queues.available(queue).await?;
        let wanted = concurrency.saturating_sub(slots.available_permits());
        if wanted <= cloud.driver.pollers(queue, wanted) {
            break;
        }
        cloud.clock.sleep(LOOK_AGAIN).await;
    }
    if batch > BATCH_WITHOUT_WINDOW {
        cloud.queues.gather(queue, batch as usize, WINDOW).await?;
    }
    Ok(())
}

/// Invokes `target` with a batch. What it is done with is deleted; the rest comes again after the visibility timeout, and so
/// does everything when the invocation fails.
///
/// Source: AWS Lambda, "Handling errors for an SQS event source in Lambda".
async fn hand_over(cloud: &Arc<Inner>, target: &str, queue: &str, messages: Vec<Received>) {
    cloud.meter.note(|readings| readings.messages += messages.len() as u64);
    let arn = format!("arn:aws:sqs:{}:{}:{queue}", cloud.names.region, cloud.names.account);
    let records: Vec<Value> = messages.iter().map(|message| record(message, &arn, &cloud.names.region)).collect();
    let Ok(answer) = cloud.invoke(target, json!({ "Records": records })).await else { return };
    let failed = failures(&answer);
    // An answer that names a message which was not in the batch counts as a failure of the whole batch.
    let known: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    if failed.iter().any(|id| !known.contains(id.as_str())) {
        return;
    }
    for message in messages.iter().filter(|message| !failed.contains(&message.id)) {
        if let Err(why) = cloud.queues.delete(queue, &message.receipt) {
            error!(queue, %why, "a message that is done with cannot be deleted");
        }
    }
}

/// The identifiers in `batchItemFailures`.
pub(super) fn failures(answer: &Value) -> BTreeSet<String> {
    let failures = answer["batchItemFailures"].as_array().map(Vec::as_slice).unwrap_or_default();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap_or_default().to_owned()).collect()
}

fn record(message: &Received, arn: &str, region: &str) -> Value {
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": message.attributes,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    })
}
