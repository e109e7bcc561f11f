//! Load on a shop that is made up, to see that it is measured and judged as it should be.

mod fake;

use fake::{Fake, Lie};

use super::*;

/// So many buyers, one every ten milliseconds.
fn plan(buyers: u32) -> Plan {
    Plan {
        rate: 100.0,
        duration: Duration::from_millis(10) * buyers,
        settle: Duration::from_millis(400),
        poll: Duration::from_millis(20),
        skus: vec!["MUG-01".to_owned()],
        sample: 4,
        alone: true,
        ..Plan::default()
    }
}

async fn load(fake: Fake, plan: &Plan) -> Outcome {
    let api = Api::new(fake.serve().await, plan.timeout).unwrap();
    let tokens = Tokens::new(&["ada".to_owned(), "ben".to_owned()], Some("admin")).unwrap();
    run(plan, &api, &tokens, watch::channel(false).1, |_, _| {}).await.unwrap()
}

fn violated(outcome: &Outcome) -> Vec<&str> {
    let violated = outcome.findings.iter().filter(|finding| finding.verdict == Verdict::Violated);
    violated.map(|finding| finding.name).collect()
}

fn milliseconds_at(latencies: &Latencies, share: f64) -> u128 {
    latencies.at(share).unwrap().as_millis()
}

#[tokio::test]
async fn what_is_as_it_should_be_is_found_to_be() {
    let outcome = load(Fake::default(), &plan(20)).await;
    assert!(outcome.findings.iter().all(|finding| finding.verdict == Verdict::Ok), "{:?}", outcome.findings);
    let Results { due, sent, accepted, .. } = outcome.results;
    assert_eq!((due, sent, accepted, outcome.results.all_errors()), (20, 20, 20, 0));
    assert_eq!(outcome.results.ends().into_iter().collect::<Vec<_>>(), [("CONFIRMED".to_owned(), 20)]);
    assert_eq!(outcome.results.to_confirmed.count(), 20);
}

#[tokio::test]
async fn every_lie_is_found_and_nothing_else() {
    let lies = [
        (Lie::LosesOrders, "no_order_lost"),
        (Lie::NeverEnds, "every_order_ends"),
        (Lie::ChangesItsMind, "ends_stay"),
        (Lie::SameOrder, "one_order_a_key"),
        (Lie::OtherBytes, "replays_are_the_same"),
        (Lie::OrdersAgain, "replays_make_nothing"),
        (Lie::StockBelowZero, "stock_adds_up"),
        (Lie::StockStays, "stock_comes_out_even"),
        (Lie::ChargesTwice, "money_matches"),
        (Lie::NeverCharges, "money_matches"),
    ];
    futures::future::join_all(lies.map(async |(lie, name)| {
        let outcome = load(Fake::with(lie), &plan(6)).await;
        assert_eq!(violated(&outcome), [name], "{lie:?}: {:?}", outcome.findings);
    }))
    .await;
}

/// The server and the generator share this test's one thread. So a server that blocks it keeps the generator from sending, as a
/// stalled connection does with a generator that waits for answers, and those who were due meanwhile are sent late.
#[tokio::test(flavor = "current_thread")]
async fn a_stall_shows_in_what_buyers_waited_though_each_request_was_short() {
    let plan = Plan { follow: 0.0, sample: 0, ..plan(200) };
    let outcome = load(Fake { stall_at: Some(20), ..Fake::default() }, &plan).await;
    let Results { to_accepted, service, late, accepted, .. } = &outcome.results;
    assert_eq!(*accepted, 200);
    // A hundred of the two hundred were due in the second of the stall, one every ten milliseconds.
    let (waited, served) = (milliseconds_at(to_accepted, 0.8), milliseconds_at(service, 0.8));
    assert!(waited > 400, "80 % waited no more than {waited} ms");
    assert!(served < 300, "80 % of requests were answered in {served} ms");
    assert!(milliseconds_at(late, 0.99) > 900, "{:?}", late.at(0.99));
    let summary = Summary { target: "here", plan: &plan, outcome: &outcome };
    assert!(summary.remarks().iter().any(|remark| remark.contains("fell behind")), "{:?}", summary.remarks());
}

#[tokio::test]
async fn who_is_turned_away_comes_back_when_it_is_told_to_and_has_waited_all_the_time() {
    let outcome = load(Fake { turned_away: 2, ..Fake::default() }, &plan(6)).await;
    let Results { accepted, retried, errors, to_accepted, service, .. } = &outcome.results;
    assert_eq!((*accepted, *retried), (6, 2));
    assert_eq!(errors.iter().collect::<Vec<_>>(), [(&"503 unavailable".to_owned(), &2)]);
    // Retry-After is a second.
    let (waited, served) = (milliseconds_at(to_accepted, 1.0), milliseconds_at(service, 1.0));
    assert!(waited >= 1_000 && served < 500, "{waited} ms, {served} ms");
    assert_eq!(violated(&outcome), [""; 0]);
}

#[tokio::test]
async fn who_does_not_come_back_has_no_order() {
    let plan = Plan { retries: 0, ..plan(6) };
    let outcome = load(Fake { turned_away: 2, ..Fake::default() }, &plan).await;
    let Results { accepted, gave_up, open, .. } = &outcome.results;
    assert_eq!((*accepted, gave_up["503 unavailable"]), (4, 2));
    // 503 may have placed the order all the same.
    assert_eq!(open[&0], 2);
    let summary = Summary { target: "here", plan: &plan, outcome: &outcome };
    assert!(summary.to_string().contains("2 buyers (33.33 %) got no order"), "{summary}");
}

#[tokio::test]
async fn who_finds_no_seat_is_counted_and_not_sent() {
    let plan = Plan { max_in_flight: 2, timeout: Duration::from_millis(300), retries: 0, ..plan(10) };
    let outcome = load(Fake { silent: true, ..Fake::default() }, &plan).await;
    let Results { due, sent, gave_up, .. } = &outcome.results;
    assert_eq!((*due, *sent), (10, 2));
    assert_eq!((gave_up[NOT_SENT], gave_up["timeout"]), (8, 2));
    assert!(outcome.findings[0].verdict == Verdict::NotChecked("there was nothing to look at".to_owned()));
}

#[tokio::test]
async fn no_more_requests_are_sent_than_may_be() {
    let plan = Plan { max_requests: 6, ..plan(6) };
    let outcome = load(Fake { turned_away: 2, ..Fake::default() }, &plan).await;
    let Results { sent, retried, accepted, .. } = outcome.results;
    assert_eq!((sent + retried, accepted), (6, 4), "{:?}", outcome.results.errors);
}

#[tokio::test]
async fn nobody_listens_is_an_error_of_its_own() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let plan = Plan { retries: 0, ..plan(3) };
    let tokens = Tokens::new(&["ada".to_owned()], None).unwrap();
    let api = Api::new(target, plan.timeout).unwrap();
    let outcome = run(&plan, &api, &tokens, watch::channel(false).1, |_, _| {}).await.unwrap();
    assert_eq!(outcome.results.gave_up["connect"], 3);
}

#[tokio::test]
async fn a_load_that_is_stopped_is_judged_all_the_same() {
    let plan = plan(500);
    let api = Api::new(Fake::default().serve().await, plan.timeout).unwrap();
    let tokens = Tokens::new(&["ada".to_owned()], None).unwrap();
    let (stop, stopped) = watch::channel(false);
    let begun = Instant::now();
    let tell = |results: &Results, _| {
        stop.send_if_modified(|stop| !std::mem::replace(stop, results.accepted > 5));
    };
    let outcome = run(&plan, &api, &tokens, stopped, tell).await.unwrap();
    assert!(outcome.stopped && begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    let unknown = outcome.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::NotChecked(_)));
    let unknown: Vec<_> = unknown.map(|finding| finding.name).collect();
    assert_eq!(unknown, ["stock_adds_up", "stock_comes_out_even", "money_matches"], "without an admin's token");
    assert_eq!(violated(&outcome), [""; 0]);
}

#[tokio::test]
async fn the_report_has_the_plots_and_the_invariants() {
    let plan = Plan { run: "<b>run</b>".to_owned(), ..plan(10) };
    let outcome = load(Fake::with(Lie::StockStays), &plan).await;
    let summary = Summary { target: "http://<i>", plan: &plan, outcome: &outcome };
    let html = page(&summary).unwrap();
    for title in ["Offered and accepted", "Time to accepted, by when the buyer was due", "How long it takes how many"] {
        assert!(html.contains(&format!("<title>{title}</title>")), "{title}");
    }
    assert_eq!(html.matches("role=\"img\"").count(), 3);
    for text in ["Errors by type", "Orders by their end", "violated</td>", "&lt;b&gt;run&lt;"] {
        assert!(html.contains(text), "{text} is not in {html}");
    }
    assert!(!html.contains("<i>") && !html.contains("<b>"));
    let json = summary.json();
    assert_eq!(
        (&json["accepted"], &json["errors"], &json["to_accepted_ms"]["count"]),
        (&10.into(), &serde_json::json!({}), &10.into())
    );
    assert_eq!(json["series"]["steps"][0]["offered"], 10);
}
