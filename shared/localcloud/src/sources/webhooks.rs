//! Delivers the Stripe stand-in's webhooks to the API, as Stripe would.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use fakestripe::Webhook;
use kernel::Clock;
use tracing::{error, warn};

use crate::{cloud::Inner, gateway::Gateway};

const PENDING: &str = "webhooks";

/// The delays between deliveries of one event. Stripe itself goes on for three days, at growing distances.
///
/// Source: Stripe, "Receive Stripe events in your webhook endpoint", automatic retries.
const RETRY_SECONDS: [u64; 7] = [1, 5, 30, 120, 600, 3_600, 14_400];

/// Delivers events as they happen, each on its own, so that one that fails does not hold up the others: they may well arrive
/// out of order, as Stripe says.
pub(crate) async fn deliver(cloud: Arc<Inner>, gateway: Arc<Gateway>) {
    for (_, webhook) in cloud.store.load::<Webhook>(PENDING) {
        cloud.spawn(send(Arc::clone(&cloud), Arc::clone(&gateway), webhook));
    }
    loop {
        for webhook in cloud.stripe.drain_webhooks() {
            if cloud.webhooks_lost.load(Ordering::SeqCst) {
                continue;
            }
            cloud.store.put(PENDING, &webhook.event_id, &webhook);
            for after in cloud.driver.webhook(&webhook.event_id) {
                cloud.spawn(send_after(after, Arc::clone(&cloud), Arc::clone(&gateway), webhook.clone()));
            }
        }
        cloud.stripe.new_webhooks().notified().await;
    }
}

async fn send_after(after: Duration, cloud: Arc<Inner>, gateway: Arc<Gateway>, webhook: Webhook) {
    if !after.is_zero() {
        cloud.clock.sleep(after).await;
    }
    send(cloud, gateway, webhook).await;
}

async fn send(cloud: Arc<Inner>, gateway: Arc<Gateway>, webhook: Webhook) {
    let mut delays = RETRY_SECONDS.into_iter();
    loop {
        if try_once(&cloud, &gateway, &webhook).await {
            cloud.store.delete(PENDING, &webhook.event_id);
            return;
        }
        let Some(seconds) = delays.next() else { break };
        warn!(event_id = webhook.event_id, "a webhook was not taken; it will be sent again");
        cloud.clock.sleep(Duration::from_secs(seconds)).await;
    }
    error!(event_id = webhook.event_id, "a webhook was given up");
}

/// Whether the API took the event.
async fn try_once(cloud: &Inner, gateway: &Gateway, webhook: &Webhook) -> bool {
    let signature = cloud.stripe.sign(&webhook.body, cloud.clock.now());
    let request = http::Request::post("/webhooks/stripe")
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", signature)
        .body(Bytes::from(webhook.body.clone()));
    match request {
        Ok(request) => gateway.handle(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.status().is_success(),
        Err(why) => {
            error!(%why, "a webhook cannot be sent");
            false
        }
    }
}
