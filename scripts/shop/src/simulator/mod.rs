//! The simulator: runs the shop on virtual time, from one seed, and lets everything go wrong that can.
//!
//! The shipped handlers, adapters, saga and `service.yaml` run unchanged in the local cloud, in one thread, whose tokio runtime is
//! paused: time passes only when nothing is left to do. When things arrive and what goes wrong is drawn from the seed
//! (`driver.rs`, `faults.rs`), and so are ids, jitter and the order of hash maps: a seed is one history, byte for byte.
//! Customers and admins (`customers.rs`, `shelf.rs`) use the shop; `witness.rs` sees what leaves it, `promises.rs` remembers
//! what it has told people, and `judge/` says what is wrong. `planted/` has a bug for everything that can be wrong.
//!
//! `matrix/` does not draw: it kills every call of every function, one after the other.
//!
//! After the last customer has lost interest nothing goes wrong any more, and the shop must come to rest by itself.
//!
//! `campaign.rs` runs many seeds on all cores, `shrink.rs` finds out how little of one is enough for its violation, `excerpt.rs`
//! takes from its history what concerns it, and `summary.rs` says it all.

mod alarms;
pub mod campaign;
mod customers;
pub(crate) mod dice;
mod driver;
mod excerpt;
pub mod faults;
mod history;
mod judge;
pub mod matrix;
pub mod planted;
mod promises;
pub(crate) mod shelf;
pub mod shrink;
pub mod summary;
mod witness;
pub(crate) mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use kernel::{Clock, Timestamp};
use localcloud::{Code, driver::Call};
use serde::Serialize;
use tokio::task::JoinSet;

use alarms::Alarms;
use customers::Customer;
use dice::Dice;
use driver::{Outage, Simulated};
pub use faults::Kind;
use judge::Judge;
pub use judge::{Invariant, Violation};
use promises::Promises;
use shelf::Admin;
use world::World;

/// A simulation to run.
#[derive(Clone, Default)]
pub struct Plan {
    /// Where everything random comes from.
    pub seed: u64,
    /// Whether the lines of the history are kept, or only their digest.
    pub keep_history: bool,
    /// Of the faults that are drawn, by number, only these happen.
    pub only_faults: Option<BTreeSet<u64>>,
    /// Of the customers, by number, only these come.
    pub only_customers: Option<BTreeSet<u32>>,
    /// A bug to plant.
    pub bug: Option<Arc<Bug>>,
}

/// A bug that is planted in the shop, to see that it is found.
#[derive(Clone, Copy)]
pub struct Bug {
    /// Changes what a function sends, as a mistake in its adapter would.
    pub rewrite: fn(&Call<'_>) -> Option<Vec<u8>>,
    /// Changes the headers that it sends.
    pub headers: fn(&Call<'_>) -> Vec<(&'static str, String)>,
    /// Changes functions.
    pub code: fn(Code) -> Code,
    /// Settings that differ.
    pub settings: &'static [(&'static str, &'static str)],
}

impl Bug {
    /// No bug: to be changed.
    pub const NONE: Self = Self { rewrite: |_| None, headers: |_| Vec::new(), code: |code| code, settings: &[] };
}

/// What came of a simulation.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// How many orders were taken.
    pub orders: u64,
    /// Orders by their end.
    pub outcomes: BTreeMap<String, u64>,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many faults were drawn.
    pub drawn: u64,
    /// How many customers there were.
    pub customers: u32,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// How much time passed in the simulation, in seconds.
    pub virtual_seconds: i64,
    /// How many lines the history has.
    pub events: u64,
    /// The SHA-256 of the history.
    pub digest: String,
    /// The history, if it was kept.
    #[serde(skip)]
    pub history: Vec<String>,
}

/// Runs a simulation, in a thread of its own.
///
/// # Errors
/// The simulator itself fails: the shop does not start, or there is no thread.
pub fn run(plan: &Plan) -> anyhow::Result<Report> {
    let (seed, plan) = (plan.seed, plan.clone());
    let simulation = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(simulate(&plan))
    };
    determinism::run(seed, simulation).context("no thread for the simulation")?
}

async fn simulate(plan: &Plan) -> anyhow::Result<Report> {
    let (alarms, _listening) = Alarms::listen();
    let clock = World::clock();
    let driver =
        Simulated::new(plan.seed, Arc::clone(&clock), plan.bug.clone(), plan.only_faults.clone(), plan.keep_history);
    let driver = Arc::new(driver);
    let world = Arc::new(World::start(plan.seed, Arc::clone(&driver), clock, plan.bug.clone())?);
    let promises = Arc::new(Promises::new(Arc::clone(&driver)));
    let mut judge = Judge::new(Arc::clone(&world), Arc::clone(&promises), alarms);
    shelf::fill(&world).await?;
    let mut dice = Dice::named(plan.seed, "plan");
    plan_outages(&driver, &world, &mut dice);
    driver.set_calm(false);
    let customers = u32::try_from(dice.between(5, 12)).unwrap_or_default();
    let (mut people, mut restarts) = (JoinSet::new(), JoinSet::new());
    send_in(&mut people, plan, &world, &promises, (&mut dice, customers))?;
    plan_restarts(&mut restarts, &world, &mut dice);
    judge.watch_while(all_of(people)).await?;
    judge.watch_while(all_of(restarts)).await?;
    driver.set_calm(true);
    judge.watch_until_rest().await;
    let violations = judge.verdict();
    let outcomes = judge.outcomes();
    world.cloud().stop();
    Ok(Report {
        seed: plan.seed,
        orders: promises.orders().len() as u64,
        outcomes,
        faults: driver.counts().into_iter().map(|(kind, count)| (kind.as_str(), count)).collect(),
        drawn: driver.drawn(),
        customers,
        violations,
        virtual_seconds: world.elapsed().as_secs(),
        events: driver.with_history(|history| history.len()),
        digest: driver.with_history(|history| history.digest()),
        history: driver.with_history(history::History::take),
    })
}

/// Everybody who uses the shop.
fn send_in(
    people: &mut JoinSet<anyhow::Result<()>>,
    plan: &Plan,
    world: &Arc<World>,
    promises: &Arc<Promises>,
    (dice, customers): (&mut Dice, u32),
) -> anyhow::Result<()> {
    // About twenty orders.
    let orders: Vec<u32> = (0..customers).map(|_| u32::try_from(dice.between(1, 4)).unwrap_or_default()).collect();
    for (number, orders) in (0..customers).zip(orders) {
        if plan.only_customers.as_ref().is_none_or(|only| only.contains(&number)) {
            let customer = Customer::new(plan.seed, number, orders, world, promises)?;
            people.spawn(customer.shop());
        }
    }
    people.spawn(Admin::new(plan.seed, world, promises)?.work());
    Ok(())
}

/// Waits for all of them. One that panics is a fault of the simulator, which must not pass for one of the shop.
async fn all_of(mut tasks: JoinSet<anyhow::Result<()>>) -> anyhow::Result<()> {
    while let Some(ended) = tasks.join_next().await {
        ended.context("a task of the simulation")??;
    }
    Ok(())
}

fn plan_outages(driver: &Simulated, world: &World, dice: &mut Dice) {
    for service in ["dynamodb", "sqs", "sns", "states", "ses", "stripe"] {
        let (from, lasts) = (dice.seconds(0, 2_400), dice.seconds(10, 1_200));
        if dice.below(10_000) < driver.odds(Kind::Outage) / 3 {
            let from = after(world.clock.now(), from);
            driver.plan_outage(Outage { service, from, until: after(from, lasts) });
        }
    }
}

fn plan_restarts(tasks: &mut JoinSet<anyhow::Result<()>>, world: &Arc<World>, dice: &mut Dice) {
    let moments = [dice.seconds(0, 120), dice.seconds(0, 2_400)];
    if dice.below(10_000) < world.driver.odds(Kind::Restarted) {
        let world = Arc::clone(world);
        tasks.spawn(async move {
            for moment in moments {
                world.pass(moment).await;
                if world.driver.happens(Kind::Restarted, "everything") {
                    world.restart().await?;
                }
            }
            Ok(())
        });
    }
}

fn after(moment: Timestamp, time: Duration) -> Timestamp {
    moment.checked_add(time).unwrap_or(Timestamp::MAX)
}
