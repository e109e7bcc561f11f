//! Who may ask, and how what is wrong is refused.

use fakestripe::Fault;
use http::Request;

use crate::bench::{API_KEY, Bench};

#[test]
fn only_the_key_opens_the_account() {
    let bench = Bench::new();
    let ask = |authorization: Option<&str>| {
        let mut request = Request::builder().uri("/v1/payment_intents");
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        bench.send(request.body(Vec::new()).unwrap(), Fault::None).status
    };
    assert_eq!(ask(None), 401);
    assert_eq!(ask(Some("Bearer sk_test_other")), 401);
    assert_eq!(ask(Some("Basic ???")), 401);
    assert_eq!(ask(Some(&format!("Bearer {API_KEY}"))), 200);
    // As `curl -u sk_test_fake:` sends it.
    assert_eq!(ask(Some("Basic c2tfdGVzdF9mYWtlOg==")), 200);
}

#[test]
fn unknown_urls_and_things_are_404() {
    let bench = Bench::new();
    for path in ["/charges", "/payment_intents/pi_1/increment_authorization", "/"] {
        let reply = bench.post(path, "");
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.body["error"]["type"], "invalid_request_error");
    }
    assert_eq!(bench.ask("DELETE", "/payment_intents/pi_1", "", None, Fault::None).status, 404);
    bench.get("/payment_intents/pi_nobody").error(404, "resource_missing");
    bench.post("/payment_intents/pi_nobody/capture", "").error(404, "resource_missing");
    bench.get("/refunds/re_nobody").error(404, "resource_missing");
    bench.post("/refunds", "payment_intent=pi_nobody").error(400, "resource_missing");
}

#[test]
fn parameters_are_checked() {
    let bench = Bench::new();
    let create = |form: &str| bench.post("/payment_intents", form);
    assert_eq!(create("amount=100&currency=eur&tip=5").error(400, "parameter_unknown")["param"], "tip");
    // Known to Stripe, not to this: refused rather than ignored.
    create("amount=100&currency=eur&customer=cus_1").error(400, "parameter_unknown");
    assert_eq!(create("currency=eur").error(400, "parameter_missing")["param"], "amount");
    assert_eq!(create("amount=100").error(400, "parameter_missing")["param"], "currency");
    create("amount=1.5&currency=eur").error(400, "parameter_invalid_integer");
    create("amount=0&currency=eur").error(400, "parameter_invalid_integer");
    create("amount=49&currency=eur").error(400, "amount_too_small");
    create("amount=100000000&currency=eur").error(400, "amount_too_large");
    create("amount=100&currency=eur&description=").error(400, "parameter_invalid_empty");
    let old = create("amount=100&currency=eur&payment_method_types[]=card");
    old.error(400, "payment_method_types_no_longer_supported");
    for form in [
        "amount=100&currency=xxx",
        "amount=100&currency=eur&confirm=yes",
        "amount=100&currency=eur&capture_method=later",
        "amount=100&currency=eur&allowed_payment_method_types[]=ideal",
        "amount=100&currency=eur&allowed_payment_method_types=card",
        "amount=100&currency=eur&allowed_payment_method_types[]=card&automatic_payment_methods[enabled]=true",
        "amount=100&currency=eur&automatic_payment_methods[enabled]=false",
        "amount=100&currency=eur&metadata=x",
        &format!("amount=100&currency=eur&metadata[k]={}", "v".repeat(501)),
        "amount=100&currency=eur&expand[]=customer",
        "amount=%ff",
    ] {
        assert_eq!(create(form).status, 400, "{form}");
    }
    assert!(bench.stripe.intents().is_empty(), "a request that is refused creates nothing");
    assert_eq!(create("amount=100&currency=EUR").ok()["currency"], "eur");
}

#[test]
fn confirming_needs_a_return_url_where_redirects_are_possible() {
    let bench = Bench::new();
    let form = "amount=100&currency=eur&payment_method=pm_card_visa&confirm=true";
    for more in ["", "&automatic_payment_methods[enabled]=true"] {
        let reply = bench.post("/payment_intents", &format!("{form}{more}"));
        assert!(reply.body["error"]["message"].as_str().unwrap().contains("return_url"), "{:#}", reply.body);
    }
    for more in [
        "&allowed_payment_method_types[]=card",
        "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never",
        "&return_url=https://shop.example/back",
    ] {
        let intent = bench.post("/payment_intents", &format!("{form}{more}")).ok();
        assert_eq!(intent["status"], "succeeded", "{more}");
    }
    let later = bench.post("/payment_intents", "amount=100&currency=eur&payment_method=pm_card_visa").ok();
    let path = format!("/payment_intents/{}/confirm", later["id"].as_str().unwrap());
    assert_eq!(bench.post(&path, "").status, 400);
    assert_eq!(bench.post(&path, "return_url=https://shop.example/back").ok()["status"], "succeeded");
}

#[test]
fn requests_over_the_limit_are_429() {
    let bench = Bench::with(|options| options.requests_per_second = Some(3));
    let statuses = || -> Vec<u16> { (0..4).map(|_| bench.get("/payment_intents").status).collect() };
    assert_eq!(statuses(), [200, 200, 200, 429]);
    bench.advance(1);
    assert_eq!(statuses(), [200, 200, 200, 429]);
    bench.get("/payment_intents").error(429, "rate_limit");

    let unlimited = Bench::new();
    assert!((0..500).all(|_| unlimited.get("/payment_intents").status == 200));
}

#[test]
fn every_answer_has_its_own_request_id() {
    let bench = Bench::new();
    let first = bench.get("/payment_intents");
    let second = bench.get("/payment_intents/pi_nobody");
    assert!(first.header("request-id").unwrap().starts_with("req_"));
    assert_ne!(first.header("request-id"), second.header("request-id"));
}
