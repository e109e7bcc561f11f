//! Money: integer minor units of one currency, with checked arithmetic.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Invalid, Quantity};

/// A currency that the shop sells in, by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u32,
}

/// The currencies that Stripe charges and ISO 4217 lists, with the number of decimal places that ISO 4217 gives each and
/// that Stripe uses for it. Currencies where the two differ (ISK, UGX, HUF payouts, TWD payouts) or where Stripe wants the
/// last digit to be zero (three-decimal ones) are left out, so that a minor unit means the same to both.
///
/// Sources: ISO 4217 table A.1; Stripe, "Supported currencies" (zero-decimal currencies).
const CURRENCIES: &[(&str, u32)] = &[
    ("AUD", 2),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CLP", 0),
    ("CZK", 2),
    ("DKK", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("INR", 2),
    ("JPY", 0),
    ("KRW", 0),
    ("MXN", 2),
    ("NOK", 2),
    ("NZD", 2),
    ("PLN", 2),
    ("RON", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("USD", 2),
    ("VND", 0),
    ("ZAR", 2),
];

impl Currency {
    /// The euro.
    pub const EUR: Self = Self { code: "EUR", exponent: 2 };
    /// The Japanese yen, which has no minor unit.
    pub const JPY: Self = Self { code: "JPY", exponent: 0 };
    /// The US dollar.
    pub const USD: Self = Self { code: "USD", exponent: 2 };

    /// The currency with this ISO 4217 code, in capitals.
    ///
    /// # Errors
    /// [`Invalid`] when the shop does not sell in it.
    pub fn parse(code: &str) -> Result<Self, Invalid> {
        CURRENCIES
            .iter()
            .find(|(known, _)| *known == code)
            .map(|&(code, exponent)| Self { code, exponent })
            .ok_or(Invalid { what: "currency", rule: "must be an ISO 4217 code that this shop sells in, such as EUR" })
    }

    /// The ISO 4217 code, in capitals.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// How many decimal places the major unit has.
    pub fn exponent(self) -> u32 {
        self.exponent
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// An amount of money in minor units (cents for EUR, yen for JPY), always with its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    amount_minor: i64,
    currency: Currency,
}

/// Arithmetic that has no right answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The two amounts are of different currencies.
    #[error("amounts in {0} and {1} do not add up")]
    Currencies(Currency, Currency),
    /// The result does not fit.
    #[error("the amount is too large")]
    Overflow,
    /// Nothing to divide by: no weights, a negative one, or all of them zero.
    #[error("an amount cannot be shared out by these weights")]
    Weights,
}

impl Money {
    /// An amount in minor units.
    pub fn minor(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// Nothing, in this currency.
    pub fn zero(currency: Currency) -> Self {
        Self::minor(0, currency)
    }

    /// The amount in minor units.
    pub fn amount_minor(self) -> i64 {
        self.amount_minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// Different currencies, or a sum that does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference, which may be negative.
    ///
    /// # Errors
    /// Different currencies, or a difference that does not fit.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// This much, so many times.
    ///
    /// # Errors
    /// A product that does not fit.
    pub fn times(self, quantity: Quantity) -> Result<Self, MoneyError> {
        let amount = self.amount_minor.checked_mul(i64::from(quantity.get())).ok_or(MoneyError::Overflow)?;
        Ok(Self::minor(amount, self.currency))
    }

    /// Shares this amount out in proportion to `weights`, to the last minor unit: every share is rounded towards zero, and
    /// what is left goes one unit each to the shares that lost most by it (largest remainder; the first of equals).
    ///
    /// # Errors
    /// No weights, a negative weight, or weights that are all zero.
    pub fn allocate(self, weights: &[i64]) -> Result<Vec<Self>, MoneyError> {
        let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if sum <= 0 || weights.iter().any(|weight| *weight < 0) {
            return Err(MoneyError::Weights);
        }
        let amount = i128::from(self.amount_minor);
        let exact = |weight: &i64| amount * i128::from(*weight);
        let mut shares: Vec<i128> = weights.iter().map(|weight| exact(weight) / sum).collect();
        let mut by_loss: Vec<usize> = (0..weights.len()).collect();
        by_loss.sort_by_key(|&i| std::cmp::Reverse((exact(&weights[i]) % sum).abs()));
        let left = amount - shares.iter().sum::<i128>();
        for &i in by_loss.iter().take(usize::try_from(left.abs()).unwrap_or(0)) {
            shares[i] += left.signum();
        }
        shares
            .into_iter()
            .map(|share| i64::try_from(share).map(|minor| Self::minor(minor, self.currency)))
            .collect::<Result<_, _>>()
            .map_err(|_| MoneyError::Overflow)
    }

    fn combine(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        let amount = with(self.amount_minor, other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::minor(amount, self.currency))
    }
}

/// For people: `19.80 EUR`, `1980 JPY`, `-0.05 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(self.currency.exponent);
        let (sign, amount) = (if self.amount_minor < 0 { "-" } else { "" }, self.amount_minor.unsigned_abs());
        match self.currency.exponent {
            0 => write!(f, "{sign}{amount} {}", self.currency),
            places => {
                let places = places as usize;
                write!(f, "{sign}{}.{:0places$} {}", amount / scale, amount % scale, self.currency)
            }
        }
    }
}
