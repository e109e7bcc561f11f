//! Saving and restoring, and that the same history has the same outcome.

use serde_json::json;

use crate::bench::{Bench, id, pay_form};

fn some_history(bench: &Bench) {
    bench.post_with_key("k", "/payment_intents", &pay_form("pm_card_visa"));
    let captured = bench.captured();
    bench.post("/refunds", &format!("payment_intent={captured}&amount=100")).ok();
    bench.pay("pm_card_authenticationRequired");
    bench.pay("pm_card_visa_chargeDeclined");
}

#[test]
fn a_snapshot_holds_everything() {
    let before = Bench::new();
    some_history(&before);
    let snapshot = before.stripe.snapshot().unwrap();
    let after = Bench::new();
    after.captured();
    after.stripe.restore(snapshot.clone()).unwrap();

    assert_eq!(after.stripe.snapshot().unwrap(), snapshot);
    assert_eq!(after.stripe.intents(), before.stripe.intents());
    let replay = after.post_with_key("k", "/payment_intents", &pay_form("pm_card_visa"));
    assert_eq!(replay.header("idempotent-replayed"), Some("true"), "keys");
    assert_eq!(after.get("/refunds").ok()["data"].as_array().unwrap().len(), 1, "refunds");
    assert_eq!(after.stripe.drain_webhooks(), before.stripe.drain_webhooks(), "events not yet delivered");
    assert!(before.stripe.intents().iter().all(|old| old["id"] != after.authorized()), "ids go on");
    after.advance(8 * 24 * 60 * 60);
    assert_eq!(after.intent(&id(&before.stripe.intents()[0]))["status"], "canceled", "lapses");
}

#[test]
fn what_is_no_snapshot_changes_nothing() {
    let bench = Bench::new();
    some_history(&bench);
    let before = bench.stripe.snapshot().unwrap();
    assert!(bench.stripe.restore(json!({ "intents": [] })).is_err());
    assert_eq!(bench.stripe.snapshot().unwrap(), before);
}

#[test]
fn the_same_history_has_the_same_outcome() {
    let runs = [Bench::new(), Bench::new()].map(|bench| {
        some_history(&bench);
        (bench.stripe.snapshot().unwrap(), bench.stripe.drain_webhooks())
    });
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn accounts_with_other_seeds_give_other_ids() {
    let ids = [1, 2].map(|seed| Bench::with(|options| options.id_seed = seed).authorized());
    assert_ne!(ids[0], ids[1]);

    let [one, other] = [1, 2].map(|seed| Bench::with(|options| options.id_seed = seed));
    other.stripe.restore(one.stripe.snapshot().unwrap()).unwrap();
    assert!(other.authorized().ends_with("02"), "also after restoring the other's snapshot");
}
