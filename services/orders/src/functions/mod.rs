//! One file per Lambda: what is deployed.

pub(crate) mod abandon_order;
pub(crate) mod cancel_order;
pub(crate) mod confirm_order;
pub(crate) mod get_order;
pub(crate) mod list_orders;
pub(crate) mod park_order;
pub(crate) mod place_order;
pub(crate) mod project_prices;
pub(crate) mod publish_order_events;
pub(crate) mod resume_orders;
pub(crate) mod watch_orders;

use lambda::Function;

/// Every function of this context.
pub fn functions() -> Vec<Function> {
    vec![
        Function::new("place-order", place_order::start),
        Function::new("get-order", get_order::start),
        Function::new("list-orders", list_orders::start),
        Function::new("cancel-order", cancel_order::start),
        Function::new("park-order", park_order::start),
        Function::new("confirm-order", confirm_order::start),
        Function::new("abandon-order", abandon_order::start),
        Function::new("publish-order-events", publish_order_events::start),
        Function::new("project-prices", project_prices::start),
        Function::new("resume-orders", resume_orders::start),
        Function::new("watch-orders", watch_orders::start),
    ]
}
