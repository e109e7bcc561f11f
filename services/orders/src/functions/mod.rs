//! One file per Lambda: what is deployed.

pub(crate) mod abandon_order;
pub(crate) mod admit_orders;
pub(crate) mod cancel_order;
pub(crate) mod confirm_order;
pub(crate) mod delete_sale;
pub(crate) mod get_order;
pub(crate) mod get_sale;
pub(crate) mod list_orders;
pub(crate) mod list_sales;
pub(crate) mod park_order;
pub(crate) mod place_order;
pub(crate) mod project_prices;
pub(crate) mod publish_order_events;
pub(crate) mod put_sale;
pub(crate) mod resume_order;
pub(crate) mod resume_orders;
pub(crate) mod start_orders;
pub(crate) mod watch_orders;

use kernel::Sku;
use lambda::{Function, Problem, Request, Runtime, StartError};

use crate::domain::Pace;

/// Every function of this context.
pub fn functions() -> Vec<Function> {
    vec![
        Function::new("place-order", place_order::start),
        Function::new("get-order", get_order::start),
        Function::new("list-orders", list_orders::start),
        Function::new("cancel-order", cancel_order::start),
        Function::new("resume-order", resume_order::start),
        Function::new("list-sales", list_sales::start),
        Function::new("put-sale", put_sale::start),
        Function::new("get-sale", get_sale::start),
        Function::new("delete-sale", delete_sale::start),
        Function::new("park-order", park_order::start),
        Function::new("confirm-order", confirm_order::start),
        Function::new("abandon-order", abandon_order::start),
        Function::new("publish-order-events", publish_order_events::start),
        Function::new("project-prices", project_prices::start),
        Function::new("resume-orders", resume_orders::start),
        Function::new("watch-orders", watch_orders::start),
        Function::new("admit-orders", admit_orders::start),
        Function::new("start-orders", start_orders::start),
    ]
}

/// How fast orders of sales begin to be paid, by the settings `SALE_STARTS_PER_SECOND` and `SALE_QUEUE_SECONDS`.
fn pace(runtime: &Runtime) -> Result<Pace, StartError> {
    Ok(Pace {
        per_second: runtime.settings.parse("SALE_STARTS_PER_SECOND")?,
        longest: runtime.settings.seconds("SALE_QUEUE_SECONDS")?,
    })
}

/// The product in a request's path.
fn sku(request: &Request) -> Result<Sku, Problem> {
    Sku::parse(request.path("sku")).map_err(|_| Problem::not_found("product"))
}
