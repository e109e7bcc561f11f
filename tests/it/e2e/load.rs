//! Load on a shop, and what becomes of it: `cargo shop load`.

use std::time::Duration;

use shop::load::{self, Api, Plan, Target, Tokens, Verdict};
use tokio::sync::watch;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_load_buys_is_there_paid_for_and_gone_from_the_stock() {
    let Some(stage) = Stage::local("asks the local issuer for tokens, and is alone in its shop").await else { return };
    let plan = Plan {
        rate: 20.0,
        duration: Duration::from_secs(2),
        // Forty buyers of a hundred mugs and three lamps: some lamps are sold out, and nothing is kept for those.
        skus: ["MUG-01", "LAMP-01"].map(|sku| stage.sku(sku)).to_vec(),
        settle: Duration::from_secs(30),
        sample: 20,
        alone: true,
        ..Plan::default()
    };
    let api = Api::new(Target::parse(stage.url()).unwrap(), plan.timeout).unwrap();
    let tokens = Tokens::of_local_issuer(&api, &plan.run, 5, Duration::from_secs(600)).await.unwrap();
    let outcome = load::run(&plan, &api, &tokens, watch::channel(false).1, |_, _| {}).await.unwrap();

    let unlike: Vec<_> = outcome.findings.iter().filter(|finding| finding.verdict != Verdict::Ok).collect();
    assert!(unlike.is_empty(), "{unlike:?}");
    assert_eq!((outcome.results.due, outcome.results.accepted, outcome.results.all_errors()), (40, 40, 0));
    let ends = outcome.results.ends();
    assert_eq!(ends.values().sum::<u64>(), 40);
    assert!(ends["CONFIRMED"] > 3 && ends["CANCELLED sold_out"] > 0, "{ends:?}");
    assert_eq!(stage.available("LAMP-01").await, 0);
    stage.finish(&[]).await;
}
