//! What each `service.yaml` describes, as facts.

use serde_json::json;
use topology::{Function, Key, Kind, Names, Reference, Service, Shop, Trigger};

use super::{Imagined, facts::Facts};

/// The facts of all contexts.
pub fn facts(shop: &Shop, imagined: &Imagined) -> Facts {
    let mut facts = Facts::default();
    for service in &shop.services {
        for (name, function) in &service.functions {
            functions(&mut facts, service, name, function, imagined);
        }
        stores(&mut facts, service, &imagined.names);
        for name in service.sagas.keys() {
            sagas(&mut facts, shop, &format!("{}/{name}", service.context), &imagined.names);
        }
    }
    facts
}

fn functions(facts: &mut Facts, service: &Service, name: &str, function: &Function, imagined: &Imagined) {
    let (names, context) = (&imagined.names, &service.context);
    let thing = format!("function {context}-{name}");
    facts.say(&thing, "handler", name);
    facts.say(&thing, "memory_mb", function.memory_mb);
    facts.say(&thing, "timeout_seconds", function.timeout_seconds);
    for (setting, value) in &function.settings {
        let value =
            names.setting(context, value, &imagined.given).unwrap_or_else(|| format!("{value}, which is unknown"));
        facts.say(&thing, &format!("setting {setting}"), value);
    }
    let own_log = format!("/aws/lambda/{}", names.resource(context, name));
    let own_log = format!("arn:aws:logs:{}:{}:log-group:{own_log}:*", names.region, names.account);
    let mut may = |prefix: &str, actions: &[&str], resource: &str, condition: &str| {
        for action in actions {
            facts.say(&thing, &format!("may {prefix}:{action} on {resource}"), condition);
        }
    };
    may("logs", &["CreateLogStream", "PutLogEvents"], &own_log, "always");
    for (reference, actions) in &function.grants {
        let (resource, condition) = granted(reference, context, imagined);
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        let prefix = reference.kind.iam_prefix().unwrap_or_default();
        may(prefix, &actions, &resource, &condition);
        let table = service.tables.get(&reference.name).filter(|_| reference.kind == Kind::Table);
        if table.is_some_and(|table| !table.indexes.is_empty()) {
            let reads: Vec<&str> = actions.into_iter().filter(|action| ["Query", "Scan"].contains(action)).collect();
            may(prefix, &reads, &format!("{resource}/index/*"), "always");
        }
    }
    match &function.trigger {
        Trigger::Queue { queue, .. } => {
            let actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
            may("sqs", &actions, &names.queue_arn(context, queue), "always");
        }
        Trigger::Stream { table, .. } => {
            let actions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
            may("dynamodb", &actions, &format!("{}/stream/*", names.table_arn(context, table)), "always");
            may("s3", &["PutObject"], "arn:aws:s3:::failed-records/*", "always");
            may("s3", &["ListBucket"], "arn:aws:s3:::failed-records", "always");
        }
        Trigger::Http { .. } | Trigger::Saga { .. } | Trigger::Schedule { .. } | Trigger::UserPool => {}
    }
    trigger(facts, &thing, &function.trigger, context, names);
}

/// The ARN that a grant is on, and the condition that it comes with.
fn granted(reference: &Reference, context: &str, imagined: &Imagined) -> (String, String) {
    let (names, name) = (&imagined.names, &reference.name);
    let resource = match reference.kind {
        Kind::Table => names.table_arn(context, name),
        Kind::Topic => names.topic_arn(context, name),
        Kind::Queue => names.queue_arn(context, name),
        Kind::DeadLetters => names.queue_arn(context, &Names::dead_letter(name)),
        Kind::Bucket => format!("{}/*", names.bucket_arn(context, name)),
        Kind::Shop => names.of_all_arn(name),
        Kind::Saga => names.saga_arn(context, name),
        Kind::Secret => names.secret_arn(context, name),
        Kind::Email => {
            let sender = &imagined.given.sender;
            let identity = format!("arn:aws:ses:{}:{}:identity/{sender}", names.region, names.account);
            return (identity, json!({ "StringEquals": { "ses:FromAddress": sender } }).to_string());
        }
        // `Shop::new` lets nobody grant anything on it.
        Kind::Stage => reference.to_string(),
    };
    (resource, "always".to_owned())
}

fn trigger(facts: &mut Facts, thing: &str, trigger: &Trigger, context: &str, names: &Names) {
    match trigger {
        Trigger::Http { route, scope } => {
            let scope = scope.as_ref().map_or("anybody".to_owned(), |scope| format!("scope {scope}"));
            facts.say(thing, &format!("route {route}"), scope);
        }
        Trigger::Queue { queue, batch, concurrency } => {
            facts.say(thing, "queue", names.queue_arn(context, queue));
            facts.say(thing, "batch", batch);
            facts.say(thing, "concurrency", concurrency);
        }
        Trigger::Stream { batch, attempts, .. } => {
            facts.say(thing, "reads a stream", true);
            facts.say(thing, "batch", batch);
            facts.say(thing, "attempts", attempts);
        }
        Trigger::Schedule { expression, .. } => facts.say(thing, "schedule", expression),
        // It is a fact of the saga.
        Trigger::Saga { .. } => {}
        Trigger::UserPool => facts.say(thing, "user pool", "pre token generation"),
    }
}

/// Tables, topics, queues and secrets.
fn stores(facts: &mut Facts, service: &Service, names: &Names) {
    let context = &service.context;
    for (name, table) in &service.tables {
        let thing = format!("table {context}-{name}");
        facts.say(&thing, "key", key(&table.key));
        for (index, described) in &table.indexes {
            facts.say(&thing, &format!("index {index}"), key(&described.key));
        }
        facts.say(&thing, "stream", if table.stream.is_some() { "NEW_AND_OLD_IMAGES" } else { "none" });
        facts.say(&thing, "ttl", table.ttl.as_deref().unwrap_or("none"));
    }
    for name in service.topics.keys() {
        facts.say(&format!("topic {context}-{name}"), "exists", true);
    }
    for name in service.secrets.keys() {
        facts.say(&format!("secret {context}-{name}"), "exists", true);
    }
    buckets(facts, service, names);
    for (name, queue) in &service.queues {
        let thing = format!("queue {context}-{name}");
        facts.say(&thing, "visibility_seconds", queue.visibility_seconds);
        facts.say(&thing, "max_receives", queue.max_receives);
        if let Some(subscription) = &queue.subscribe {
            let (owner, topic) = subscription.topic.split_once('/').unwrap_or_default();
            facts.say(&thing, "types", subscription.types.join(", "));
            for name in [name.clone(), Names::dead_letter(name)] {
                let thing = format!("queue {context}-{name}");
                facts.say(&thing, "who sends", names.topic_arn(owner, topic));
            }
        }
    }
}

fn buckets(facts: &mut Facts, service: &Service, names: &Names) {
    let context = &service.context;
    for (name, bucket) in &service.buckets {
        let thing = format!("bucket {context}-{name}");
        facts.say(&thing, "name", names.bucket(context, name));
        if let Some(days) = bucket.expire_days {
            facts.say(&thing, "expire_days", days);
        }
        if bucket.takes_uploads {
            facts.say(&thing, "takes", "PUT");
        }
        if bucket.served_at.is_some() {
            facts.say(&thing, "is read by", "cloudfront.amazonaws.com");
        }
        for (queue, described) in &service.queues {
            if described.notified_by.as_ref().is_some_and(|notified| notified.bucket == *name) {
                facts.say(&thing, "tells", names.queue_arn(context, queue));
                let queue = format!("queue {context}-{queue}");
                facts.say(&queue, "who sends", names.bucket_arn(context, name));
            }
        }
    }
}

fn key(key: &Key) -> String {
    key.range.as_ref().map_or_else(|| key.hash.clone(), |range| format!("{}, {range}", key.hash))
}

/// The functions of all contexts that say they are steps of a saga: it calls those, and may invoke no other.
fn sagas(facts: &mut Facts, shop: &Shop, path: &str, names: &Names) {
    let thing = format!("saga {}", path.replace('/', "-"));
    for service in &shop.services {
        for (name, function) in &service.functions {
            if matches!(&function.trigger, Trigger::Saga { saga } if saga == path) {
                let step = format!("{}{}-{name}:live", names.function_prefix(), service.context);
                facts.say(&thing, &format!("calls {step}"), true);
                facts.say(&thing, &format!("may lambda:InvokeFunction on {step}"), "always");
            }
        }
    }
}
