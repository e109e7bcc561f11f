//! What may be charged: which currencies, how little and how much.

use kernel::{Currency, Money};

use crate::error::ApiError;

/// The least that Stripe charges, in minor units, where it publishes a figure. Elsewhere the amount must convert to the
/// least of the account's settlement currency, which is not modelled.
///
/// Source: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts.
const MINIMUM: &[(&str, i64)] = &[
    ("AUD", 50),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1000),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("USD", 50),
];

/// Eight digits. Source: docs.stripe.com/api/payment_intents/create#create_payment_intent-amount.
const MAXIMUM: i64 = 99_999_999;

/// The currency with this code, in either case. Answers it as Stripe does, in small letters.
pub(crate) fn currency(code: &str) -> Result<String, ApiError> {
    match Currency::parse(&code.to_ascii_uppercase()) {
        Ok(currency) => Ok(currency.code().to_ascii_lowercase()),
        Err(_) => Err(ApiError::invalid(format!("Invalid currency: {code}.")).param("currency")),
    }
}

/// Whether this much may be charged.
pub(crate) fn check(amount: i64, currency: &str) -> Result<(), ApiError> {
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(ApiError::invalid(message).code("parameter_invalid_integer").param("amount"));
    }
    let code = currency.to_ascii_uppercase();
    let least = MINIMUM.iter().find(|(known, _)| *known == code).map_or(1, |(_, least)| *least);
    if amount < least {
        let message = format!("Amount must be at least {}", shown(least, currency));
        return Err(ApiError::invalid(message).code("amount_too_small").param("amount"));
    }
    if amount > MAXIMUM {
        let message = format!("Amount must be no more than {}", shown(MAXIMUM, currency));
        return Err(ApiError::invalid(message).code("amount_too_large").param("amount"));
    }
    Ok(())
}

/// An amount for people.
pub(crate) fn shown(amount: i64, currency: &str) -> String {
    match Currency::parse(&currency.to_ascii_uppercase()) {
        Ok(currency) => Money::minor(amount, currency).to_string(),
        Err(_) => format!("{amount} {currency}"),
    }
}
