//! Holding and committing.

use contracts::saga::{CommitStockAnswer, Line, Refusal, ReserveStockAnswer::Held};
use kernel::Quantity;
use lambda::FunctionError;

use crate::{Inventory, refused, sku};

#[tokio::test]
async fn an_order_holds_its_lines_once_however_often_it_is_asked() {
    let inventory = Inventory::with(&[("A", 5), ("B", 5)]).await;
    let order = inventory.order(1, &[("A", 2), ("B", 1)]);
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
    assert_eq!((inventory.available("A"), inventory.available("B")), (3, 4));
    assert_eq!(inventory.commit(&order).await, Ok(CommitStockAnswer::Committed));
    assert_eq!(inventory.commit(&order).await, Ok(CommitStockAnswer::Committed));
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
    assert_eq!((inventory.available("A"), inventory.available("B")), (3, 4));
    assert_eq!(inventory.holds(), ["01 A committed", "01 B committed"]);
    inventory.audit();
}

#[tokio::test]
async fn the_usual_order_reads_nothing_and_writes_five_units() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 2)]);
    let before = inventory.bench.readings();
    inventory.reserve(&order).await.unwrap();
    inventory.commit(&order).await.unwrap();
    let after = inventory.bench.readings();
    // Two writes at twice their price, in a transaction, and one plain one.
    let units = after.total_write_units() - before.total_write_units();
    assert!((units - 5.0).abs() < f64::EPSILON, "{units} write units");
    assert!((after.total_read_units() - before.total_read_units()).abs() < f64::EPSILON);
    assert_eq!(after.total_requests() - before.total_requests(), 2);
}

#[tokio::test]
async fn when_one_line_is_sold_out_no_line_is_held_and_never_will_be() {
    let inventory = Inventory::with(&[("A", 5), ("B", 1)]).await;
    let order = inventory.order(1, &[("A", 2), ("B", 2)]);
    assert_eq!(inventory.reserve(&order).await, Ok(refused(Refusal::SoldOut)));
    assert_eq!((inventory.available("A"), inventory.available("B")), (5, 1));
    assert_eq!(inventory.holds(), ["01 A refused"]);
    // The delivery comes too late for this order: it was told no.
    inventory.adjust("B", "second", &serde_json::json!({ "delta": 9, "reason": "delivery" })).await;
    assert_eq!(inventory.reserve(&order).await, Ok(refused(Refusal::SoldOut)));
    assert_eq!((inventory.available("A"), inventory.available("B")), (5, 10));
    assert_eq!(inventory.commit(&order).await, Ok(CommitStockAnswer::Refused { reason: Refusal::SoldOut }));
    inventory.audit();
}

#[tokio::test]
async fn a_sku_without_stock_is_sold_out() {
    let inventory = Inventory::with(&[]).await;
    let order = inventory.order(1, &[("NEVER-SEEN", 1)]);
    assert_eq!(inventory.reserve(&order).await, Ok(refused(Refusal::SoldOut)));
    inventory.audit();
}

#[tokio::test]
async fn the_last_unit_goes_to_one_order() {
    let inventory = Inventory::with(&[("A", 1)]).await;
    assert_eq!(inventory.reserve(&inventory.order(1, &[("A", 1)])).await, Ok(Held));
    assert_eq!(inventory.reserve(&inventory.order(2, &[("A", 1)])).await, Ok(refused(Refusal::SoldOut)));
    assert_eq!(inventory.available("A"), 0);
    inventory.audit();
}

#[tokio::test]
async fn after_its_deadline_an_order_holds_nothing_new() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let (held, late) = (inventory.order(1, &[("A", 1)]), inventory.order(2, &[("A", 1)]));
    inventory.reserve(&held).await.unwrap();
    inventory.pass_the_deadline();
    assert_eq!(inventory.reserve(&late).await, Ok(refused(Refusal::DeadlinePassed)));
    assert_eq!(inventory.reserve(&held).await, Ok(Held), "what the hold says is what counts");
    assert_eq!(inventory.holds(), ["01 A held", "02 A refused"]);
    inventory.audit();
}

#[tokio::test]
async fn an_expired_hold_cannot_be_committed() {
    let inventory = Inventory::with(&[("A", 5), ("B", 5)]).await;
    let order = inventory.order(1, &[("A", 1), ("B", 1)]);
    inventory.reserve(&order).await.unwrap();
    inventory.pass_the_deadline();
    let expired = Ok(CommitStockAnswer::Refused { reason: Refusal::HoldExpired });
    assert_eq!(inventory.commit(&order).await, expired);
    assert_eq!(inventory.holds(), ["01 A held", "01 B held"]);
    inventory.expire().await;
    assert_eq!(inventory.commit(&order).await, expired);
    assert_eq!(inventory.available("A"), 5);
    inventory.audit();
}

#[tokio::test]
async fn a_commit_after_the_deadline_repeats_what_was_committed_before_it() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 1)]);
    inventory.reserve(&order).await.unwrap();
    inventory.commit(&order).await.unwrap();
    inventory.pass_the_deadline();
    assert_eq!(inventory.commit(&order).await, Ok(CommitStockAnswer::Committed));
    inventory.audit();
}

#[tokio::test]
async fn what_was_never_reserved_cannot_be_committed_at_all() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let failed = inventory.commit(&inventory.order(1, &[("A", 1)])).await.unwrap_err();
    assert_eq!(failed.name, FunctionError::BROKEN);
}

#[tokio::test]
async fn holds_of_other_quantities_are_nobodys_answer() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let mut order = inventory.order(1, &[("A", 1)]);
    inventory.reserve(&order).await.unwrap();
    order.lines[0].quantity = Quantity::new(2).unwrap();
    assert_eq!(inventory.reserve(&order).await.unwrap_err().name, FunctionError::BROKEN);
    assert_eq!(inventory.available("A"), 4);
    inventory.audit();
}

#[tokio::test]
async fn fifty_lines_fit_into_one_transaction_and_more_are_refused() {
    let names: Vec<String> = (0..50).map(|number| format!("S-{number:02}")).collect();
    let mut lines: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let inventory = Inventory::with(&lines).await;
    let order = inventory.order(1, &lines);
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
    assert_eq!(inventory.commit(&order).await, Ok(CommitStockAnswer::Committed));
    inventory.release(&order, Refusal::PaymentCanceled).await.unwrap();
    assert!(names.iter().all(|name| inventory.available(name) == 1));

    lines.push(("T", 1));
    let failed = inventory.reserve(&inventory.order(2, &lines)).await.unwrap_err();
    assert_eq!(failed.name, FunctionError::BROKEN);
    inventory.audit();
}

#[tokio::test]
async fn lines_that_break_the_contract_are_refused() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let one = || Line { sku: sku("A"), quantity: Quantity::new(1).unwrap() };
    for lines in [vec![], vec![one(), one()]] {
        let mut order = inventory.order(1, &[("A", 1)]);
        order.lines = lines;
        assert_eq!(inventory.reserve(&order).await.unwrap_err().name, FunctionError::BROKEN);
    }
    assert!(inventory.holds().is_empty());
}
