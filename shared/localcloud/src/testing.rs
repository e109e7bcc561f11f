//! One context alone, for the tests of its adapters.

use std::sync::Arc;

use bytes::Bytes;
use lambda::Runtime;
use serde_json::Value;
use topology::{Service, Shop};

use crate::{
    LocalClock,
    cloud::{Code, Inner, Options, settings},
    mailbox::Mail,
    meter::Readings,
    s3::Object,
    sqs::{Peeked, Received},
};

/// Where a bench would be, if it were anywhere.
const URL: &str = "http://127.0.0.1";

/// The tables, topics, queues, buckets and secrets of one context, in memory. Nothing runs by itself.
pub struct Bench {
    inner: Arc<Inner>,
    context: String,
}

impl Bench {
    /// The context that this `service.yaml` describes.
    ///
    /// # Panics
    /// When it describes nothing that can be made: a bench is for tests.
    pub fn new(service_yaml: &str) -> Self {
        Self::with(service_yaml, Options::default())
    }

    /// The same, made with these options.
    ///
    /// # Panics
    /// When it describes nothing that can be made: a bench is for tests.
    #[allow(clippy::expect_used, reason = "for tests only")]
    pub fn with(service_yaml: &str, options: Options) -> Self {
        let mut service = Service::parse(service_yaml).expect("service.yaml can be read");
        // Other contexts' topics are not here, and sagas need functions.
        service.queues.values_mut().for_each(|queue| queue.subscribe = None);
        service.sagas.clear();
        let context = service.context.clone();
        let code = Code { functions: Vec::new(), sagas: std::collections::BTreeMap::new() };
        let shop = Shop { services: vec![service] };
        let inner = Inner::build(shop, code, options, URL).expect("the context can be made");
        Self { inner, context }
    }

    #[cfg(test)]
    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
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

    /// Puts an item into a table, past all functions.
    ///
    /// # Panics
    /// When there is no such table, or it does not take the item.
    #[allow(clippy::expect_used, reason = "for tests only")]
    pub fn put(&self, table: &str, item: &Value) {
        let table = self.inner.names.resource(&self.context, table);
        self.inner.dynamodb.put(&table, item).expect("the table takes the item");
    }

    /// The messages of a queue.
    pub fn messages(&self, queue: &str) -> Vec<Peeked> {
        self.inner.queues.peek(&self.inner.names.resource(&self.context, queue), 1_000).unwrap_or_default()
    }

    /// Receives the messages of a queue, attributes and all.
    pub fn receive(&self, queue: &str) -> Vec<Received> {
        self.inner.queues.receive(&self.inner.names.resource(&self.context, queue), 1_000).unwrap_or_default()
    }

    /// The object of a bucket under this key, if there is one.
    pub fn object(&self, bucket: &str, key: &str) -> Option<Object> {
        self.inner.buckets.get(&self.inner.names.bucket(&self.context, bucket), key).ok().flatten()
    }

    /// The keys of a bucket's objects.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        self.inner.buckets.keys(&self.inner.names.bucket(&self.context, bucket))
    }

    /// Uploads to an address that a function has signed.
    pub fn upload(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        self.inner.uploaded(request)
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
