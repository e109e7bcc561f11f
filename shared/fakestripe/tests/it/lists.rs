//! Finding intents and refunds.

use kernel::SignedDuration;
use serde_json::Value;

use crate::bench::{Bench, id};

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(id).collect()
}

fn create(bench: &Bench, order: &str) -> String {
    id(&bench.post("/payment_intents", &format!("amount=100&currency=eur&metadata[order_id]={order}")).ok())
}

#[test]
fn lists_are_newest_first_and_come_in_pages() {
    let bench = Bench::new();
    let mut created: Vec<String> = (0..12).map(|n| create(&bench, &format!("ord_{n}"))).collect();
    created.reverse();

    let first = bench.get("/payment_intents").ok();
    assert_eq!(ids(&first), created[..10]);
    assert_eq!(first["has_more"], true);
    let second = bench.get(&format!("/payment_intents?starting_after={}", created[9])).ok();
    assert_eq!(ids(&second), created[10..]);
    assert_eq!(second["has_more"], false);
    assert_eq!(ids(&bench.get("/payment_intents?limit=12").ok()), created);
    for limit in ["0", "101", "x"] {
        bench.get(&format!("/payment_intents?limit={limit}")).error(400, "parameter_invalid_integer");
    }
    bench.get("/payment_intents?starting_after=pi_nobody").error(400, "resource_missing");
}

#[test]
fn lists_can_be_bounded_in_time() {
    let bench = Bench::new();
    let created: Vec<String> = (0..3)
        .map(|n| {
            bench.advance(10);
            create(&bench, &format!("ord_{n}"))
        })
        .collect();
    let list = |bounds: &str| ids(&bench.get(&format!("/payment_intents?{bounds}")).ok());
    assert_eq!(list("created[gte]=1800000020"), [created[2].clone(), created[1].clone()]);
    assert_eq!(list("created%5Bgt%5D=1800000020"), [created[2].clone()]);
    assert_eq!(list("created[gte]=1800000010&created[lt]=1800000020"), [created[0].clone()]);
    assert_eq!(list("created[lte]=1800000010"), [created[0].clone()]);
    assert_eq!(list("created=1800000020"), [created[1].clone()]);
    bench.get("/payment_intents?created[since]=1").error(400, "parameter_unknown");
}

#[test]
fn intents_are_found_by_metadata() {
    let bench = Bench::new();
    let one = create(&bench, "ord_1");
    let other = create(&bench, "ord_2");
    let again = create(&bench, "ord_1");
    let search = |query: &str| bench.get(&format!("/payment_intents/search?query={query}")).ok();
    let found = search("metadata%5B%27order_id%27%5D%3A%27ord_1%27");
    assert_eq!(ids(&found), [again.clone(), one.clone()]);
    assert_eq!((&found["has_more"], &found["next_page"]), (&false.into(), &Value::Null));
    assert_eq!(ids(&search("metadata['order_id']:'ord_2'")), [other]);
    assert_eq!(ids(&search("metadata['order_id']:'ord_'")), [""; 0], "nothing short of an exact match");

    bench.post(&format!("/payment_intents/{again}/cancel"), "").ok();
    assert_eq!(ids(&search("metadata['order_id']:'ord_1'+AND+status:'canceled'")), vec![again.clone()]);
    assert_eq!(ids(&search("metadata['order_id']:'ord_1'+AND+status:'succeeded'")), [""; 0]);

    let first = search("metadata['order_id']:'ord_1'&limit=1");
    assert_eq!((ids(&first), &first["has_more"]), (vec![again], &true.into()));
    let next = search(&format!("metadata['order_id']:'ord_1'&limit=1&page={}", first["next_page"].as_str().unwrap()));
    assert_eq!((ids(&next), &next["has_more"]), (vec![one], &false.into()));

    assert_eq!(bench.get("/payment_intents/search?query=order_id").status, 400);
    bench.get("/payment_intents/search").error(400, "parameter_missing");
}

#[test]
fn search_may_trail_but_a_list_does_not() {
    let bench = Bench::with(|options| options.search_lag = SignedDuration::from_secs(60));
    let intent = create(&bench, "ord_1");
    let search = || ids(&bench.get("/payment_intents/search?query=metadata['order_id']:'ord_1'").ok());
    bench.advance(59);
    assert_eq!(search(), [""; 0], "finding nothing proves nothing");
    assert_eq!(ids(&bench.get("/payment_intents").ok()), vec![intent.clone()]);
    bench.advance(1);
    assert_eq!(search(), [intent]);
}

#[test]
fn charges_are_expanded_in_lists() {
    let bench = Bench::new();
    bench.authorized();
    for path in ["/payment_intents?", "/payment_intents/search?query=metadata['order_id']:'ord_1'&"] {
        let page = bench.get(&format!("{path}expand[]=data.latest_charge")).ok();
        assert_eq!(page["data"][0]["latest_charge"]["object"], "charge");
        assert_eq!(bench.get(&format!("{path}expand[]=latest_charge")).status, 400);
    }
}

#[test]
fn refunds_are_listed_by_intent() {
    let bench = Bench::new();
    let (one, other) = (bench.captured(), bench.captured());
    let refund = |intent: &str, amount: i64| {
        id(&bench.post("/refunds", &format!("payment_intent={intent}&amount={amount}")).ok())
    };
    let refunds = [refund(&one, 100), refund(&other, 200), refund(&one, 300)];
    let list = |query: &str| ids(&bench.get(&format!("/refunds?{query}")).ok());
    assert_eq!(list(""), [refunds[2].clone(), refunds[1].clone(), refunds[0].clone()]);
    assert_eq!(list(&format!("payment_intent={one}")), [refunds[2].clone(), refunds[0].clone()]);
    assert_eq!(list(&format!("payment_intent={one}&limit=1&starting_after={}", refunds[2])), [refunds[0].clone()]);
}
