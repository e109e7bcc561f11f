//! Load on a shop that is running somewhere, and a judgement of what came of it: `cargo shop load`.
//!
//! The load is open: buyers come when they are due (`arrivals.rs`), whatever becomes of those before them, as people do. What they
//! wait counts from when they were due. See docs/adr/0013-load-generator.md.
//!
//! `plan.rs`, `arrivals.rs`, `failure.rs`, `latencies.rs`, `results.rs` and `invariants.rs` ask nobody anything; `buyers.rs` buys,
//! `audit.rs` asks what became of it, `tokens.rs` finds out who may, and `api.rs` carries all of that. `summary.rs` and `page.rs`
//! show it.

mod api;
mod arrivals;
mod audit;
mod buyers;
mod failure;
mod invariants;
mod latencies;
mod page;
mod plan;
mod results;
mod summary;
mod target;
mod tokens;

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, unbounded_channel},
        watch,
    },
    time::Instant,
};

pub use api::Api;
pub(crate) use api::retry_after;
pub use arrivals::{Arrivals, Kind};
use audit::Audit;
use buyers::Buyers;
pub use failure::Failure;
pub use invariants::{Finding, Verdict};
pub use latencies::{Latencies, milliseconds};
pub use page::page;
pub use plan::{LONGEST, Plan};
use results::Event;
pub use results::{End, NOT_SENT, Results};
pub use summary::Summary;
pub use target::{Target, TargetError};
pub use tokens::{ADMIN, CUSTOMERS, Tokens};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(200);

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Buyers come, or wait.
    Buying,
    /// So many orders have yet to be looked at.
    Settling(usize),
}

/// What came of a load.
#[derive(Debug)]
pub struct Outcome {
    /// What was measured.
    pub results: Results,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// For how long buyers came.
    pub came_for: Duration,
    /// Whether it was stopped before its time.
    pub stopped: bool,
}

impl Outcome {
    /// Whether anything does not hold that has to.
    pub fn is_violated(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict == Verdict::Violated)
    }
}

/// Carries a plan out, and judges what came of it. Buyers stop coming when `stop` becomes true; `tell` is told now and then how far
/// it has come.
///
/// # Errors
/// The plan is out of bounds, or nothing can be received though it says so.
pub async fn run(
    plan: &Plan,
    api: &Api,
    tokens: &Tokens,
    stop: watch::Receiver<bool>,
    tell: impl Fn(&Results, Progress),
) -> anyhow::Result<Outcome> {
    plan.check()?;
    let audit = Audit { api, plan, tokens };
    let before = audit.stock_before().await;
    if let (Err(why), true) = (&before, plan.restock > 0) {
        anyhow::bail!("the stock cannot be filled up: {why}");
    }
    let (events, received) = unbounded_channel();
    let start = Instant::now();
    let buyers = Buyers::new(plan.clone(), api.clone(), tokens.customers.clone(), start, stop, events);
    let coming = async {
        // A task of its own, so that nothing that is done with the events delays a buyer.
        let come = tokio::spawn(Arc::new(buyers).come());
        // Buyers come until the last of them is due, which is a little before the time is over.
        come.await.map(|all| if all { (plan.duration, false) } else { (start.elapsed(), true) })
    };
    let (results, came) = tokio::join!(collect(plan, received, |results| tell(results, Progress::Buying)), coming);
    let (mut results, (came_for, stopped)) = (results?, came?);
    ensure!(stopped || results.due > 0, "nobody was due: the rate is too low for so short a time");
    let evidence = audit.evidence(&mut results, before, |results, open| tell(results, Progress::Settling(open))).await;
    let findings = invariants::judge(&evidence);
    Ok(Outcome { results, findings, came_for, stopped })
}

/// Adds events up until the last buyer has gone.
async fn collect(
    plan: &Plan,
    mut events: UnboundedReceiver<Event>,
    tell: impl Fn(&Results),
) -> anyhow::Result<Results> {
    let mut results = Results::new(plan.duration)?;
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            biased;
            _ = ticks.tick() => tell(&results),
            event = events.recv() => match event {
                Some(event) => results.take(event)?,
                None => return Ok(results),
            },
        }
    }
}

#[cfg(test)]
mod tests;
