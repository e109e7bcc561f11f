//! How things look in JSON.
//!
//! Every field of the object is there, `null` where it does not apply, as in Stripe's answers: clients are strict.
//!
//! Sources: docs.stripe.com/api/payment_intents/object, docs.stripe.com/api/charges/object,
//! docs.stripe.com/api/refunds/object.

use serde_json::{Map, Value, json};

use crate::{
    cards,
    error::doc_url,
    intents::{CaptureMethod, Charge, ChargeState, Failure, FailureCause, Intent, PaymentMethods, Status},
    refunds::Refund,
};

/// A PaymentIntent, with the latest charge's id or the charge itself.
pub(crate) fn intent(intent: &Intent, expand_charge: bool) -> Value {
    let terms = &intent.terms;
    let latest_charge = match intent.latest_charge() {
        Some(latest) if expand_charge => charge(intent, latest),
        latest => json!(latest.map(|charge| &charge.id)),
    };
    let (allowed, automatic) = match terms.payment_methods {
        PaymentMethods::Cards => (json!(["card"]), Value::Null),
        PaymentMethods::Automatic { redirects } => {
            (Value::Null, json!({ "enabled": true, "allow_redirects": if redirects { "always" } else { "never" } }))
        }
    };
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "allowed_payment_method_types": allowed,
        "amount": terms.amount,
        "amount_capturable": intent.amount_capturable(),
        "amount_details": { "tip": {} },
        "amount_received": intent.amount_received(),
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": automatic,
        "canceled_at": intent.cancellation.as_ref().map(|cancellation| cancellation.at),
        "cancellation_reason": intent.cancellation.as_ref().and_then(|cancellation| cancellation.reason.as_ref()),
        "capture_method": capture_method(terms.capture_method),
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": terms.currency,
        "customer": null,
        "customer_account": null,
        "description": terms.description,
        "excluded_payment_method_types": null,
        "last_payment_error": intent.last_payment_error.as_ref().map(|failure| payment_error(failure, intent.created)),
        "latest_charge": latest_charge,
        "livemode": false,
        "metadata": terms.metadata,
        "next_action": next_action(intent),
        "on_behalf_of": null,
        "payment_method": intent.payment_method,
        "payment_method_configuration_details": null,
        "payment_method_options": { "card": {
            "installments": null,
            "mandate_options": null,
            "network": null,
            "request_three_d_secure": "automatic",
        } },
        "payment_method_types": ["card"],
        "processing": null,
        "receipt_email": terms.receipt_email,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": terms.statement_descriptor_suffix,
        "status": intent.status.as_str(),
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// A PaymentIntent with what the books say about it.
pub(crate) fn intent_with_books(of: &Intent) -> Value {
    let captured = of.charges.iter().filter(|charge| charge.captured() > 0);
    let mut value = intent(of, false);
    value["_local"] = json!({
        "amount_refunded": captured.clone().map(|charge| charge.refunded).sum::<i64>(),
        "charges_captured": captured.count(),
    });
    value
}

/// A Charge. What was set aside and let go counts as refunded: how much of what was captured has been given back is
/// `amount_refunded − (amount − amount_captured)`.
pub(crate) fn charge(intent: &Intent, charge: &Charge) -> Value {
    let refunded = charge.released().saturating_add(charge.refunded);
    let failure = match charge.state {
        ChargeState::Failed(decline) => Some(decline),
        _ => None,
    };
    json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.captured(),
        "amount_refunded": refunded,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "billing_details": billing_details(),
        "calculated_statement_descriptor": "FAKESTRIPE",
        "captured": charge.captured() > 0,
        "created": charge.created,
        "currency": intent.terms.currency,
        "customer": null,
        "description": intent.terms.description,
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": failure.map(|decline| decline.code()),
        "failure_message": failure.map(|decline| decline.message()),
        "fraud_details": {},
        "livemode": false,
        "metadata": intent.terms.metadata,
        "on_behalf_of": null,
        "outcome": outcome(charge),
        "paid": failure.is_none(),
        "payment_intent": intent.id,
        "payment_method": charge.payment_method,
        "payment_method_details": { "card": card_details(charge), "type": "card" },
        "radar_options": {},
        "receipt_email": intent.terms.receipt_email,
        "receipt_number": null,
        "receipt_url": null,
        "refunded": refunded == charge.amount,
        "review": null,
        "shipping": null,
        "source": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": intent.terms.statement_descriptor_suffix,
        "status": if failure.is_none() { "succeeded" } else { "failed" },
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// A Refund.
pub(crate) fn refund(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": null,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "destination_details": {
            "card": { "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund" },
            "type": "card",
        },
        "metadata": refund.metadata,
        "payment_intent": refund.payment_intent,
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    })
}

/// A page of a list.
pub(crate) fn list(url: &str, data: Vec<Value>, has_more: bool) -> Value {
    json!({ "object": "list", "url": url, "has_more": has_more, "data": data })
}

/// A page of what was found.
pub(crate) fn search_result(url: &str, data: Vec<Value>, has_more: bool) -> Value {
    let next_page = data.last().filter(|_| has_more).map(|last| last["id"].clone());
    json!({ "object": "search_result", "url": url, "has_more": has_more, "next_page": next_page, "data": data })
}

/// Why a payment failed, as `last_payment_error` says it and as the error of the request does.
pub(crate) fn payment_error(failure: &Failure, created: i64) -> Map<String, Value> {
    let (kind, code, message) = match &failure.cause {
        FailureCause::Authentication => (
            "invalid_request_error",
            "payment_intent_authentication_failure",
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new \
             PaymentMethod to attempt to fulfill this PaymentIntent again.",
        ),
        FailureCause::Declined { decline, .. } => ("card_error", decline.code(), decline.message()),
    };
    let mut error = Map::new();
    let mut set = |name: &str, value: Value| error.insert(name.to_owned(), value);
    if let FailureCause::Declined { decline, charge } = &failure.cause {
        set("charge", charge.as_str().into());
        if let Some(code) = decline.decline_code() {
            set("decline_code", code.into());
        }
    }
    set("code", code.into());
    set("doc_url", doc_url(code).into());
    set("message", message.into());
    set("payment_method", payment_method(&failure.payment_method, created));
    set("type", kind.into());
    error
}

fn capture_method(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "automatic",
        CaptureMethod::Manual => "manual",
    }
}

/// What the customer has to do: go where the caller can send them back from, or let Stripe.js show it.
fn next_action(intent: &Intent) -> Value {
    match (intent.status, &intent.return_url) {
        (Status::RequiresAction, Some(return_url)) => json!({
            "redirect_to_url": {
                "return_url": return_url,
                "url": format!("https://hooks.stripe.com/3d_secure_2/hosted?payment_intent={}", intent.id),
            },
            "type": "redirect_to_url",
        }),
        (Status::RequiresAction, None) => json!({
            "type": "use_stripe_sdk",
            "use_stripe_sdk": { "type": "three_d_secure_redirect" },
        }),
        _ => Value::Null,
    }
}

fn outcome(charge: &Charge) -> Value {
    match charge.state {
        ChargeState::Failed(decline) => json!({
            "network_status": "declined_by_network",
            "reason": decline.decline_code().unwrap_or(decline.code()),
            "risk_level": "normal",
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        }),
        _ => json!({
            "network_status": "approved_by_network",
            "reason": null,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }),
    }
}

fn card_details(charge: &Charge) -> Value {
    let card = cards::find(&charge.payment_method);
    let mut details = json!({
        "amount_authorized": charge.amount,
        "brand": card.map(|card| card.brand),
        "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "funding": card.map(|card| card.funding),
        "installments": null,
        "last4": card.map(|card| card.last4),
        "mandate": null,
        "network": card.map(|card| card.brand),
        "three_d_secure": null,
        "wallet": null,
    });
    if charge.authenticated {
        details["three_d_secure"] = json!({
            "authentication_flow": "challenge",
            "result": "authenticated",
            "result_reason": null,
            "version": "2.2.0",
        });
    }
    if let Some(capture_before) = charge.capture_before {
        details["capture_before"] = capture_before.into();
    }
    details
}

fn payment_method(id: &str, created: i64) -> Value {
    let card = cards::find(id);
    json!({
        "id": id,
        "object": "payment_method",
        "billing_details": billing_details(),
        "card": {
            "brand": card.map_or("unknown", |card| card.brand),
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": null },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "funding": card.map_or("unknown", |card| card.funding),
            "generated_from": null,
            "last4": card.map_or("0000", |card| card.last4),
            "three_d_secure_usage": { "supported": true },
            "wallet": null,
        },
        "created": created,
        "customer": null,
        "livemode": false,
        "metadata": {},
        "type": "card",
    })
}

fn billing_details() -> Value {
    json!({
        "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
        "email": null,
        "name": null,
        "phone": null,
        "tax_id": null,
    })
}
