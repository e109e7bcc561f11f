//! Whether stored orders make sense, for the workspace's check of invariants.

use kernel::{Money, SignedDuration};
use serde_json::Value;

use crate::domain::{Order, Status};

/// How much the clocks of two machines may differ. An order that is placed by one and ended by another may seem to have ended
/// before.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);

/// What is wrong with these items of the orders table, in plain JSON.
pub fn audit(orders: &[Value]) -> Vec<String> {
    let mut violations = Vec::new();
    for item in orders {
        match serde_json::from_value::<Order>(item.clone()) {
            Ok(order) => {
                violations.extend(faults(&order).into_iter().map(|fault| format!("{}: {fault}", order.order_id)))
            }
            Err(why) => violations.push(format!("an order cannot be read: {why}")),
        }
    }
    violations
}

fn faults(order: &Order) -> Vec<&'static str> {
    let sum = order.lines.iter().try_fold(Money::zero(order.total.currency()), |sum, line| {
        line.unit_price.times(line.quantity).and_then(|line| sum.plus(line))
    });
    let undone = matches!(order.status, Status::Cancelling | Status::Cancelled);
    let sorted = order.lines.windows(2).all(|pair| pair[0].sku < pair[1].sku);
    let latest = order.updated_at.checked_add(CLOCKS_DIFFER).unwrap_or(order.updated_at);
    let rules = [
        (sum == Ok(order.total), "its total is not the sum of its lines"),
        (!order.lines.is_empty() && sorted, "its lines are not one per sku, sorted"),
        (undone == order.reason.is_some(), "it has a reason exactly when it is cancelling or cancelled"),
        (order.status != Status::ActionRequired || order.client_secret.is_some(), "its customer cannot authenticate"),
        (order.deadline > order.created_at && latest >= order.created_at, "its times are out of order"),
    ];
    rules.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault).collect()
}
