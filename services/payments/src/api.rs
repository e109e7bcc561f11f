//! What this context says and hears on HTTP.

use contracts::saga::Refusal;
use kernel::{Money, OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::domain::{Entry, Kind, Payment, Status};

/// An order's payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentBody {
    /// The order.
    #[schema(value_type = String, example = "ord_0123456789abcdef0123456789abcdef")]
    pub order_id: OrderId,
    /// Stripe's id of the payment intent.
    #[schema(example = "pi_3MtwBwLkdIwHu7ix28a3tqPa")]
    pub payment_intent_id: String,
    /// How far it has come: `action_required`, `declined`, `authorized`, `canceled`, `captured` or `refunded`.
    #[schema(value_type = String, example = "captured")]
    pub status: Status,
    /// How much is to be paid.
    #[schema(value_type = MoneyBody)]
    pub amount: Money,
    /// What happened to the money, in order.
    pub ledger: Vec<LedgerEntry>,
    /// Why it was declined or canceled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "payment_canceled")]
    pub reason: Option<Refusal>,
    /// When the status was written down.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// One entry of a payment's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntry {
    /// What happened: `authorized`, `captured`, `voided` or `refunded`.
    #[schema(value_type = String, example = "authorized")]
    pub kind: Kind,
    /// To how much, in minor units of the payment's currency.
    #[schema(example = 1980)]
    pub amount_minor: i64,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// An amount of money.
#[derive(ToSchema)]
#[schema(as = Money)]
#[allow(dead_code, reason = "exists for its schema")]
struct MoneyBody {
    /// Minor units: cents for EUR, yen for JPY.
    #[schema(example = 1980)]
    amount_minor: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    currency: String,
}

impl From<Payment> for PaymentBody {
    fn from(payment: Payment) -> Self {
        let entry = |(kind, Entry { amount_minor, at })| LedgerEntry { kind, amount_minor, at };
        Self {
            ledger: payment.ledger().into_iter().map(entry).collect(),
            order_id: payment.order_id,
            payment_intent_id: payment.intent_id,
            status: payment.status,
            amount: payment.amount,
            reason: payment.reason,
            updated_at: payment.updated_at,
        }
    }
}

/// This context's part of `docs/openapi.yaml`.
#[derive(OpenApi)]
#[openapi(paths(get_payment, receive_stripe_webhook), components(schemas(PaymentBody)), modifiers(&Jwt))]
pub struct Api;

struct Jwt;

impl Modify for Jwt {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("jwt", SecurityScheme::Http(scheme));
    }
}

/// One order's payment, with its ledger. A payment that was set aside at once and waits for its capture is not here yet.
#[utoipa::path(
    get,
    path = "/payments/{id}",
    operation_id = "get-payment",
    tag = "payments",
    params(("id" = String, Path, description = "The order's id.")),
    security(("jwt" = ["admin"])),
    responses(
        (status = 200, description = "The payment.", body = PaymentBody),
        (status = 401, description = "No token, or one that does not hold."),
        (status = 403, description = "A token without the scope admin."),
        (status = 404, description = "`not-found`: nothing is known of a payment of this order."),
        (status = 500, description = "`internal`: something is wrong with the shop."),
        (status = 503, description = "`unavailable`: try again in a moment."),
    )
)]
#[allow(dead_code, reason = "carries the documentation")]
fn get_payment() {}

/// Where Stripe sends its events.
#[utoipa::path(
    post,
    path = "/webhooks/stripe",
    operation_id = "receive-stripe-webhook",
    tag = "payments",
    params(("Stripe-Signature" = String, Header, description = "`t=<unix seconds>,v1=<HMAC-SHA256 in hex>`.")),
    request_body(content = Object, content_type = "application/json", description = "A Stripe event."),
    responses(
        (status = 200, description = "It arrived, and will be acted on if it is news."),
        (status = 400, description = "`bad-signature`: it is not signed by Stripe, or was five minutes ago. \
            `malformed-request`: it is not a Stripe event."),
        (status = 500, description = "`internal`: something is wrong with the shop."),
        (status = 503, description = "`unavailable`: it did not arrive; send it again."),
    )
)]
#[allow(dead_code, reason = "carries the documentation")]
fn receive_stripe_webhook() {}
