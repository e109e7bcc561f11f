//! Refusing and releasing.

use contracts::saga::{
    CommitStockAnswer, Refusal,
    RefuseStockAnswer::{NeverHeld, WasHeld},
    ReleaseStockAnswer::Released,
    ReserveStockAnswer::Held,
};
use kernel::Clock;

use crate::{Inventory, refused};

const REASON: Refusal = Refusal::CancelledByCustomer;

#[tokio::test]
async fn a_refusal_keeps_a_late_reserve_from_holding() {
    let inventory = Inventory::with(&[("A", 5), ("B", 5)]).await;
    let order = inventory.order(1, &[("A", 1), ("B", 1)]);
    assert_eq!(inventory.refuse(&order, REASON).await, NeverHeld);
    assert_eq!(inventory.reserve(&order).await, Ok(refused(REASON)));
    assert_eq!(inventory.refuse(&order, REASON).await, NeverHeld);
    assert_eq!(inventory.release(&order, REASON).await, Ok(Released));
    assert_eq!(inventory.holds(), ["01 A refused"]);
    assert_eq!((inventory.available("A"), inventory.available("B")), (5, 5));
    inventory.audit();
}

#[tokio::test]
async fn what_was_sold_out_was_never_held() {
    let inventory = Inventory::with(&[("A", 1)]).await;
    let order = inventory.order(1, &[("A", 2)]);
    inventory.reserve(&order).await.unwrap();
    assert_eq!(inventory.refuse(&order, REASON).await, NeverHeld);
    assert_eq!(inventory.reserve(&order).await, Ok(refused(Refusal::SoldOut)), "the first reason stays");
}

#[tokio::test]
async fn what_was_held_once_was_held_whatever_became_of_it() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 1)]);
    inventory.reserve(&order).await.unwrap();
    assert_eq!(inventory.refuse(&order, REASON).await, WasHeld);
    assert_eq!(inventory.holds(), ["01 A held"], "looking changes nothing");
    inventory.commit(&order).await.unwrap();
    assert_eq!(inventory.refuse(&order, REASON).await, WasHeld);
    inventory.release(&order, REASON).await.unwrap();
    assert_eq!(inventory.refuse(&order, REASON).await, WasHeld);
    inventory.audit();
}

#[tokio::test]
async fn a_release_gives_back_once() {
    let inventory = Inventory::with(&[("A", 5), ("B", 5)]).await;
    let order = inventory.order(1, &[("A", 2), ("B", 3)]);
    inventory.reserve(&order).await.unwrap();
    for _ in 0..2 {
        assert_eq!(inventory.release(&order, REASON).await, Ok(Released));
        assert_eq!((inventory.available("A"), inventory.available("B")), (5, 5));
    }
    assert_eq!(inventory.holds(), ["01 A released", "01 B released"]);
    assert_eq!(inventory.reserve(&order).await, Ok(refused(REASON)));
    assert_eq!(inventory.commit(&order).await, Ok(CommitStockAnswer::Refused { reason: REASON }));
    inventory.audit();
}

#[tokio::test]
async fn a_release_gives_back_what_was_committed() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let (order, other) = (inventory.order(1, &[("A", 2)]), inventory.order(2, &[("A", 1)]));
    inventory.reserve(&order).await.unwrap();
    inventory.commit(&order).await.unwrap();
    assert_eq!(inventory.reserve(&other).await, Ok(Held));
    inventory.release(&order, REASON).await.unwrap();
    assert_eq!(inventory.available("A"), 4);
    assert_eq!(inventory.holds(), ["01 A released", "02 A held"]);
    inventory.audit();
}

#[tokio::test]
async fn only_tombstones_are_ever_forgotten() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let orders = [1, 2, 3, 4].map(|number| inventory.order(number, &[("A", 1)]));
    for order in &orders[..3] {
        inventory.reserve(order).await.unwrap();
    }
    inventory.commit(&orders[1]).await.unwrap();
    inventory.release(&orders[2], REASON).await.unwrap();
    inventory.refuse(&orders[3], REASON).await;
    let in_four_weeks = inventory.bench.clock().now().as_second() + 28 * 86_400;
    for hold in inventory.bench.scan("holds") {
        let over = ["released", "refused"].contains(&hold["state"].as_str().unwrap());
        let forget_at = hold.get("forget_at").and_then(serde_json::Value::as_i64);
        assert_eq!(forget_at.is_some(), over, "{hold}");
        assert!(forget_at.is_none_or(|at| (in_four_weeks - 60..=in_four_weeks).contains(&at)), "{hold}");
    }
    inventory.audit();
}
