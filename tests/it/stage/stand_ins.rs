//! What a deployed shop finds outside AWS during these tests: an issuer of tokens, and Stripe. Both are served on loopback
//! from within the tests' process, so that the tests can look into them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    response::Response,
};
use fakestripe::FakeStripe;
use kernel::{Clock, SystemClock};
use lambda::Uuids;
use localcloud::issuer::{Issuer, SigningKey};

use super::remote::Target;

/// The issuer and Stripe.
pub struct StandIns {
    pub issuer: Arc<Issuer>,
    pub stripe: Arc<FakeStripe>,
    pub webhooks_lost: Arc<AtomicBool>,
}

impl StandIns {
    /// Serves both until the process ends.
    pub fn serve(target: &Target) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let key = kept_key(Path::new(&target.issuer_key));
        let issuer = Issuer::new(key, &target.issuer, &target.audience, Arc::clone(&clock), Arc::new(Uuids));
        let issuer = Arc::new(issuer);
        let account = fakestripe::Options::new(&target.stripe_api_key, &target.stripe_webhook_secret);
        let stripe = Arc::new(FakeStripe::new(clock, account));
        let webhooks_lost = Arc::new(AtomicBool::new(false));
        let answers = Router::new().fallback(ask_stripe).with_state(Arc::clone(&stripe));
        let router = Arc::clone(&issuer).router().merge(answers);
        let deliveries = deliver(Arc::clone(&stripe), Arc::clone(&webhooks_lost), target.api_url.clone());
        let port = target.stand_ins_port;
        // Each test has a runtime of its own, which ends with it; this one must not.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
                let listener = listener.await.unwrap();
                tokio::spawn(deliveries);
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { issuer, stripe, webhooks_lost }
    }
}

/// The issuer's key, in a file: gateways remember its public half for hours.
fn kept_key(file: &Path) -> SigningKey {
    if let Ok(der) = std::fs::read(file) {
        return SigningKey::from_pkcs8(&der).unwrap();
    }
    let key = SigningKey::generate().unwrap();
    std::fs::write(file, key.to_pkcs8().unwrap()).unwrap();
    key
}

async fn ask_stripe(State(stripe): State<Arc<FakeStripe>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    stripe.handle(http::Request::from_parts(parts, body)).map(axum::body::Body::from)
}

/// Sends Stripe's events to the shop's webhook, again and again until it takes them.
async fn deliver(stripe: Arc<FakeStripe>, lost: Arc<AtomicBool>, api_url: String) {
    let client = super::client_of(&api_url);
    loop {
        for webhook in stripe.drain_webhooks() {
            if lost.load(Ordering::SeqCst) {
                continue;
            }
            let (stripe, client, url) = (Arc::clone(&stripe), client.clone(), format!("{api_url}/webhooks/stripe"));
            tokio::spawn(async move {
                for wait_seconds in [1, 2, 4, 8] {
                    let signature = stripe.sign(&webhook.body, SystemClock.now());
                    let request = client.post(&url).header("stripe-signature", signature).body(webhook.body.clone());
                    if request.send().await.is_ok_and(|answer| answer.status().is_success()) {
                        return;
                    }
                    tokio::time::sleep(Duration::from_secs(wait_seconds)).await;
                }
                panic!("the webhook {} was not taken", webhook.event_id);
            });
        }
        stripe.new_webhooks().notified().await;
    }
}
