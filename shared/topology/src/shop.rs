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

fn has(service: &Service, reference: &Reference) -> bool {
    let name = &reference.name;
    match reference.kind {
        Kind::Table => service.tables.contains_key(name),
        Kind::Topic => service.topics.contains_key(name),
        Kind::Queue => service.queues.contains_key(name),
        Kind::Saga => service.sagas.contains_key(name),
        Kind::Secret => service.secrets.contains_key(name),
        Kind::Email => name == "sender",
        Kind::Stage => true,
    }
}
