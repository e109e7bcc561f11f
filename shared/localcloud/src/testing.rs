//! One context alone, for the tests of its adapters.

use std::sync::Arc;

use lambda::Runtime;
use serde_json::Value;
use topology::{Service, Shop};

use crate::{
    LocalClock,
    cloud::{Code, Inner, Options, settings},
    mailbox::Mail,
    meter::Readings,
    sqs::Peeked,
};

/// The tables, topics, queues and secrets of one context, in memory. Nothing runs by itself.
pub struct Bench {
    inner: Arc<Inner>,
    context: String,
}

impl Bench {
    /// The context that this `service.yaml` describes.
    ///
    /// # Panics
    /// When it describes nothing that can be made: a bench is for tests.
    #[allow(clippy::expect_used, reason = "for tests only")]
    pub fn new(service_yaml: &str) -> Self {
        let mut service = Service::parse(service_yaml).expect("service.yaml can be read");
        // Other contexts' topics are not here, and sagas need functions.
        service.queues.values_mut().for_each(|queue| queue.subscribe = None);
        service.sagas.clear();
        let context = service.context.clone();
        let code = Code { functions: Vec::new(), sagas: std::collections::BTreeMap::new() };
        let inner =
            Inner::build(Shop { services: vec![service] }, code, Options::default()).expect("the context can be made");
        Self { inner, context }
    }

    /// What surrounds one of the context's functions: its settings, and AWS as far as it is granted.
    ///
    /// # Panics
    /// When `service.yaml` has no such function.
    #[allow(clippy::expect_used, reason = "for tests only")]
    pub fn runtime(&self, function: &str) -> Runtime {
        let service = self.inner.shop.service(&self.context).expect("the bench has its context");
        let described = service.functions.get(function).expect("service.yaml describes the function");
        let settings = settings(&self.inner.names, &self.inner.shop, service, described, &self.inner.options);
        self.inner.runtime(&format!("{}/{function}", self.context), &settings)
    }

    /// The clock that everything goes by.
    pub fn clock(&self) -> &LocalClock {
        &self.inner.clock
    }

    /// The items of a table, as plain JSON; nothing when there is no such table.
    pub fn scan(&self, table: &str) -> Vec<Value> {
        self.inner.dynamodb.scan(&self.inner.names.resource(&self.context, table)).unwrap_or_default()
    }

    /// The messages of a queue.
    pub fn messages(&self, queue: &str) -> Vec<Peeked> {
        self.inner.queues.peek(&self.inner.names.resource(&self.context, queue), 1_000).unwrap_or_default()
    }

    /// The mails that were sent.
    pub fn mails(&self) -> Vec<Mail> {
        self.inner.mailbox.mails()
    }

    /// What was asked of AWS so far.
    pub fn readings(&self) -> Readings {
        self.inner.meter.read()
    }

    /// The Stripe stand-in.
    pub fn stripe(&self) -> &fakestripe::FakeStripe {
        &self.inner.stripe
    }
}
