//! A sale of one product, on virtual time: `cargo shop sale`.
//!
//! The shipped code runs as in `simulator/`, but nothing goes wrong by chance: what stands in the way are the limits of AWS
//! and Stripe (`localcloud::limits`), which are enforced around a driver that lets nothing fail (`calm.rs`). Buyers
//! (`buyers.rs`) come when they are due. When the last order is over, `outcome.rs` makes figures of what is written down, and
//! `watch.rs` lines of what was when. `summary.rs` and `page.rs` show them. See docs/adr/0015-limits-and-the-simulated-sale.md.

mod buyers;
mod calm;
mod outcome;
mod page;
mod plan;
mod summary;
mod watch;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use http::Method;
use kernel::{Clock, Timestamp};
use localcloud::{issuer::Scope, limits::Enforced};
use serde_json::json;
use tokio::task::JoinSet;
use tracing::subscriber::NoSubscriber;

use crate::{
    local,
    simulator::{
        shelf::{Product, put_in},
        world::{World, token},
    },
};
use buyers::Buyers;
use calm::Calm;
pub use outcome::{Outcome, Percentiles, Wall};
pub use page::page;
pub use plan::{Curve, Design, Plan};
pub use summary::{json, text};

/// What is on sale.
const SKU: &str = "HOT-01";

/// Its price in euro cents.
const PRICE: i64 = 4_900;

/// How long the shop has to come to rest when the last buyer has gone.
const LONGEST_REST: Duration = Duration::from_secs(6 * 3_600);

/// How far a sale has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Seconds since the opening, virtual ones.
    pub seconds: u64,
    /// Buyers that have come.
    pub arrived: u64,
    /// Orders that were taken.
    pub accepted: u64,
    /// Orders that their buyers have seen to end.
    pub over: u64,
}

/// Who is told how far a sale has come, once a virtual second.
pub type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

/// Runs a sale, in a thread of its own.
///
/// # Errors
/// The plan cannot be carried out, or the simulator itself fails.
pub fn run(plan: &Plan, tell: Tell) -> anyhow::Result<Outcome> {
    plan.check()?;
    let (seed, plan) = (plan.seed, plan.clone());
    let sale = move || {
        // Limits make functions complain, thousands of times.
        let _quiet = tracing::subscriber::set_default(NoSubscriber::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(sell(&plan, &tell))
    };
    determinism::run(seed, sale).context("no thread for the simulation")?
}

/// What a sale leaves, for `outcome.rs` to read.
struct Facts<'a> {
    plan: &'a Plan,
    world: &'a World<Enforced>,
    calm: &'a Calm,
    seen: buyers::Seen,
    opened: Timestamp,
    rested: bool,
}

async fn sell(plan: &Plan, tell: &Tell) -> anyhow::Result<Outcome> {
    let clock = World::clock();
    let calm = Arc::new(Calm::new(plan.seed, Arc::clone(&clock)));
    let (limits, workflow) = (plan.limits()?, plan.design.workflow());
    let enforced = Enforced::new(calm.clone(), &local::shop()?, Arc::clone(&clock), limits, workflow, plan.seed);
    let world = Arc::new(World::under(plan.seed, Arc::new(enforced), clock, None, false)?);
    prepare(&world, plan).await?;
    world.driver.reset();
    world.cloud().reset_readings();
    let opened = world.clock.now();
    let buyers = Arc::new(Buyers::new(&world, plan.seed, plan.bots));
    let rested = {
        let sale = async {
            serve(&world, plan, &buyers, opened).await?;
            Ok::<_, anyhow::Error>(rest(&world).await)
        };
        tokio::pin!(sale);
        loop {
            tokio::select! {
                // In this order, not at random: a simulation must be repeatable.
                biased;
                rested = &mut sale => break rested?,
                () = world.pass(Duration::from_secs(1)) => {
                    let seconds = world.clock.now().duration_since(opened).as_secs();
                    let (arrived, accepted, over) = buyers.counts();
                    tell(Progress { seconds: u64::try_from(seconds).unwrap_or_default(), arrived, accepted, over });
                }
            }
        }
    };
    let facts = Facts { plan, world: &world, calm: &calm, seen: buyers.seen(), opened, rested };
    let outcome = Outcome::of(&facts);
    world.cloud().stop();
    outcome
}

/// Puts the product in, spreads its units over the shards, and waits until they are.
async fn prepare(world: &World<Enforced>, plan: &Plan) -> anyhow::Result<()> {
    put_in(world, &[Product { sku: SKU, price: PRICE, units: plan.units.into() }]).await?;
    let shards = plan.shards_in_use();
    if shards > 1 {
        let (path, body) = (format!("/stock/{SKU}/shards"), json!({ "shards": shards }));
        let put = world.send(Method::PUT, &path, &token("admin", Scope::Admin)?, &[], &body).await;
        ensure!(put.status.is_success(), "PUT {path}: {put:?}");
    }
    if plan.design == Design::Batches {
        let path = format!("/sales/{SKU}");
        let put = world.send(Method::PUT, &path, &token("admin", Scope::Admin)?, &[], &json!({})).await;
        ensure!(put.status.is_success(), "PUT {path}: {put:?}");
    }
    // A schedule evens them out, every five minutes.
    for _ in 0..60 {
        if is_spread(world, shards)? {
            // What was put in is known everywhere by then, and every environment of before has forgotten it.
            world.pass(Duration::from_secs(30)).await;
            return Ok(());
        }
        world.pass(Duration::from_secs(15)).await;
    }
    anyhow::bail!("the units were not spread over {shards} shards within a quarter of an hour")
}

fn is_spread(world: &World<Enforced>, shards: u32) -> anyhow::Result<bool> {
    let stock = world.cloud().scan("inventory", "stock")?;
    let units: Vec<i64> = stock.iter().filter_map(|shard| shard["available"].as_i64()).collect();
    let total: i64 = units.iter().sum();
    // With fewer units than shards, some have none.
    let fair = total / i64::from(shards);
    Ok(units.len() == shards as usize && units.iter().all(|units| *units >= fair / 2))
}

/// Lets all buyers come, and waits until the last has gone.
async fn serve(world: &World<Enforced>, plan: &Plan, buyers: &Arc<Buyers>, opened: Timestamp) -> anyhow::Result<()> {
    let mut there = JoinSet::new();
    for (number, due) in plan.arrivals().enumerate() {
        world.clock.sleep_until(opened.checked_add(due).unwrap_or(Timestamp::MAX)).await;
        there.spawn(Arc::clone(buyers).come(number));
    }
    while let Some(gone) = there.join_next().await {
        gone.context("a buyer")??;
    }
    Ok(())
}

/// Lets the shop come to rest. Whether it does.
async fn rest(world: &World<Enforced>) -> bool {
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_secs(15));
    while waited < LONGEST_REST {
        world.pass(pause).await;
        waited += pause;
        pause = (pause * 2).min(Duration::from_secs(300));
        if is_at_rest(world) {
            // Whatever is still on its way from a stream arrives in this time.
            world.pass(Duration::from_secs(60)).await;
            if is_at_rest(world) {
                return true;
            }
        }
    }
    false
}

fn is_at_rest(world: &World<Enforced>) -> bool {
    let cloud = world.cloud();
    let over = |order: &serde_json::Value| matches!(order["status"].as_str(), Some("CONFIRMED" | "CANCELLED"));
    cloud.is_quiet() && cloud.scan("orders", "orders").is_ok_and(|orders| orders.iter().all(over))
}
