//! What holds after any history.

use std::collections::BTreeMap;

use fakestripe::{Authentication, Fault};
use proptest::prelude::*;
use serde_json::Value;

use crate::bench::{Bench, id};

const CARDS: [&str; 5] = [
    "pm_card_visa",
    "pm_card_visa_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_card_threeDSecureRequiredChargeDeclined",
    "pm_card_nobody",
];

#[derive(Debug, Clone)]
enum Step {
    Post { path: Path, fields: Vec<String>, key: Option<u8>, fault: Fault },
    Authenticate { intent: usize, outcome: Authentication },
    Wait(i64),
    SaveAndRestore,
}

#[derive(Debug, Clone)]
enum Path {
    Create,
    Act { intent: usize, verb: &'static str },
    Refund { intent: usize },
}

fn card() -> impl Strategy<Value = String> {
    prop::sample::select(&CARDS[..]).prop_map(|card| format!("payment_method={card}"))
}

fn amount(name: &'static str) -> impl Strategy<Value = Vec<String>> {
    prop::option::of(1..1500_i64).prop_map(move |amount| amount.map(|it| format!("{name}={it}")).into_iter().collect())
}

fn ask() -> impl Strategy<Value = (Path, Vec<String>)> {
    let create = (50..1000_i64, any::<bool>(), any::<bool>(), prop::option::of(card())).prop_map(
        |(amount, manual, confirm, card)| {
            let mut fields =
                vec![format!("amount={amount}&currency=eur&allowed_payment_method_types[]=card&confirm={confirm}")];
            fields.extend(manual.then(|| "capture_method=manual".to_owned()));
            fields.extend(card);
            (Path::Create, fields)
        },
    );
    let intent = 0..4_usize;
    let confirm = (intent.clone(), prop::option::of(card()))
        .prop_map(|(intent, card)| (Path::Act { intent, verb: "confirm" }, card.into_iter().collect()));
    let capture = (intent.clone(), amount("amount_to_capture"))
        .prop_map(|(intent, fields)| (Path::Act { intent, verb: "capture" }, fields));
    let cancel = intent.clone().prop_map(|intent| (Path::Act { intent, verb: "cancel" }, Vec::new()));
    let refund = (intent, amount("amount")).prop_map(|(intent, fields)| (Path::Refund { intent }, fields));
    prop_oneof![3 => create, 2 => confirm, 4 => capture, 1 => cancel, 4 => refund]
}

fn step() -> impl Strategy<Value = Step> {
    let fault = prop::sample::select(vec![
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::RateLimited,
        Fault::KeyInUse,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
    ]);
    let post = (ask(), prop::option::of(0..6_u8), fault).prop_map(|((path, fields), key, fault)| Step::Post {
        path,
        fields,
        key,
        fault,
    });
    let outcome = prop::sample::select(vec![Authentication::Succeed, Authentication::Fail]);
    let authenticate = (0..4_usize, outcome).prop_map(|(intent, outcome)| Step::Authenticate { intent, outcome });
    let wait = prop::sample::select(vec![1, 86_400, 6 * 86_400]).prop_map(Step::Wait);
    prop_oneof![12 => post, 2 => authenticate, 1 => wait, 1 => Just(Step::SaveAndRestore)]
}

fn take(bench: &Bench, step: &Step) {
    let ids: Vec<String> = bench.stripe.intents().iter().map(id).collect();
    let nth = |n: &usize| ids.get(*n).cloned().unwrap_or("pi_nobody".into());
    match step {
        Step::Post { path, fields, key, fault } => {
            let mut fields = fields.clone();
            let path = match path {
                Path::Create => "/payment_intents".to_owned(),
                Path::Act { intent, verb } => format!("/payment_intents/{}/{verb}", nth(intent)),
                Path::Refund { intent } => {
                    fields.push(format!("payment_intent={}", nth(intent)));
                    "/refunds".to_owned()
                }
            };
            bench.ask("POST", &path, &fields.join("&"), key.map(|key| key.to_string()).as_deref(), *fault);
        }
        Step::Authenticate { intent, outcome } => drop(bench.stripe.authenticate(&nth(intent), *outcome)),
        Step::Wait(seconds) => bench.advance(*seconds),
        Step::SaveAndRestore => bench.stripe.restore(bench.stripe.snapshot().unwrap()).unwrap(),
    }
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// The money of one intent adds up.
fn check_books(intent: &Value, refunds: &Value) {
    let [amount, capturable, received] =
        ["amount", "amount_capturable", "amount_received"].map(|name| number(&intent[name]));
    let refunded = number(&intent["_local"]["amount_refunded"]);
    let captured = number(&intent["_local"]["charges_captured"]);
    assert!(capturable >= 0 && received >= 0 && capturable + received <= amount, "{intent:#}");
    assert!((0..=received).contains(&refunded), "{intent:#}");
    assert!(captured <= 1, "{intent:#}");
    let sum: i64 = refunds["data"].as_array().unwrap().iter().map(|refund| number(&refund["amount"])).sum();
    assert_eq!(refunded, sum, "{intent:#}");
    match intent["status"].as_str().unwrap() {
        "requires_capture" => assert_eq!((capturable, received, captured), (amount, 0, 0)),
        "succeeded" => assert!(capturable == 0 && received > 0 && captured == 1, "{intent:#}"),
        _ => assert_eq!((capturable, received, captured), (0, 0, 0)),
    }
}

/// What has ended does not change any more, except that more is given back.
fn check_progress(before: &Value, after: &Value) {
    if matches!(before["status"].as_str().unwrap(), "succeeded" | "canceled") {
        let mut expected = before.clone();
        assert!(number(&after["_local"]["amount_refunded"]) >= number(&before["_local"]["amount_refunded"]));
        expected["_local"] = after["_local"].clone();
        assert_eq!(expected, *after);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_adds_up_whatever_happens(steps in prop::collection::vec(step(), 1..60)) {
        let bench = Bench::new();
        let mut before: BTreeMap<String, Value> = BTreeMap::new();
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for step in &steps {
            take(&bench, step);
            let now: BTreeMap<String, Value> =
                bench.stripe.intents().into_iter().map(|intent| (id(&intent), intent)).collect();
            for event in bench.event_bodies() {
                let object = &event["data"]["object"];
                if object["object"] == "payment_intent" {
                    told.entry(id(object)).or_default().push(event["type"].as_str().unwrap().to_owned());
                }
            }
            for (id, intent) in &now {
                let refunds = bench.get(&format!("/refunds?payment_intent={id}&limit=100")).ok();
                check_books(intent, &refunds);
            }
            for (id, earlier) in &before {
                check_progress(earlier, &now[id]);
            }
            before = now;
        }
        // An end is told exactly once.
        for (id, intent) in &before {
            let times = |kind: &str| told.get(id).map_or(0, |kinds| kinds.iter().filter(|it| *it == kind).count());
            prop_assert_eq!(times("payment_intent.succeeded"), usize::from(intent["status"] == "succeeded"));
            prop_assert_eq!(times("payment_intent.canceled"), usize::from(intent["status"] == "canceled"));
        }
    }
}
