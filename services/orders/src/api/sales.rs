//! Sales, as they travel on HTTP.

use kernel::{Quantity, Sku, Timestamp};
use lambda::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Faults;
use crate::domain::{Phase, Sale};

/// A sale of a product, to be announced, opened or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSaleBody {
    /// Orders are taken from this moment on; without it, from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opens_at: Option<Timestamp>,
    /// From this moment on they are not taken any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closes_at: Option<Timestamp>,
    /// Units for each customer, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000, example = 2)]
    pub per_customer: Option<i64>,
}

impl PutSaleBody {
    /// Checks every field, and takes the sale.
    ///
    /// # Errors
    /// 422, with every field that is wrong.
    pub fn check(&self, now: Timestamp) -> Result<Sale, Problem> {
        let mut faults = Faults(Problem::invalid());
        let opens_at = self.opens_at.unwrap_or(now);
        if self.closes_at.is_some_and(|closes_at| closes_at <= opens_at) {
            faults.add("/closes_at", "must be after opens_at");
        }
        let units = |most| Quantity::new(most).map_err(|_| format!("must be 1 to {}", Quantity::MAX));
        let per_customer = self.per_customer.and_then(|most| match units(most) {
            Ok(units) => Some(units),
            Err(why) => {
                faults.add("/per_customer", why);
                None
            }
        });
        if !faults.0.errors.is_empty() {
            return Err(faults.0);
        }
        let per_customer = per_customer.map(Quantity::get);
        Ok(Sale { opens_at, closes_at: self.closes_at, per_customer, sold_out_at: None })
    }
}

/// A sale of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Sale)]
pub struct SaleBody {
    /// The product.
    #[schema(example = "MUG-01")]
    sku: String,
    /// Where the sale is.
    phase: Phase,
    /// Orders are taken from this moment on.
    #[schema(value_type = String, format = DateTime)]
    opens_at: Timestamp,
    /// From this moment on they are not taken any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closes_at: Option<Timestamp>,
    /// Units for each customer, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_customer: Option<u32>,
    /// Whether nothing was left a moment ago. Units may come back.
    sold_out: bool,
}

impl SaleBody {
    /// This sale of this product, at this moment.
    pub fn new(sku: &Sku, sale: &Sale, now: Timestamp) -> Self {
        Self {
            sku: sku.to_string(),
            phase: sale.phase(now),
            opens_at: sale.opens_at,
            closes_at: sale.closes_at,
            per_customer: sale.per_customer,
            sold_out: sale.was_sold_out(now),
        }
    }
}

/// The sales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Sales)]
pub struct SalesBody {
    /// One for each product that is in one, by sku.
    pub items: Vec<SaleBody>,
}
