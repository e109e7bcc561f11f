//! The schedule's turn.

use contracts::saga::Refusal;
use kernel::Timestamp;
use lambda::Invocation;
use serde_json::{Value, json};

use crate::{Inventory, refused};

#[tokio::test]
async fn only_what_has_expired_and_was_not_committed_is_released() {
    let inventory = Inventory::with(&[("A", 9), ("B", 9)]).await;
    let (held, committed) = (inventory.order(1, &[("A", 1), ("B", 1)]), inventory.order(2, &[("A", 1)]));
    let refused_before = inventory.order(3, &[("A", 1)]);
    inventory.reserve(&held).await.unwrap();
    inventory.reserve(&committed).await.unwrap();
    inventory.commit(&committed).await.unwrap();
    inventory.refuse(&refused_before, Refusal::CancelledByCustomer).await;
    let nothing = json!({ "released": 0, "overtaken": 0, "failed": 0, "complete": true });
    assert_eq!(inventory.expire().await, nothing);

    inventory.pass_the_deadline();
    let fresh = inventory.order(4, &[("A", 1)]);
    inventory.reserve(&fresh).await.unwrap();
    assert_eq!(inventory.expire().await, json!({ "released": 2, "overtaken": 0, "failed": 0, "complete": true }));
    assert_eq!(inventory.holds(), ["01 A released", "01 B released", "02 A committed", "03 A refused", "04 A held"]);
    assert_eq!((inventory.available("A"), inventory.available("B")), (7, 9));
    assert_eq!(inventory.reserve(&held).await, Ok(refused(Refusal::HoldExpired)));

    assert_eq!(inventory.expire().await, nothing);
    inventory.release(&held, Refusal::HoldExpired).await.unwrap();
    assert_eq!((inventory.available("A"), inventory.available("B")), (7, 9));
    inventory.audit();
}

#[tokio::test]
async fn an_order_of_which_half_was_committed_in_time_is_released_by_its_undo() {
    let inventory = Inventory::with(&[("A", 9), ("B", 9)]).await;
    let (whole, half) = (inventory.order(1, &[("A", 1), ("B", 1)]), inventory.order(1, &[("A", 1)]));
    inventory.reserve(&whole).await.unwrap();
    // As if commit-stock had died after its first line.
    inventory.commit(&half).await.unwrap();
    inventory.pass_the_deadline();
    inventory.expire().await;
    assert_eq!(inventory.holds(), ["01 A committed", "01 B released"]);
    inventory.audit();
    inventory.release(&whole, Refusal::HoldExpired).await.unwrap();
    assert_eq!((inventory.available("A"), inventory.available("B")), (9, 9));
    inventory.audit();
}

#[tokio::test]
async fn it_stops_before_lambda_stops_it() {
    let inventory = Inventory::with(&[("A", 9)]).await;
    inventory.reserve(&inventory.order(1, &[("A", 1)])).await.unwrap();
    inventory.pass_the_deadline();
    let functions = inventory::functions();
    let function = functions.iter().find(|function| function.name() == "expire-reservations").unwrap();
    let handler = function.start(inventory.bench.runtime("expire-reservations")).await.unwrap();
    let invocation = Invocation { request_id: "1".to_owned(), deadline: Timestamp::UNIX_EPOCH };
    let answer: Value = handler.handle(json!({}), invocation).await.unwrap();
    assert_eq!(answer, json!({ "released": 0, "overtaken": 0, "failed": 0, "complete": false }));
    assert_eq!(inventory.holds(), ["01 A held"]);
}
