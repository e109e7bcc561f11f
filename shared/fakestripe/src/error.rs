//! How Stripe words a refusal.
//!
//! Source: docs.stripe.com/api/errors, docs.stripe.com/error-codes.

use serde_json::{Map, Value, json};

/// An answer with a status that is not 200.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    fields: Map<String, Value>,
}

impl ApiError {
    /// 400 `invalid_request_error`.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    /// Any other.
    pub(crate) fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("message".into(), Value::String(message.into()));
        fields.insert("type".into(), kind.into());
        Self { status, fields }
    }

    /// There is no such thing. When the URL names it, that is a 404, when a parameter does, a 400.
    pub(crate) fn missing(status: u16, what: &str, id: &str, param: &str) -> Self {
        Self::new(status, "invalid_request_error", format!("No such {what}: '{id}'"))
            .code("resource_missing")
            .param(param)
    }

    /// The intent is in a state in which this cannot be done.
    pub(crate) fn state(message: impl Into<String>, intent: Value) -> Self {
        Self::invalid(message).code("payment_intent_unexpected_state").with("payment_intent", intent)
    }

    /// 402: the bank declined. `error` says why.
    pub(crate) fn declined(error: Map<String, Value>) -> Self {
        Self { status: 402, fields: error }
    }

    /// Confirming an intent that takes redirects needs somewhere to come back to.
    pub(crate) fn no_return_url() -> Self {
        Self::invalid(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these \
             payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't \
             want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and \
             `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
        )
    }

    pub(crate) fn code(self, code: &str) -> Self {
        self.with("code", code).with("doc_url", doc_url(code))
    }

    pub(crate) fn param(self, name: &str) -> Self {
        self.with("param", name)
    }

    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.into(), value.into());
        self
    }

    pub(crate) fn body(self) -> Value {
        json!({ "error": self.fields })
    }
}

/// Where Stripe explains a code.
pub(crate) fn doc_url(code: &str) -> String {
    format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))
}
