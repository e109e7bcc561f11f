//! What a customer wants, and what it costs.

use std::collections::BTreeMap;

use kernel::{Currency, EmailAddress, Money, PaymentMethodId, Quantity, Sku, Timestamp};

use super::{Address, Line, Sale};

/// The most lines of an order: a reservation takes two actions a line, and DynamoDB takes a hundred in a transaction.
pub const LINES_MAX: usize = 50;

/// The least and the most that Stripe charges at once, in minor units, for most currencies.
///
/// Source: Stripe, "Supported currencies": minimum and maximum charge amounts.
const TOTAL_MINOR: std::ops::RangeInclusive<i64> = 50..=99_999_999;

/// A valid request for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// One line per sku, sorted by sku, not empty.
    pub lines: Vec<WantedLine>,
    /// The currency to pay in.
    pub currency: Currency,
    /// The card.
    pub payment_method: PaymentMethodId,
    /// Where mails go.
    pub email: EmailAddress,
    /// Where the goods go.
    pub shipping_address: Address,
    /// What the customer believes it costs.
    pub expected_total: Option<Money>,
}

/// So many of a sku.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedLine {
    /// The sku.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// What a product costs, according to this context's copy.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Price {
    /// The product's name.
    pub name: String,
    /// The price of one.
    pub price: Money,
    /// Its sale, if it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Sale>,
}

/// Why an order is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Skus that are not on sale.
    UnknownSkus(Vec<Sku>),
    /// Skus that are not sold in the wanted currency.
    OtherCurrency(Vec<Sku>),
    /// The total is less or more than can be charged at once.
    TotalOutOfRange,
    /// It costs something else than the customer believes.
    PriceChanged {
        /// What it costs.
        total: Money,
    },
    /// The product's sale has not opened yet.
    SaleNotOpen {
        /// The product.
        sku: Sku,
        /// When it opens.
        opens_at: Timestamp,
    },
    /// Nothing is left of the product in its sale, or was not a moment ago.
    SoldOut(Sku),
    /// The product's sale is over.
    SaleOver(Sku),
    /// The product is in a sale, and so is bought alone.
    SaleAlone(Sku),
    /// The customer would have more of it than the sale allows.
    CustomerLimit {
        /// The product.
        sku: Sku,
        /// Units for each customer.
        most: u32,
    },
    /// So many orders of sales wait that this one's turn would come too late.
    QueueFull,
}

/// The lines of the order and its total, at these prices.
///
/// # Errors
/// Why it is not taken.
pub fn price(wanted: &Wanted, prices: &BTreeMap<Sku, Price>) -> Result<(Vec<Line>, Money), Refused> {
    let find = |fault: fn(&WantedLine, &BTreeMap<Sku, Price>, Currency) -> bool| -> Vec<Sku> {
        let faulty = wanted.lines.iter().filter(|line| fault(line, prices, wanted.currency));
        faulty.map(|line| line.sku.clone()).collect()
    };
    let unknown = find(|line, prices, _| !prices.contains_key(&line.sku));
    if !unknown.is_empty() {
        return Err(Refused::UnknownSkus(unknown));
    }
    let foreign = find(|line, prices, currency| prices.get(&line.sku).is_some_and(|p| p.price.currency() != currency));
    if !foreign.is_empty() {
        return Err(Refused::OtherCurrency(foreign));
    }
    let mut total = Money::zero(wanted.currency);
    let mut lines = Vec::with_capacity(wanted.lines.len());
    for WantedLine { sku, quantity } in &wanted.lines {
        let Some(Price { name, price, .. }) = prices.get(sku) else { continue };
        let line_total = price.times(*quantity).map_err(|_| Refused::TotalOutOfRange)?;
        total = total.plus(line_total).map_err(|_| Refused::TotalOutOfRange)?;
        lines.push(Line { sku: sku.clone(), name: name.clone(), quantity: *quantity, unit_price: *price });
    }
    if !TOTAL_MINOR.contains(&total.amount_minor()) {
        return Err(Refused::TotalOutOfRange);
    }
    if wanted.expected_total.is_some_and(|expected| expected != total) {
        return Err(Refused::PriceChanged { total });
    }
    Ok((lines, total))
}
