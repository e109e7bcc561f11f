//! One file per Lambda.

use lambda::Function;

pub(crate) mod adjust_stock;
pub(crate) mod allocate_stock;
pub(crate) mod commit_stock;
pub(crate) mod expire_reservations;
pub(crate) mod get_availability;
pub(crate) mod get_stock;
pub(crate) mod list_adjustments;
pub(crate) mod list_holds;
pub(crate) mod publish_stock_events;
pub(crate) mod rebalance_stock;
pub(crate) mod refuse_stock;
pub(crate) mod release_stock;
pub(crate) mod reserve_stock;
pub(crate) mod set_stock_shards;

/// The functions of this context, as `service.yaml` names them.
pub fn functions() -> Vec<Function> {
    vec![
        Function::new(reserve_stock::NAME, reserve_stock::start),
        Function::new(allocate_stock::NAME, allocate_stock::start),
        Function::new(commit_stock::NAME, commit_stock::start),
        Function::new(refuse_stock::NAME, refuse_stock::start),
        Function::new(release_stock::NAME, release_stock::start),
        Function::new(get_availability::NAME, get_availability::start),
        Function::new(get_stock::NAME, get_stock::start),
        Function::new(adjust_stock::NAME, adjust_stock::start),
        Function::new(list_adjustments::NAME, list_adjustments::start),
        Function::new(list_holds::NAME, list_holds::start),
        Function::new(set_stock_shards::NAME, set_stock_shards::start),
        Function::new(rebalance_stock::NAME, rebalance_stock::start),
        Function::new(expire_reservations::NAME, expire_reservations::start),
        Function::new(publish_stock_events::NAME, publish_stock_events::start),
    ]
}
