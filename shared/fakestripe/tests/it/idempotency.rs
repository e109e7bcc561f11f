//! What a repeated request gets.

use fakestripe::Fault;

use crate::bench::{Bench, id, pay_form};

const DAY: i64 = 24 * 60 * 60;

#[test]
fn a_repetition_gets_the_first_answer_and_does_nothing() {
    let bench = Bench::new();
    let first = bench.post_with_key("order/1/authorize", "/payment_intents", &pay_form("pm_card_visa"));
    assert_eq!(first.header("idempotent-replayed"), None);
    let id = id(&first.body);
    bench.post(&format!("/payment_intents/{id}/capture"), "").ok();
    bench.advance(DAY - 1);
    bench.events();

    let again = bench.post_with_key("order/1/authorize", "/payment_intents", &pay_form("pm_card_visa"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_ne!(again.header("request-id"), first.header("request-id"));
    assert_eq!(again.body, first.body, "out of date though it is");
    assert_eq!(bench.stripe.intents().len(), 1);
    assert_eq!(bench.events(), [""; 0]);
}

#[test]
fn after_a_day_the_key_means_nothing() {
    let bench = Bench::new();
    let create = || id(&bench.post_with_key("k", "/payment_intents", &pay_form("pm_card_visa")).ok());
    let first = create();
    bench.advance(DAY);
    assert_ne!(create(), first, "a second intent, and a second charge");
    assert_eq!(bench.stripe.intents().len(), 2);
}

#[test]
fn repeating_does_not_prolong_a_key() {
    let bench = Bench::new();
    let create = || bench.post_with_key("k", "/payment_intents", &pay_form("pm_card_visa"));
    create();
    bench.advance(DAY - 1);
    create();
    bench.advance(1);
    assert_eq!(create().header("idempotent-replayed"), None);
}

#[test]
fn the_order_of_parameters_does_not_matter_but_their_values_do() {
    let bench = Bench::new();
    let form = "amount=1980&currency=eur&metadata[a]=1&metadata[b]=2";
    let first = bench.post_with_key("k", "/payment_intents", form);
    let turned = bench.post_with_key("k", "/payment_intents", "metadata[b]=2&metadata[a]=1&currency=eur&amount=1980");
    assert_eq!(turned.ok(), first.body);

    for other in
        ["amount=1981&currency=eur&metadata[a]=1&metadata[b]=2", "amount=1980&currency=eur&metadata[a]=1", "x=1"]
    {
        let reply = bench.post_with_key("k", "/payment_intents", other);
        assert_eq!((reply.status, &reply.body["error"]["type"]), (400, &"idempotency_error".into()), "{other}");
    }
    let elsewhere = bench.post_with_key("k", "/refunds", form);
    assert_eq!((elsewhere.status, &elsewhere.body["error"]["type"]), (400, &"idempotency_error".into()));
    assert_eq!(bench.post_with_key("k", "/payment_intents", form).ok(), first.body, "the saved answer is untouched");
}

#[test]
fn errors_are_saved_once_execution_began() {
    let bench = Bench::new();
    let decline = || bench.post_with_key("declined", "/payment_intents", &pay_form("pm_card_visa_chargeDeclined"));
    let first = decline();
    first.body["error"]["payment_intent"]["id"].as_str().unwrap();
    let again = decline();
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, again.body), (402, first.body));
    assert_eq!(bench.stripe.intents().len(), 1);

    let authorized = bench.authorized();
    let path = format!("/payment_intents/{authorized}/capture");
    bench.post_with_key("too-much", &path, "amount_to_capture=9999").error(400, "amount_too_large");
    assert_eq!(
        bench.post_with_key("too-much", &path, "amount_to_capture=9999").header("idempotent-replayed"),
        Some("true")
    );
}

#[test]
fn what_failed_before_execution_is_not_saved() {
    let bench = Bench::new();
    bench.post_with_key("k", "/payment_intents", "amount=1&currency=eur").error(400, "amount_too_small");
    bench.post_with_key("k", "/payment_intents", "amount=100&currency=eur").ok();

    let limited = bench.ask("POST", "/payment_intents", "amount=100&currency=eur", Some("l"), Fault::RateLimited);
    limited.error(429, "rate_limit");
    let in_use = bench.ask("POST", "/payment_intents", "amount=100&currency=eur", Some("l"), Fault::KeyInUse);
    in_use.error(409, "idempotency_key_in_use");
    assert_eq!(bench.stripe.intents().len(), 1);
    bench.post_with_key("l", "/payment_intents", "amount=100&currency=eur").ok();
}

#[test]
fn a_saved_500_is_all_that_its_key_ever_tells() {
    for (fault, intents) in [(Fault::ServerErrorBefore, 0), (Fault::ServerErrorAfter, 1)] {
        let bench = Bench::new();
        let first = bench.ask("POST", "/payment_intents", &pay_form("pm_card_visa"), Some("k"), fault);
        assert_eq!((first.status, &first.body["error"]["type"]), (500, &"api_error".into()));
        assert_eq!(bench.stripe.intents().len(), intents, "{fault:?}");
        let again = bench.post_with_key("k", "/payment_intents", &pay_form("pm_card_visa"));
        assert_eq!((again.status, again.header("idempotent-replayed")), (500, Some("true")));
        assert_eq!(bench.stripe.intents().len(), intents, "{fault:?}");
        assert_eq!(bench.events().len(), intents, "{fault:?}");
    }
}

#[test]
fn keys_have_a_length_and_belong_to_posts() {
    let bench = Bench::new();
    let create = |key: &str| bench.post_with_key(key, "/payment_intents", "amount=100&currency=eur").status;
    assert_eq!(create(&"k".repeat(255)), 200);
    assert_eq!(create(&"k".repeat(256)), 400);
    assert_eq!(create(""), 400);

    let id = bench.authorized();
    let path = format!("/payment_intents/{id}");
    let look = || bench.ask("GET", &path, "", Some("look"), Fault::None);
    assert_eq!(look().ok()["status"], "requires_capture");
    bench.post(&format!("{path}/capture"), "").ok();
    assert_eq!(look().ok()["status"], "succeeded", "a GET is never answered from memory");
}
