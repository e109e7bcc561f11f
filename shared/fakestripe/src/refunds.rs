//! Giving captured money back: in full or in parts, never more than was captured.
//!
//! Source: docs.stripe.com/api/refunds/create. Money that was only set aside is not refunded but let go, by canceling the
//! intent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{amounts, error::ApiError, intents::Intent};

/// A refund. With cards it succeeds at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Books the refund of `amount`, or of all that is left, on the intent's charge. Answers the amount and the charge's id.
pub(crate) fn refund(intent: &mut Intent, amount: Option<i64>) -> Result<(i64, String), ApiError> {
    let currency = intent.terms.currency.clone();
    let Some(charge) = intent.charges.last_mut().filter(|charge| charge.captured() > 0) else {
        let message = format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
        return Err(ApiError::invalid(message).param("payment_intent"));
    };
    let left = charge.refundable();
    if left == 0 {
        let message = format!("Charge {} has already been refunded.", charge.id);
        return Err(ApiError::invalid(message).code("charge_already_refunded"));
    }
    let amount = amount.unwrap_or(left);
    if amount > left {
        let message = format!(
            "Refund amount ({}) is greater than unrefunded amount on charge ({})",
            amounts::shown(amount, &currency),
            amounts::shown(left, &currency)
        );
        return Err(ApiError::invalid(message).param("amount"));
    }
    charge.refunded = charge.refunded.saturating_add(amount);
    Ok((amount, charge.id.clone()))
}
