//! Makes what `service.yaml` describes, apart from functions.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use lambda::UniqueIds;
use topology::{Names, Shop};

use crate::{
    aws::AwsError,
    clock::LocalClock,
    cloud::CloudError,
    dynamodb::DynamoDb,
    s3::{BucketConfig, Buckets},
    sns::Topics,
    sqs::{QueueConfig, Queues, RETENTION, RETENTION_DEAD, Redrive},
    step_functions::StateMachine,
    store::Store,
};

pub(crate) fn make_resources(
    shop: &Shop,
    names: &Names,
    dynamodb: &DynamoDb,
    clock: &Arc<LocalClock>,
    store: &Arc<Store>,
    ids: &Arc<dyn UniqueIds>,
) -> Result<(Arc<Queues>, Topics), CloudError> {
    let queues = Arc::new(Queues::new(Arc::clone(clock), Arc::clone(store), Arc::clone(ids)));
    let topics = Topics::new(Arc::clone(&queues), Arc::clone(ids));
    for service in &shop.services {
        for (name, table) in &service.tables {
            let resource = names.resource(&service.context, name);
            let made = dynamodb.create_table(&resource, table);
            made.map_err(|why| CloudError::Resource { resource, why: why.to_string() })?;
        }
        for name in service.topics.keys() {
            topics.create_topic(&names.topic_arn(&service.context, name));
        }
        for (name, queue) in &service.queues {
            let made = make_queue(&queues, names, &service.context, name, queue);
            made.map_err(|why| CloudError::Resource {
                resource: names.resource(&service.context, name),
                why: why.to_string(),
            })?;
        }
    }
    for service in &shop.services {
        for (name, queue) in &service.queues {
            if let Some(subscription) = &queue.subscribe {
                let resource = names.resource(&service.context, name);
                let made = subscribe(&topics, names, &resource, subscription);
                made.map_err(|why| CloudError::Resource { resource, why })?;
            }
        }
    }
    Ok((queues, topics))
}

pub(crate) fn make_buckets(shop: &Shop, names: &Names, buckets: Buckets) -> Buckets {
    for service in &shop.services {
        for (name, bucket) in &service.buckets {
            let told = service
                .queues
                .iter()
                .find(|(_, queue)| queue.notified_by.as_ref().is_some_and(|notification| notification.bucket == *name));
            buckets.create(BucketConfig {
                name: names.bucket(&service.context, name),
                tells: told.map(|(queue, _)| names.resource(&service.context, queue)),
                served_at: bucket.served_at.clone(),
            });
        }
    }
    buckets
}

fn make_queue(
    queues: &Queues,
    names: &Names,
    context: &str,
    name: &str,
    queue: &topology::Queue,
) -> Result<(), AwsError> {
    let dead = Names::dead_letter(name);
    let config = |name: &str, visibility_seconds: u32| QueueConfig {
        name: names.resource(context, name),
        arn: names.queue_arn(context, name),
        url: names.queue_url(context, name),
        visibility: Duration::from_secs(u64::from(visibility_seconds)),
        redrive: None,
        default_delay: Duration::ZERO,
        retention: RETENTION,
    };
    queues.create(QueueConfig { retention: RETENTION_DEAD, ..config(&dead, 30) })?;
    let redrive = Redrive { dead_letter_arn: names.queue_arn(context, &dead), max_receives: queue.max_receives };
    let redrive = Some(redrive);
    queues.create(QueueConfig { redrive, ..config(name, queue.visibility_seconds) })
}

fn subscribe(topics: &Topics, names: &Names, queue: &str, subscription: &topology::Subscription) -> Result<(), String> {
    let (context, topic) = subscription.topic.split_once('/').unwrap_or_default();
    let filter = serde_json::json!({ "type": subscription.types });
    let wanted = crate::sns::Subscription::raw(queue, Some(filter));
    topics.subscribe(&names.topic_arn(context, topic), wanted).map_err(|why| why.to_string())
}

pub(crate) fn load_sagas(
    shop: &Shop,
    names: &Names,
    definitions: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Arc<StateMachine>>, CloudError> {
    let mut machines = BTreeMap::new();
    for service in &shop.services {
        for name in service.sagas.keys() {
            let saga = format!("{}/{name}", service.context);
            let failed = |faults: String| CloudError::Saga { saga: saga.clone(), faults };
            let definition = definitions.get(&saga).ok_or_else(|| failed("it has no definition".to_owned()))?;
            let machine = StateMachine::load(definition, &[("functions", &names.function_prefix())]);
            let machine = machine
                .map_err(|faults| failed(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
            machines.insert(names.saga_arn(&service.context, name), Arc::new(machine));
        }
    }
    Ok(machines)
}
