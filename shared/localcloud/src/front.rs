//! The cloud as those who run it see it.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Weak, atomic::Ordering},
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use fakestripe::{AuthenticateError, Authentication};
use serde_json::Value;
use topology::{Names, Shop, Trigger};

use crate::{
    LocalClock,
    aws::AwsError,
    cloud::{CloudError, Code, Inner, Options},
    console,
    executions::Execution,
    functions::InvokeFailure,
    gateway::{Gateway, GatewayConfig, Invoke, InvokeError, RouteConfig},
    issuer::{Issuer, SigningKey},
    mailbox::Mail,
    meter::Readings,
    permissions::Grant,
    s3::{self, Object},
    sources::{self, FailedRecord, webhooks},
    sqs::{Depth, Peeked, Queues},
    store::Store,
    surroundings::Remains,
    user_pool::{self, UserPool},
};

const ISSUER: &str = "issuer";

/// A running cloud. It stops when this is dropped.
pub struct Cloud {
    pub(crate) inner: Arc<Inner>,
    gateway: Arc<Gateway>,
    issuer: Arc<Issuer>,
    user_pool: Arc<UserPool>,
}

/// A queue, seen from outside.
#[derive(Debug, Clone, serde::Serialize)]
pub struct QueueView {
    /// `context/name`.
    pub name: String,
    /// Whether it is a dead-letter queue.
    pub dead_letter: bool,
    /// How many messages it has.
    pub depth: Depth,
    /// The first hundred of them.
    pub messages: Vec<Peeked>,
}

impl Cloud {
    /// Makes what `shop` describes, runs `code` in it, and starts everything. `url` is where the API will be: by the number of
    /// its host where anything is uploaded, as the SDK puts a bucket's name before a host that has one.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The descriptions, the code and the data folder do not fit together.
    pub fn start(shop: Shop, code: Code, options: Options, url: &str) -> Result<Self, CloudError> {
        let inner = Inner::build(shop, code, options, url)?;
        let issuer = Arc::new(open_issuer(&inner, url)?);
        let throttle = inner.driver.throttle();
        let config = GatewayConfig { throttle, ..GatewayConfig::new(Arc::clone(&issuer), routes(&inner.shop)) };
        let invoker = Arc::new(Functions(Arc::downgrade(&inner)));
        let user_pool = Arc::new(open_user_pool(&inner, &issuer, invoker.clone()));
        let gateway = Gateway::new(config, invoker, inner.clock.clone(), Arc::clone(&inner.ids));
        let gateway = Arc::new(gateway.map_err(|why| CloudError::Mismatch(why.to_string()))?);
        sources::start(&inner);
        inner.spawn(webhooks::deliver(Arc::clone(&inner), Arc::clone(&gateway)));
        inner.resume_executions();
        Ok(Self { inner, gateway, issuer, user_pool })
    }

    /// Stops at once, wherever everything is, as a killed process would.
    pub fn stop(&self) {
        self.inner.stop();
    }

    /// What will be left when the process dies. A cloud that is given it goes on from there.
    pub fn remains(&self) -> Remains {
        self.inner.remains()
    }

    /// The API, the issuer with its user pool, S3 as far as browsers reach it, and the console.
    pub fn router(&self) -> axum::Router {
        let api = Arc::clone(&self.gateway).router();
        let accounts = Arc::clone(&self.issuer).router().merge(Arc::clone(&self.user_pool).router());
        api.merge(accounts).merge(s3::router(&self.inner)).merge(console::router(Arc::downgrade(&self.inner)))
    }

    /// Sends a request to the API without a socket.
    pub async fn request(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        self.gateway.handle(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await
    }

    /// Uploads to an address that a function has signed, without a socket: a `PUT` of the whole address.
    pub fn upload(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        self.inner.uploaded(request)
    }

    /// The object that the shop's address serves at this path, if there is one.
    pub fn served(&self, path: &str) -> Option<Object> {
        self.inner.buckets.served(path)
    }

    /// Invokes a function, `context/name`.
    ///
    /// # Errors
    /// It did not answer.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, InvokeFailure> {
        self.inner.invoke(function, event).await
    }

    /// Who issues tokens.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Who has an account.
    pub fn user_pool(&self) -> &UserPool {
        &self.user_pool
    }

    /// The clock that everything goes by.
    pub fn clock(&self) -> &LocalClock {
        &self.inner.clock
    }

    /// The descriptions it was made from.
    pub fn shop(&self) -> &Shop {
        &self.inner.shop
    }

    /// The mails that were sent.
    pub fn mails(&self) -> Vec<Mail> {
        self.inner.mailbox.mails()
    }

    /// What was asked of AWS so far.
    pub fn readings(&self) -> Readings {
        self.inner.meter.read()
    }

    /// Starts counting again from nothing.
    pub fn reset_readings(&self) {
        self.inner.meter.reset();
    }

    /// The executions that are remembered, oldest first.
    pub fn executions(&self) -> Vec<Execution> {
        self.inner.executions.all()
    }

    /// Grants that no call has needed so far.
    pub fn unused_grants(&self) -> Vec<Grant> {
        self.inner.permissions.unused()
    }

    /// Settings that are set for a function that has started, and that it has not read.
    pub fn unread_settings(&self) -> Vec<String> {
        self.inner.unread_settings()
    }

    /// Stream records that no function could handle.
    pub fn failed_records(&self) -> Vec<FailedRecord> {
        self.inner.failed_records()
    }

    /// Hands the stream records that no function could handle to their functions again, as an operator does who has mended
    /// what was broken. Those that fail again are kept. How many there were.
    pub async fn retry_failed_records(&self) -> usize {
        self.inner.retry_failed_records().await
    }

    /// The items of a table, as plain JSON.
    ///
    /// # Errors
    /// There is no such table.
    pub fn scan(&self, context: &str, table: &str) -> Result<Vec<Value>, AwsError> {
        self.inner.dynamodb.scan(&self.inner.names.resource(context, table))
    }

    /// Every change of a table that has a stream, in order: the item before and after, as plain JSON; null when there is none.
    ///
    /// # Errors
    /// There is no such table, or it has no stream.
    pub fn changes(&self, context: &str, table: &str) -> Result<Vec<(Value, Value)>, AwsError> {
        self.inner.dynamodb.changes(&self.inner.names.resource(context, table))
    }

    /// Puts an item into a table, past all functions: for tests that need a state which nothing else would make.
    ///
    /// # Errors
    /// There is no such table, or it does not take the item.
    pub fn put(&self, context: &str, table: &str, item: &Value) -> Result<(), AwsError> {
        self.inner.dynamodb.put(&self.inner.names.resource(context, table), item)
    }

    /// The Stripe stand-in's payment intents.
    pub fn payment_intents(&self) -> Vec<Value> {
        self.inner.stripe.intents()
    }

    /// Plays the customer's 3-D Secure step.
    ///
    /// # Errors
    /// The intent does not wait for it.
    pub fn authenticate(&self, intent: &str, outcome: Authentication) -> Result<Value, AuthenticateError> {
        self.inner.authenticate(intent, outcome)
    }

    /// From now on, loses every webhook, or no longer does: Stripe promises to deliver, and networks do not.
    pub fn lose_webhooks(&self, lost: bool) {
        self.inner.webhooks_lost.store(lost, Ordering::SeqCst);
    }

    /// The queues themselves, to put something in one.
    pub fn queues(&self) -> &Queues {
        &self.inner.queues
    }

    /// What a queue is called in [`Cloud::queues`].
    pub fn queue_name(&self, context: &str, name: &str) -> String {
        self.inner.names.resource(context, name)
    }

    /// Every queue, and what is in it.
    pub fn queue_views(&self) -> Vec<QueueView> {
        self.inner.queue_views()
    }

    /// Whether nothing is going on: no execution runs, and no queue has a message that is not delayed.
    pub fn is_quiet(&self) -> bool {
        let idle = |view: &QueueView| view.dead_letter || (view.depth.visible == 0 && view.depth.in_flight == 0);
        self.inner.executions.running() == 0 && self.queue_views().iter().all(idle)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Inner {
    pub(crate) fn queue_views(&self) -> Vec<QueueView> {
        let mut views = Vec::new();
        for service in &self.shop.services {
            for name in service.queues.keys() {
                for (name, dead_letter) in [(name.clone(), false), (Names::dead_letter(name), true)] {
                    let queue = self.names.resource(&service.context, &name);
                    let (Ok(depth), Ok(messages)) = (self.queues.depth(&queue), self.queues.peek(&queue, 100)) else {
                        continue;
                    };
                    views.push(QueueView { name: format!("{}/{name}", service.context), dead_letter, depth, messages });
                }
            }
        }
        views
    }

    fn unread_settings(&self) -> Vec<String> {
        let mut unread = Vec::new();
        for (target, deployed) in self.functions.iter().filter(|(_, deployed)| deployed.is_started()) {
            let read = deployed.settings.read();
            let (context, name) = target.split_once('/').unwrap_or_default();
            let function = self.shop.service(context).and_then(|service| service.functions.get(name));
            let set = function.map(|function| function.settings.keys()).into_iter().flatten();
            unread.extend(set.filter(|setting| !read.contains(*setting)).map(|setting| format!("{target}: {setting}")));
        }
        unread
    }
}

/// The signing key is kept, so that tokens outlive a restart.
fn open_issuer(inner: &Arc<Inner>, url: &str) -> Result<Issuer, CloudError> {
    let failed = |why: String| CloudError::Resource { resource: "the token issuer".to_owned(), why };
    let given = inner.options.surroundings.key.clone();
    let key = match given.or_else(|| stored_key(&inner.store).map(Arc::new)) {
        Some(key) => key,
        None => {
            let key = SigningKey::generate().map_err(|why| failed(why.to_string()))?;
            let der = key.to_pkcs8().map_err(|why| failed(why.to_string()))?;
            inner.store.put(ISSUER, "key", &STANDARD.encode(der));
            Arc::new(key)
        }
    };
    Ok(Issuer::new(key, url, "emporium-local", inner.clock.clone(), Arc::clone(&inner.ids)))
}

/// The user pool, with the one function that has its trigger, if there is one.
fn open_user_pool(inner: &Arc<Inner>, issuer: &Arc<Issuer>, invoker: Arc<Functions>) -> UserPool {
    let functions = inner.shop.services.iter().flat_map(|service| {
        service.functions.iter().map(move |(name, function)| (format!("{}/{name}", service.context), function))
    });
    let mut asked = functions.filter(|(_, function)| function.trigger == Trigger::UserPool);
    UserPool::new(user_pool::Surroundings {
        issuer: Arc::clone(issuer),
        trigger: asked.next().map(|(target, _)| target),
        invoker,
        mailbox: Arc::clone(&inner.mailbox),
        store: Arc::clone(&inner.store),
        clock: inner.clock.clone(),
        ids: Arc::clone(&inner.ids),
    })
}

fn stored_key(store: &Store) -> Option<SigningKey> {
    let (_, text) = store.load::<String>(ISSUER).into_iter().next()?;
    SigningKey::from_pkcs8(&STANDARD.decode(text).ok()?).ok()
}

fn routes(shop: &Shop) -> Vec<RouteConfig> {
    let mut routes = Vec::new();
    for service in &shop.services {
        for (name, function) in &service.functions {
            if let Trigger::Http { route, scope } = &function.trigger {
                routes.push(RouteConfig {
                    method: route.method.clone(),
                    path: route.path.clone(),
                    scope: scope.clone(),
                    target: format!("{}/{name}", service.context),
                });
            }
        }
    }
    routes
}

/// How the gateway reaches functions. An invocation goes on when the client or the gateway has stopped waiting.
struct Functions(Weak<Inner>);

#[async_trait]
impl Invoke for Functions {
    async fn invoke(&self, target: &str, event: Value) -> Result<Value, InvokeError> {
        let cloud = self.0.upgrade().ok_or(InvokeError::Failed)?;
        let (answer, wait) = tokio::sync::oneshot::channel();
        let (worker, target) = (Arc::clone(&cloud), target.to_owned());
        cloud.spawn(async move {
            // Nobody may be waiting any more; then the answer is for nobody.
            let _ = answer.send(worker.invoke(&target, event).await);
        });
        match wait.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(InvokeFailure::TimedOut(_))) => Err(InvokeError::TimedOut),
            Ok(Err(InvokeFailure::Throttled)) => Err(InvokeError::Throttled),
            Ok(Err(_)) | Err(_) => Err(InvokeError::Failed),
        }
    }
}
