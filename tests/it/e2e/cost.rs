//! What an order costs, counted.

use localcloud::issuer::Scope;

use crate::stage::Stage;

/// Design target: at most ten AWS requests and eleven write units for a confirmed order of one sku, its mail included, with
/// batches shared by the orders that are placed meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirmed_order_of_one_sku_stays_within_its_budget() {
    const ORDERS: u32 = 40;
    let Some(stage) = Stage::local("counts calls, which only the local cloud can").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    // The first order warms up: secrets are read, prices remembered.
    let id = stage.order(&ada, "warm", &stage.order_of("NOTE-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    stage.cloud().reset_readings();

    let mut ids = Vec::new();
    for number in 0..ORDERS {
        ids.push(stage.order(&ada, &format!("order-{number}"), &stage.order_of("NOTE-01", 1, "pm_card_visa")).await);
    }
    for id in &ids {
        stage.reaches(&ada, id, "CONFIRMED").await;
        stage.mailed(id, "order_confirmed").await;
    }
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let readings = stage.cloud().readings();
    let reads: u64 = ["orders/get-order"]
        .iter()
        .filter_map(|function| readings.requests.get(*function))
        .flat_map(|r| r.values())
        .sum();
    let requests = (readings.total_requests() - reads) as f64 / f64::from(ORDERS);
    let writes = readings.total_write_units() / f64::from(ORDERS);
    println!(
        "per confirmed order: {requests:.2} AWS requests, {writes:.2} write units, {} Stripe calls",
        readings.stripe_calls / u64::from(ORDERS)
    );
    println!("{:#?}", readings.requests);
    assert!(requests <= 10.0, "{requests} requests an order: {:#?}", readings.requests);
    assert!(writes <= 11.0, "{writes} write units an order: {:#?}", readings.write_units);
    stage.finish(&[]).await;
}
