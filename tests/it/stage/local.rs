//! The shop in the local cloud, behind a socket.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use fakestripe::Authentication;
use kernel::CustomerId;
use localcloud::{Cloud, Options, Surroundings, driver::Driver, issuer::Scope, sqs::NewMessage, switches::Switches};
use serde_json::{Value, json};
use shop::invariants::Evidence;
use tokio::{net::TcpListener, task::JoinHandle};

use super::Inside;

pub struct Local {
    cloud: Arc<Cloud>,
    url: String,
    server: JoinHandle<()>,
}

impl Local {
    /// Starts one, which keeps everything in `folder`, or forgets it.
    pub async fn start(folder: Option<&Path>) -> Self {
        Self::start_with(Options { data: folder.map(Path::to_owned), ..Options::default() }, None).await
    }

    /// Starts one as `cargo shop up` does, with faults to switch on.
    pub async fn switched(switches: Arc<Switches>) -> Self {
        Self::start_with(Self::options(switches.clone()), Some(switches)).await
    }

    /// Starts one in which `driver` decides what goes wrong.
    pub async fn driven(driver: Arc<dyn Driver>) -> Self {
        Self::start_with(Self::options(driver), None).await
    }

    fn options(driver: Arc<dyn Driver>) -> Options {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Of its own: the SDK's budget of retries is shared by all clients of a region, in all tests.
        let sdk_region = Some(format!("driven-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let surroundings = Surroundings { driver, sdk_region, ..Surroundings::default() };
        Options { surroundings, ..Options::default() }
    }

    async fn start_with(options: Options, switches: Option<Arc<Switches>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cloud = shop::local::start(options, &url).unwrap();
        let console = switches.map(|switches| shop::console::router(&cloud, switches));
        let router = shop::local::router(&cloud).merge(console.unwrap_or_default());
        let server = tokio::spawn(async move {
            shop::local::serve(router, listener, std::future::pending()).await.unwrap();
        });
        Self { cloud, url, server }
    }

    /// Asks the console, as a person would.
    async fn console(&self, path: &str, body: &Value) -> Value {
        let request = reqwest::Client::new().post(format!("{}/_local{path}", self.url)).body(body.to_string());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }
}

#[async_trait]
impl Inside for Local {
    fn url(&self) -> &str {
        &self.url
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn own(&self, name: &str) -> String {
        name.to_owned()
    }

    fn token(&self, subject: &str, scope: Scope, lifetime: Duration) -> String {
        self.cloud.issuer().token(&CustomerId::parse(subject).unwrap(), scope, lifetime).unwrap()
    }

    async fn pass(&self, time: Duration) {
        self.cloud.clock().advance(time);
    }

    fn intents(&self) -> Vec<Value> {
        self.cloud.payment_intents()
    }

    async fn authenticate(&self, intent: &str, outcome: Authentication) {
        let outcome = match outcome {
            Authentication::Succeed => "succeed",
            Authentication::Fail => "fail",
        };
        let path = format!("/stripe/payment_intents/{intent}/authenticate");
        self.console(&path, &json!({ "outcome": outcome })).await;
    }

    fn lose_webhooks(&self, lost: bool) {
        self.cloud.lose_webhooks(lost);
    }

    async fn send_message(&self, context: &str, queue: &str, text: &str) {
        let queue = self.cloud.queue_name(context, queue);
        self.cloud.queues().send(&queue, NewMessage::text(text)).unwrap();
    }

    async fn depths(&self) -> Vec<(String, usize)> {
        let views = self.cloud.queue_views();
        views.into_iter().map(|view| (view.name, view.depth.visible + view.depth.in_flight)).collect()
    }

    async fn is_quiet(&self) -> bool {
        self.cloud.is_quiet()
    }

    async fn evidence(&self) -> Evidence {
        Evidence::of(&self.cloud).unwrap()
    }

    fn cloud(&self) -> Option<&Cloud> {
        Some(&self.cloud)
    }

    async fn stop(&self) {
        self.cloud.stop();
        self.server.abort();
    }
}
