//! All contexts together.

use std::{collections::BTreeSet, fmt};

use crate::{Kind, Reference, Service, Trigger};

/// All contexts of the shop, checked against each other.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The contexts.
    pub services: Vec<Service>,
}

/// Something in a `service.yaml` that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The context.
    pub context: String,
    /// Where and what.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "services/{}/service.yaml: {}", self.context, self.what)
    }
}

impl Shop {
    /// Puts the contexts together.
    ///
    /// # Errors
    /// Every reference to something that does not exist, and every value that AWS would refuse or advises against.
    pub fn new(services: Vec<Service>) -> Result<Self, Vec<Fault>> {
        let shop = Self { services };
        let faults: Vec<Fault> = shop.services.iter().flat_map(|service| shop.faults(service)).collect();
        if faults.is_empty() { Ok(shop) } else { Err(faults) }
    }

    /// A context by its name.
    pub fn service(&self, context: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.context == context)
    }

    /// `context/name`, taken apart and found in `of`.
    fn elsewhere<'a>(&self, path: &'a str, of: fn(&Service, &str) -> bool) -> Option<(&'a str, &'a str)> {
        let (context, name) = path.split_once('/')?;
        of(self.service(context)?, name).then_some((context, name))
    }

    /// Every queue of the shop, as `context/queue`.
    pub fn queues(&self) -> Vec<String> {
        let of = |service: &Service| -> Vec<String> {
            service.queues.keys().map(|queue| format!("{}/{queue}", service.context)).collect()
        };
        let mut queues: Vec<_> = self.services.iter().flat_map(of).collect();
        queues.sort();
        queues
    }

    fn faults(&self, service: &Service) -> Vec<Fault> {
        let mut found = Vec::new();
        let mut fault = |what: String| found.push(Fault { context: service.context.clone(), what });
        for (name, queue) in &service.queues {
            if let Some(subscription) = &queue.subscribe
                && self.elsewhere(&subscription.topic, |other, topic| other.topics.contains_key(topic)).is_none()
            {
                fault(format!("queue {name}: no topic is called {}", subscription.topic));
            }
        }
        for what in bucket_faults(service) {
            fault(what);
        }
        let mut routes = BTreeSet::new();
        for (name, function) in &service.functions {
            if let Some(what) = self.trigger_fault(service, function) {
                fault(format!("function {name}: {what}"));
            }
            if let Trigger::Http { route, .. } = &function.trigger
                && !routes.insert(route.to_string())
            {
                fault(format!("function {name}: the route {route} has a function already"));
            }
            for (reference, actions) in &function.grants {
                if !has(service, reference) || reference.kind == Kind::Stage {
                    fault(format!("function {name}: grants on {reference}, which is not a resource of this context"));
                }
                if actions.is_empty() {
                    fault(format!("function {name}: grants nothing on {reference}"));
                }
            }
            for (setting, value) in &function.settings {
                if let Ok(reference) = value.parse::<Reference>()
                    && !has(service, &reference)
                {
                    fault(format!(
                        "function {name}: the setting {setting} refers to {value}, which is not a resource of this context"
                    ));
                }
            }
        }
        found
    }

    fn trigger_fault(&self, service: &Service, function: &crate::Function) -> Option<String> {
        match &function.trigger {
            Trigger::Http { .. } if function.timeout_seconds > 30 => {
                Some("an HTTP API waits 30 seconds at most".to_owned())
            }
            // Source: Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers".
            Trigger::UserPool if function.timeout_seconds > 5 => Some("a user pool waits 5 seconds at most".to_owned()),
            Trigger::Http { .. } | Trigger::Schedule { .. } | Trigger::UserPool => None,
            Trigger::Saga { saga } => {
                let found = self.elsewhere(saga, |other, saga| other.sagas.contains_key(saga));
                found.is_none().then(|| format!("no saga is called {saga}"))
            }
            Trigger::Queue { queue, concurrency, .. } => match service.queues.get(queue) {
                None => Some(format!("no queue is called {queue}")),
                Some(queue) if queue.visibility_seconds < 6 * function.timeout_seconds => {
                    Some("the queue's visibility_seconds must be at least six times timeout_seconds".to_owned())
                }
                Some(_) => (*concurrency < 2).then(|| "a queue's concurrency is 2 or more".to_owned()),
            },
            Trigger::Stream { table, .. } => {
                let streamed = service.tables.get(table).is_some_and(|table| table.stream.is_some());
                (!streamed).then(|| format!("no table with a stream is called {table}"))
            }
        }
    }
}

/// What is wrong with buckets and with what they tell queues.
fn bucket_faults(service: &Service) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bucket) in &service.buckets {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(legal) {
            found.push(format!("bucket {name}: a bucket's name has small letters, digits and hyphens only"));
        }
        if bucket.expire_days == Some(0) {
            found.push(format!("bucket {name}: objects expire after a day at least"));
        }
        let below = |path: &String| {
            path.strip_prefix('/').is_some_and(|prefix| !prefix.is_empty() && prefix.chars().all(legal))
        };
        if bucket.served_at.as_ref().is_some_and(|path| !below(path)) {
            found.push(format!("bucket {name}: served_at is one part of a path, as in /images"));
        }
        // What anybody may upload, nobody has looked at.
        if bucket.served_at.is_some() && bucket.takes_uploads {
            found.push(format!("bucket {name}: uploads are not served"));
        }
    }
    let mut notifying = BTreeSet::new();
    for (name, queue) in &service.queues {
        let Some(notification) = &queue.notified_by else { continue };
        let bucket = &notification.bucket;
        if !service.buckets.contains_key(bucket) {
            found.push(format!("queue {name}: no bucket is called {bucket}"));
        }
        if queue.subscribe.is_some() {
            found.push(format!("queue {name}: it gets a topic's events or a bucket's, not both"));
        }
        // Source: S3, "Amazon S3 event notifications": configurations of one bucket must not overlap.
        if !notifying.insert(bucket) {
            found.push(format!("queue {name}: the bucket {bucket} tells another queue already"));
        }
    }
    found
}

fn has(service: &Service, reference: &Reference) -> bool {
    let name = &reference.name;
    match reference.kind {
        Kind::Table => service.tables.contains_key(name),
        Kind::Topic => service.topics.contains_key(name),
        Kind::Queue | Kind::DeadLetters => service.queues.contains_key(name),
        Kind::Bucket => service.buckets.contains_key(name),
        Kind::Shop => ["queues", "dead-letters"].contains(&name.as_str()),
        Kind::Saga => service.sagas.contains_key(name),
        Kind::Secret => service.secrets.contains_key(name),
        Kind::Email => name == "sender",
        Kind::Stage => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A context with a bucket that tells a queue, and a function that may touch both.
    const GOOD: &str = "
context: shop
buckets:
  uploads: { about: What comes in., expire_days: 7, takes_uploads: true }
  images: { about: What goes out., served_at: /images }
queues:
  uploaded: { about: What came., notified_by: { bucket: uploads }, visibility_seconds: 60, max_receives: 5 }
functions:
  look:
    about: Looks.
    trigger: { queue: uploaded }
    timeout_seconds: 10
    settings: { UPLOADS: bucket/uploads, DEAD: dead-letters/uploaded }
    grants:
      bucket/uploads: [GetObject]
      dead-letters/uploaded: [SendMessage]
";

    fn faults(yaml: &str) -> Vec<String> {
        let service = Service::parse(yaml).unwrap();
        let faults = Shop::new(vec![service]).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn buckets_and_dead_letters_can_be_set_and_granted() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let twice = "queues:\n  other: { about: Too., notified_by: { bucket: uploads }, visibility_seconds: 60, max_receives: 5 }";
        for (right, wrong, fault) in [
            ("{ bucket: uploads }", "{ bucket: nothing }", "queue uploaded: no bucket is called nothing"),
            ("queues:", twice, "queue uploaded: the bucket uploads tells another queue already"),
            (
                "visibility_seconds: 60",
                "subscribe: { topic: shop/news, types: [] }, visibility_seconds: 60",
                "queue uploaded: it gets a topic's events or a bucket's, not both",
            ),
            ("expire_days: 7", "expire_days: 0", "bucket uploads: objects expire after a day at least"),
            ("/images", "images", "bucket images: served_at is one part of a path, as in /images"),
            ("/images", "/", "bucket images: served_at is one part of a path, as in /images"),
            ("/images", "/images/*", "bucket images: served_at is one part of a path, as in /images"),
            ("served_at: /images", "served_at: /images, takes_uploads: true", "bucket images: uploads are not served"),
            ("  images:", "  Images:", "bucket Images: a bucket's name has small letters, digits and hyphens only"),
            (
                "bucket/uploads: [GetObject]",
                "bucket/nothing: [GetObject]",
                "function look: grants on bucket/nothing, which is not a resource of this context",
            ),
            (
                "DEAD: dead-letters/uploaded",
                "DEAD: dead-letters/nothing",
                "function look: the setting DEAD refers to dead-letters/nothing, which is not a resource of this context",
            ),
        ] {
            let found = faults(&GOOD.replacen(right, wrong, 1));
            assert!(found.iter().any(|found| found == fault), "{wrong}: {found:?}");
        }
    }
}
