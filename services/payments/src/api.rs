//! What travels on HTTP, and its description in OpenAPI.

use contracts::saga::Refusal;
use kernel::{Money, OrderId, Timestamp};
use lambda::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{
    domain::{Entry, Kind, Payment, Status},
    functions::{get_payment, receive_stripe_webhook},
};

/// An order's payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Payment)]
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

/// How `Money` looks in JSON.
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

/// This context's part of the API.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(get_payment::answer, receive_stripe_webhook::answer),
    components(schemas(PaymentBody, LedgerEntry, MoneyBody, Problem, FieldError)),
    modifiers(&Jwt)
)]
pub struct Api;

/// The security scheme of the routes that need a token.
struct Jwt;

impl Modify for Jwt {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        api.components.get_or_insert_default().add_security_scheme("jwt", SecurityScheme::Http(jwt));
    }
}
