//! Who may do what: each function exactly what its `service.yaml` grants it, as IAM would have it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use topology::{Kind, Names, Shop};

use crate::aws::AwsError;

/// One grant: this function may do this to that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// `context/function`.
    pub function: String,
    /// What kind of resource.
    pub kind: Kind,
    /// The resource's full name, as AWS would know it.
    pub resource: String,
    /// The IAM action without its prefix.
    pub action: String,
}

impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = self.kind.iam_prefix().unwrap_or_default();
        write!(f, "{}: {prefix}:{} on {}", self.function, self.action, self.resource)
    }
}

/// All grants, and which of them were ever used.
#[derive(Debug, Default)]
pub struct Permissions {
    callers: BTreeMap<String, String>,
    granted: BTreeSet<Grant>,
    used: Mutex<BTreeSet<Grant>>,
}

impl Permissions {
    /// The grants of all functions of `shop`.
    pub fn new(shop: &Shop, names: &Names) -> Self {
        let mut permissions = Self::default();
        for service in &shop.services {
            for (name, function) in &service.functions {
                let caller = format!("{}/{name}", service.context);
                permissions.callers.insert(access_key(&service.context, name), caller.clone());
                for (reference, actions) in &function.grants {
                    permissions.granted.extend(actions.iter().map(|action| Grant {
                        function: caller.clone(),
                        kind: checked_as(reference.kind),
                        resource: full_name(names, &service.context, reference),
                        action: action.clone(),
                    }));
                }
            }
        }
        permissions
    }

    /// The function that this access key belongs to.
    pub fn caller(&self, access_key: &str) -> Option<&str> {
        self.callers.get(access_key).map(String::as_str)
    }

    /// Whether `function` may do `action` to `resource`; the answer is IAM's own.
    ///
    /// # Errors
    /// `AccessDeniedException`, worded as IAM words it.
    pub fn check(&self, function: &str, kind: Kind, resource: &str, action: &str) -> Result<(), AwsError> {
        let (function, resource, action) = (function.to_owned(), resource.to_owned(), action.to_owned());
        let wanted = Grant { function, kind, resource, action };
        if let Some(granted) = self.granting(&wanted) {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(granted);
            return Ok(());
        }
        let Grant { function, resource, action, .. } = wanted;
        let prefix = kind.iam_prefix().unwrap_or_default();
        Err(AwsError::client(
            "AccessDeniedException",
            format!(
                "User: {function} is not authorized to perform: {prefix}:{action} on resource: {resource} because no \
                 identity-based policy allows the {prefix}:{action} action"
            ),
        ))
    }

    /// The grant that allows what is wanted: it names the resource, or a pattern that the resource fits.
    fn granting(&self, wanted: &Grant) -> Option<Grant> {
        if self.granted.contains(wanted) {
            return Some(wanted.clone());
        }
        let fits = |granted: &&Grant| {
            let same =
                (&granted.function, granted.kind, &granted.action) == (&wanted.function, wanted.kind, &wanted.action);
            same && granted.resource.split_once('*').is_some_and(|(before, after)| {
                wanted.resource.strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
            })
        };
        self.granted.iter().find(fits).cloned()
    }

    /// Grants that no call has needed so far.
    pub fn unused(&self) -> Vec<Grant> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.granted.difference(&used).cloned().collect()
    }
}

/// The access key of a function. It names the function, so that a request's signature says who is calling.
pub(crate) fn access_key(context: &str, function: &str) -> String {
    format!("LOCAL-{context}-{function}").to_uppercase()
}

/// The secret key of every function. It signs, and nobody has to be kept from it.
pub(crate) const SECRET: &str = "local";

/// What kind of thing a call is about: a dead-letter queue is a queue.
fn checked_as(kind: Kind) -> Kind {
    match kind {
        Kind::DeadLetters | Kind::Shop => Kind::Queue,
        other => other,
    }
}

/// What a resource is called in requests: tables, buckets and secrets by name, topics, queues and sagas by ARN.
pub(crate) fn full_name(names: &Names, context: &str, reference: &topology::Reference) -> String {
    let name = &reference.name;
    match reference.kind {
        Kind::Topic => names.topic_arn(context, name),
        Kind::Saga => names.saga_arn(context, name),
        Kind::Queue => names.queue_arn(context, name),
        Kind::DeadLetters => names.queue_arn(context, &Names::dead_letter(name)),
        Kind::Shop => names.of_all_arn(name),
        Kind::Bucket => names.bucket(context, name),
        Kind::Table | Kind::Secret => names.resource(context, name),
        Kind::Email | Kind::Stage => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use topology::Service;

    use super::*;

    const YAML: &str = "
context: shop
queues:
  inbox: { about: a, visibility_seconds: 60, max_receives: 5 }
functions:
  look:
    about: a
    trigger: { http: GET /dead }
    timeout_seconds: 5
    grants: { shop/dead-letters: [ReceiveMessage] }
  put:
    about: a
    trigger: { http: POST /dead }
    timeout_seconds: 5
    grants: { dead-letters/inbox: [SendMessage] }
";

    #[test]
    fn a_pattern_allows_what_fits_it_and_nothing_else() {
        let shop = Shop::new(vec![Service::parse(YAML).unwrap()]).unwrap();
        let names = crate::cloud::names();
        let permissions = Permissions::new(&shop, &names);
        let may = |function: &str, queue: &str, action: &str| {
            let (context, name) = queue.split_once('/').unwrap();
            permissions.check(function, Kind::Queue, &names.queue_arn(context, name), action).is_ok()
        };
        assert!(may("shop/look", "shop/inbox-dead", "ReceiveMessage"));
        assert!(may("shop/look", "other/things-dead", "ReceiveMessage"));
        assert!(!may("shop/look", "shop/inbox", "ReceiveMessage"), "a queue at work is no dead-letter queue");
        assert!(!may("shop/look", "shop/inbox-dead", "DeleteMessage"));
        assert!(may("shop/put", "shop/inbox-dead", "SendMessage"));
        assert!(!may("shop/put", "shop/inbox", "SendMessage") && !may("shop/put", "other/inbox-dead", "SendMessage"));
        assert_eq!(permissions.unused(), [], "what was needed counts, whatever it was needed for");
    }
}
