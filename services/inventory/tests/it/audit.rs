//! The audit finds what is wrong, and nothing in what is right.

use inventory::audit::audit;
use serde_json::{Value, json};

fn stock(shard: u32, shards: u32, available: i64, received: i64) -> Value {
    json!({
        "sku_shard": format!("A#{shard}"), "sku": "A", "shard": shard, "shards": shards, "available": available,
        "received": received, "written_off": 0, "updated_at": 0,
    })
}

fn hold(order: u8, state: &str, quantity: u32) -> Value {
    let order_id = kernel::OrderId::from_bytes([order; 16]);
    let mut hold = json!({
        "order_id": order_id, "sku": "A", "quantity": quantity, "shard": 0, "state": state, "expires_at": 0,
    });
    if ["released", "refused"].contains(&state) {
        hold["reason"] = json!("sold_out");
        hold["forget_at"] = json!(1);
    }
    hold
}

#[test]
fn a_sound_database_has_no_violations() {
    let stock = [stock(0, 2, 3, 10), stock(1, 2, 5, 3)];
    let holds = [hold(1, "held", 2), hold(2, "committed", 3), hold(3, "released", 9), hold(4, "refused", 0)];
    assert_eq!(audit(&stock, &holds), Vec::<String>::new());
    assert_eq!(audit(&[], &[]), Vec::<String>::new());
}

#[test]
fn every_kind_of_violation_is_found() {
    let mut wrong_key = stock(0, 1, 1, 1);
    wrong_key["sku_shard"] = json!("B#0");
    let mut forgettable = hold(1, "held", 1);
    forgettable["forget_at"] = json!(1);
    let mut unexplained = hold(1, "released", 1);
    unexplained.as_object_mut().unwrap().remove("reason");
    let mut beside = hold(1, "released", 1);
    beside["sku"] = json!("B");
    let cases: [(&[Value], &[Value], &str); 11] = [
        (&[stock(0, 1, 1, 2)], &[], "A: 2 received, but 1 available + 0 held + 0 committed + 0 written off"),
        (&[stock(0, 1, 2, 2)], &[hold(1, "held", 1)], "A: 2 received, but 2 available + 1 held"),
        (&[], &[hold(1, "committed", 1)], "A: 0 received, but 0 available + 0 held + 1 committed"),
        (&[stock(0, 1, -1, -1)], &[], "stock A#0 has -1 units available"),
        (&[wrong_key], &[], "stock B#0 says that it is A#0"),
        (&[stock(0, 2, 1, 1)], &[], "stock of A has the shards {0} of 2"),
        (&[stock(1, 2, 1, 1)], &[], "stock of A has the shards {1} of 0"),
        (&[], &[hold(1, "refused", 1)], "is refused with 1 units"),
        (&[stock(0, 1, 1, 2)], &[forgettable], "is held and to be forgotten at Some(1)"),
        (&[], &[unexplained], "is released with the reason None"),
        (&[], &[hold(1, "refused", 0), beside], "was refused before it held anything, and has other holds"),
    ];
    for (stock, holds, expected) in cases {
        let found = audit(stock, holds);
        assert!(found.iter().any(|violation| violation.contains(expected)), "{expected}: {found:?}");
    }
    assert_eq!(audit(&[json!({})], &[json!({})]).len(), 2);
}
