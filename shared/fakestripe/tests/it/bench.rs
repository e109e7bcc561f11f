//! A FakeStripe with a clock to move, and short ways to ask it.

use std::sync::Arc;

use fakestripe::{FakeStripe, Fault, Options};
use http::{HeaderMap, Request};
use kernel::{ManualClock, SignedDuration, Timestamp};
use serde_json::Value;

pub const API_KEY: &str = "sk_test_fake";
pub const WEBHOOK_SECRET: &str = "whsec_fake";

pub struct Bench {
    pub clock: Arc<ManualClock>,
    pub stripe: FakeStripe,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{:#}", self.body);
        self.body
    }

    /// The error, which must have this status and code.
    pub fn error(self, status: u16, code: &str) -> Value {
        let error = self.body["error"].clone();
        assert_eq!((self.status, error["code"].as_str()), (status, Some(code)), "{error:#}");
        error
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Bench {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(API_KEY, WEBHOOK_SECRET);
        change(&mut options);
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap()));
        Self { stripe: FakeStripe::new(clock.clone(), options), clock }
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, "", None, Fault::None)
    }

    pub fn post(&self, path: &str, form: &str) -> Reply {
        self.ask("POST", path, form, None, Fault::None)
    }

    pub fn post_with_key(&self, key: &str, path: &str, form: &str) -> Reply {
        self.ask("POST", path, form, Some(key), Fault::None)
    }

    pub fn ask(&self, method: &str, path: &str, form: &str, key: Option<&str>, fault: Fault) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://api.stripe.com/v1{path}"))
            .header("Authorization", format!("Bearer {API_KEY}"));
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.send(request.body(form.as_bytes().to_vec()).unwrap(), fault)
    }

    pub fn send(&self, request: Request<Vec<u8>>, fault: Fault) -> Reply {
        let (parts, body) = self.stripe.handle_with(request, fault).into_parts();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body: serde_json::from_slice(&body).unwrap() }
    }

    /// Creates and confirms an intent over 19.80 EUR with manual capture.
    pub fn pay(&self, card: &str) -> Reply {
        self.post("/payment_intents", &pay_form(card))
    }

    /// The id of an intent whose money is set aside.
    pub fn authorized(&self) -> String {
        id(&self.pay("pm_card_visa").ok())
    }

    /// The id of an intent whose money was taken.
    pub fn captured(&self) -> String {
        let id = self.authorized();
        self.post(&format!("/payment_intents/{id}/capture"), "").ok();
        id
    }

    pub fn intent(&self, id: &str) -> Value {
        self.get(&format!("/payment_intents/{id}")).ok()
    }

    /// The latest charge of an intent.
    pub fn charge(&self, id: &str) -> Value {
        self.get(&format!("/payment_intents/{id}?expand[]=latest_charge")).ok()["latest_charge"].clone()
    }

    /// The types of the events since the last time.
    pub fn events(&self) -> Vec<String> {
        self.event_bodies().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    pub fn event_bodies(&self) -> Vec<Value> {
        self.stripe.drain_webhooks().iter().map(|webhook| serde_json::from_str(&webhook.body).unwrap()).collect()
    }
}

pub fn pay_form(card: &str) -> String {
    format!(
        "amount=1980&currency=eur&payment_method={card}&allowed_payment_method_types[]=card&confirm=true&capture_method=manual\
         &metadata[order_id]=ord_1"
    )
}

pub fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
