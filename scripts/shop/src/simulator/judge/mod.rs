//! Says what is wrong with a simulated shop: while it runs, and after it has come to rest.
//!
//! It goes by what is written down and by what was seen to leave the shop (`facts.rs`, `witness.rs`), and says once
//! more, in its own words, what must hold (`invariant.rs`): of units (`stock.rs`), money, orders, mails and events.
//! `planted/` plants a bug for each, to see that it is found.

mod events;
mod facts;
mod invariant;
mod mails;
mod money;
mod news;
mod orders;
mod stock;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use serde_json::Value;

use super::{alarms::Alarms, promises::Promises, world::World};
use crate::invariants::Evidence;
use facts::{Facts, Findings, is_over, text};
pub use invariant::{Invariant, Violation};

/// How long the shop may take to come to rest when nothing goes wrong any more.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3_600);

/// Watches a world, and remembers what it has seen to be wrong.
pub struct Judge {
    world: Arc<World>,
    promises: Arc<Promises>,
    alarms: Alarms,
    /// What was wrong while the shop was running.
    seen: BTreeSet<Violation>,
    rested: bool,
}

impl Judge {
    /// A judge of this world.
    pub fn new(world: Arc<World>, promises: Arc<Promises>, alarms: Alarms) -> Self {
        Self { world, promises, alarms, seen: BTreeSet::new(), rested: false }
    }

    /// Waits for `work`, and looks now and then whether anything is wrong that may never be wrong, not even for a
    /// moment.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn watch_while(&mut self, work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        tokio::pin!(work);
        let mut pause = Duration::from_secs(120);
        loop {
            tokio::select! {
                // In this order, not at random: a simulation must be repeatable.
                biased;
                done = &mut work => return done,
                () = self.world.clock.sleep(pause) => {}
            }
            self.look();
            // Most happens in the beginning.
            pause = (pause * 2).min(Duration::from_secs(14_400));
        }
    }

    /// Lets the shop come to rest, as far as it does.
    pub async fn watch_until_rest(&mut self) {
        let (mut waited, step) = (Duration::ZERO, Duration::from_secs(300));
        while waited < LONGEST_REST {
            self.world.pass(step).await;
            waited += step;
            self.operate().await;
            if self.is_at_rest() {
                // Whatever is still on its way from a stream arrives in this time.
                self.world.pass(step).await;
                self.rested = self.is_at_rest();
                if self.rested {
                    break;
                }
            }
        }
        self.look();
    }

    /// What an operator does about an alarm: puts dead letters and given-up records back.
    async fn operate(&self) {
        let cloud = self.world.cloud();
        for queue in cloud.queue_views() {
            if queue.dead_letter && queue.depth.visible > 0 {
                let name = queue.name.replacen('/', "-", 1);
                self.world.driver.tell(format_args!("the operator redrives {name}: {:?}", queue.depth));
                let (context, queue) = queue.name.split_once('/').unwrap_or_default();
                let redriven = cloud.queues().redrive(&cloud.queue_name(context, queue));
                self.world.driver.tell(format_args!("redriven: {redriven:?}"));
            }
        }
        let retried = cloud.retry_failed_records().await;
        if retried > 0 {
            self.world.driver.tell(format_args!("the operator hands over {retried} stream records again"));
        }
    }

    fn is_at_rest(&self) -> bool {
        let cloud = self.world.cloud();
        let Ok(orders) = cloud.scan("orders", "orders") else { return false };
        let mut stuck = orders.iter().filter(|order| !is_over(order)).peekable();
        // An order that needs an operator is watched for ever.
        let watched = stuck.peek().is_some();
        let empty = cloud.queue_views().iter().all(|queue| {
            let depth = &queue.depth;
            depth.visible + depth.in_flight == 0 && (depth.delayed == 0 || watched && queue.name == "orders/watch")
        });
        cloud.is_quiet() && empty && stuck.all(|order| self.is_with_an_operator(order))
    }

    fn is_with_an_operator(&self, order: &Value) -> bool {
        order["needs_operator_since"].is_string() && self.alarms.called_for(text(&order["order_id"]))
    }

    fn look(&mut self) {
        let mut findings = Findings::default();
        match Evidence::of(&self.world.cloud()) {
            Ok(evidence) => {
                stock::look(&evidence, &mut findings);
                money::look(&evidence, &mut findings);
                let audits = [orders_audit(&evidence), inventory_audit(&evidence)];
                findings.extend(audits.into_iter().flatten());
            }
            Err(unreadable) => findings.add(Invariant::AuditsAgree, unreadable),
        }
        for violation in findings.into_violations() {
            if !self.seen.contains(&violation) {
                self.world.driver.tell(format_args!("VIOLATION: {violation}"));
                self.seen.insert(violation);
            }
        }
    }

    /// Everything that was or is wrong, when the shop has come to rest.
    pub fn verdict(&self) -> Vec<Violation> {
        let mut findings = Findings::default();
        findings.extend(self.seen.iter().cloned());
        findings.extend(self.promises.broken());
        findings.check(self.rested, Invariant::ComesToRest, || "the shop did not come to rest".to_owned());
        match Facts::of(&self.world.cloud()) {
            Ok(facts) => self.look_at_everything(&facts, &mut findings),
            Err(unreadable) => findings.add(Invariant::AuditsAgree, unreadable),
        }
        findings.into_violations().into_iter().collect()
    }

    fn look_at_everything(&self, facts: &Facts, findings: &mut Findings) {
        let evidence = &facts.evidence;
        for function in &evidence.failed_records {
            findings.add(Invariant::ComesToRest, format!("{function} could not handle a stream record"));
        }
        stock::look_back(&facts.stock, findings);
        stock::sold_out(facts, findings);
        stock::as_told(evidence, &self.promises.adjustments(), findings);
        money::look_at_rest(evidence, |order| self.is_with_an_operator(order), findings);
        orders::all_end(facts, |order| self.is_with_an_operator(order), findings);
        orders::within_limits(facts, findings);
        orders::as_promised(facts, &self.promises, findings);
        orders::look_back(facts, findings);
        self.world.driver.with_witness(|witness| {
            mails::look(facts, witness, findings);
            events::look(facts, witness.events(), findings);
        });
        findings.extend(payments_audit(evidence));
        findings.extend(notifications_audit(evidence));
    }

    /// Orders by how they ended.
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        let mut outcomes = BTreeMap::new();
        for order in self.world.cloud().scan("orders", "orders").unwrap_or_default() {
            let status = order["status"].as_str().unwrap_or_default().to_lowercase();
            let stuck = !is_over(&order) && self.is_with_an_operator(&order);
            let status = if stuck { "needs_operator".to_owned() } else { status };
            let outcome = order["reason"].as_str().map_or(status.clone(), |reason| format!("{status}_{reason}"));
            *outcomes.entry(outcome).or_default() += 1;
        }
        outcomes
    }
}

fn orders_audit(evidence: &Evidence) -> Vec<Violation> {
    audit(::orders::audit::audit(&evidence.orders))
}

fn inventory_audit(evidence: &Evidence) -> Vec<Violation> {
    audit(inventory::audit::audit(&evidence.stock, &evidence.holds))
}

fn payments_audit(evidence: &Evidence) -> Vec<Violation> {
    audit(payments::audit::audit(&evidence.payments, &evidence.intents))
}

/// Whether a mail had to be sent twice, the witness knows.
fn notifications_audit(evidence: &Evidence) -> Vec<Violation> {
    let mut known = BTreeSet::new();
    let once: Vec<Value> =
        evidence.outbox.iter().filter(|mail| known.insert(mail["tags"].to_string())).cloned().collect();
    audit(notifications::audit::audit(&evidence.mails, &once))
}

fn audit(found: Vec<String>) -> Vec<Violation> {
    found.into_iter().map(|what| Violation::of(Invariant::AuditsAgree, what)).collect()
}
