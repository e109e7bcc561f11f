//! The test payment methods, and what their banks do.
//!
//! Source: docs.stripe.com/testing (tabs "PaymentMethods": cards by brand, declined payments, 3D Secure authentication).

use serde::{Deserialize, Serialize};

/// A card, behind a payment method id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Card {
    pub(crate) brand: &'static str,
    pub(crate) funding: &'static str,
    pub(crate) last4: &'static str,
    /// The bank wants the customer to authenticate first (3-D Secure).
    pub(crate) authentication: bool,
    /// The bank declines, after the authentication if it wants one.
    pub(crate) decline: Option<Decline>,
}

/// Why a bank declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decline {
    Generic,
    InsufficientFunds,
    LostCard,
    StolenCard,
    VelocityExceeded,
    ExpiredCard,
    IncorrectCvc,
    ProcessingError,
}

impl Decline {
    /// Stripe's error code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::ProcessingError => "processing_error",
            _ => "card_declined",
        }
    }

    /// The bank's reason, where the testing page gives one.
    pub(crate) fn decline_code(self) -> Option<&'static str> {
        match self {
            Self::Generic => Some("generic_decline"),
            Self::InsufficientFunds => Some("insufficient_funds"),
            Self::LostCard => Some("lost_card"),
            Self::StolenCard => Some("stolen_card"),
            Self::VelocityExceeded => Some("card_velocity_exceeded"),
            Self::ExpiredCard | Self::IncorrectCvc | Self::ProcessingError => None,
        }
    }

    /// What the customer may be told.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Generic | Self::LostCard | Self::StolenCard => "Your card was declined.",
            Self::InsufficientFunds => "Your card has insufficient funds.",
            Self::VelocityExceeded => {
                "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
            }
            Self::ExpiredCard => "Your card has expired.",
            Self::IncorrectCvc => "Your card's security code is incorrect.",
            Self::ProcessingError => "An error occurred while processing your card. Try again in a little bit.",
        }
    }
}

const fn card(brand: &'static str, last4: &'static str) -> Card {
    Card { brand, funding: "credit", last4, authentication: false, decline: None }
}

const fn visa(last4: &'static str) -> Card {
    card("visa", last4)
}

impl Card {
    const fn funded_by(self, funding: &'static str) -> Self {
        Self { funding, ..self }
    }

    const fn declined(self, decline: Decline) -> Self {
        Self { decline: Some(decline), ..self }
    }

    const fn authenticated(self) -> Self {
        Self { authentication: true, ..self }
    }
}

/// The card behind a payment method, if there is one.
pub(crate) fn find(payment_method: &str) -> Option<Card> {
    let card = match payment_method.strip_prefix("pm_card_")? {
        "visa" => visa("4242"),
        "visa_debit" => visa("5556").funded_by("debit"),
        "mastercard" => card("mastercard", "4444"),
        "mastercard_debit" => card("mastercard", "8210").funded_by("debit"),
        "mastercard_prepaid" => card("mastercard", "5100").funded_by("prepaid"),
        "amex" => card("amex", "0005"),
        "discover" => card("discover", "1117"),
        "diners" => card("diners", "0004"),
        "jcb" => card("jcb", "0505"),
        "unionpay" => card("unionpay", "0005"),
        // The names without the brand are of earlier editions of the page.
        "visa_chargeDeclined" | "chargeDeclined" => visa("0002").declined(Decline::Generic),
        "visa_chargeDeclinedInsufficientFunds" | "chargeDeclinedInsufficientFunds" => {
            visa("9995").declined(Decline::InsufficientFunds)
        }
        "visa_chargeDeclinedLostCard" => visa("9987").declined(Decline::LostCard),
        "visa_chargeDeclinedStolenCard" => visa("9979").declined(Decline::StolenCard),
        "visa_chargeDeclinedVelocityLimitExceeded" => visa("6975").declined(Decline::VelocityExceeded),
        "chargeDeclinedExpiredCard" => visa("0069").declined(Decline::ExpiredCard),
        "chargeDeclinedIncorrectCvc" => visa("0127").declined(Decline::IncorrectCvc),
        "chargeDeclinedProcessingError" => visa("0119").declined(Decline::ProcessingError),
        "chargeCustomerFail" => visa("0341").declined(Decline::Generic),
        "authenticationRequired" => visa("3184").authenticated(),
        "authenticationRequiredOnSetup" => visa("3155").authenticated(),
        "authenticationRequiredChargeDeclinedInsufficientFunds" => {
            visa("3178").authenticated().declined(Decline::InsufficientFunds)
        }
        "threeDSecure2Required" => visa("3220").authenticated(),
        "threeDSecureRequired" => visa("3063").authenticated(),
        "threeDSecureRequiredChargeDeclined" => visa("1629").authenticated().declined(Decline::Generic),
        "threeDSecureOptional" => visa("3055"),
        _ => return None,
    };
    Some(card)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_do_what_the_testing_page_says() {
        let decline = |id: &str| find(id).unwrap().decline.map(|decline| (decline.code(), decline.decline_code()));
        for id in ["pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_threeDSecureOptional"] {
            assert_eq!(decline(id), None, "{id}");
            assert!(!find(id).unwrap().authentication, "{id}");
        }
        assert_eq!(decline("pm_card_visa_chargeDeclined"), Some(("card_declined", Some("generic_decline"))));
        assert_eq!(decline("pm_card_chargeDeclined"), decline("pm_card_visa_chargeDeclined"));
        let funds = Some(("card_declined", Some("insufficient_funds")));
        assert_eq!(decline("pm_card_visa_chargeDeclinedInsufficientFunds"), funds);
        assert_eq!(decline("pm_card_chargeDeclinedInsufficientFunds"), funds);
        assert_eq!(decline("pm_card_chargeDeclinedExpiredCard"), Some(("expired_card", None)));
        assert_eq!(decline("pm_card_chargeDeclinedIncorrectCvc"), Some(("incorrect_cvc", None)));
        for id in ["authenticationRequired", "threeDSecure2Required", "threeDSecureRequired"] {
            assert!(find(&format!("pm_card_{id}")).unwrap().authentication, "{id}");
        }
        for id in ["pm_card_nobody", "pm_1NxyzVisa", "visa", ""] {
            assert!(find(id).is_none(), "{id}");
        }
    }
}
