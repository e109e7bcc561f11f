//! Says what is wrong with a simulated shop: while it runs, and after it has come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use serde_json::Value;

use super::{alarms::Alarms, promises::Promises, world::World};
use crate::invariants::Evidence;

/// How long the shop may take to come to rest when nothing goes wrong any more.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3_600);

/// Watches a world, and remembers what it has seen to be wrong.
pub struct Judge {
    world: Arc<World>,
    promises: Arc<Promises>,
    alarms: Alarms,
    /// What was wrong while the shop was running.
    seen: BTreeSet<String>,
    rested: bool,
}

impl Judge {
    /// A judge of this world.
    pub fn new(world: Arc<World>, promises: Arc<Promises>, alarms: Alarms) -> Self {
        Self { world, promises, alarms, seen: BTreeSet::new(), rested: false }
    }

    /// Waits for `work`, and looks now and then whether anything is wrong that may never be wrong, not even for a moment.
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
        let id = order["order_id"].as_str().unwrap_or_default();
        order["needs_operator_since"].is_string() && self.alarms.called_for(id)
    }

    fn look(&mut self) {
        let found = match Evidence::of(&self.world.cloud()) {
            Ok(evidence) => evidence.violations_at_any_time(),
            Err(unreadable) => vec![unreadable],
        };
        for violation in found {
            if self.seen.insert(violation.clone()) {
                self.world.driver.tell(format_args!("VIOLATION: {violation}"));
            }
        }
    }

    /// Everything that was or is wrong.
    pub fn verdict(&self) -> Vec<String> {
        let mut wrong: BTreeSet<String> = self.seen.clone();
        wrong.extend(self.promises.broken());
        let mut evidence = match Evidence::of(&self.world.cloud()) {
            Ok(evidence) => evidence,
            Err(unreadable) => return vec![unreadable],
        };
        // Whether a mail had to be sent twice, the witness knows.
        let mut known = BTreeSet::new();
        evidence.outbox.retain(|mail| known.insert(mail["tags"].to_string()));
        wrong.extend(evidence.violations());
        if !self.rested {
            wrong.insert("the shop did not come to rest".to_owned());
        }
        wrong.extend(self.lost_orders(&evidence));
        wrong.extend(self.mails(&evidence));
        wrong.into_iter().collect()
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

    /// Orders that were taken, and are not there or not over.
    fn lost_orders(&self, evidence: &Evidence) -> Vec<String> {
        let by_id: BTreeMap<&str, &Value> =
            evidence.orders.iter().filter_map(|order| Some((order["order_id"].as_str()?, order))).collect();
        let mut lost = Vec::new();
        for promised in self.promises.orders() {
            let id = promised["id"].as_str().unwrap_or_default();
            match by_id.get(id) {
                None => lost.push(format!("{id} was taken, and is lost")),
                Some(order) if order["total"] != promised["total"] => {
                    lost.push(format!("{id} was taken for {}, and costs {}", promised["total"], order["total"]));
                }
                Some(_) => {}
            }
        }
        for (id, order) in &by_id {
            if !is_over(order) && !self.is_with_an_operator(order) {
                lost.push(format!("{id} is not over: {}", order["status"]));
            }
        }
        for (id, end) in self.promises.ends() {
            if by_id.get(id.as_str()).is_some_and(|order| order["status"] != *end) {
                lost.push(format!("{id} was {end}, and is not"));
            }
        }
        lost
    }

    /// Mails that are missing, or were sent more often than can be helped.
    fn mails(&self, evidence: &Evidence) -> Vec<String> {
        let mut wrong = Vec::new();
        let expected = |status: &str| match status {
            "CONFIRMED" => Some("order_confirmed"),
            "CANCELLED" => Some("order_cancelled"),
            _ => None,
        };
        self.world.driver.with_witness(|witness| {
            for order in &evidence.orders {
                let id = order["order_id"].as_str().unwrap_or_default();
                if let Some(template) = order["status"].as_str().and_then(expected)
                    && !witness.mails().contains_key(&(id.to_owned(), template.to_owned()))
                {
                    wrong.push(format!("{id}: no mail {template}"));
                }
            }
            for ((id, template), sent) in witness.mails() {
                let needless = sent.iter().rev().skip(1).filter(|sent| sent.recorded).count();
                if needless > 0 {
                    wrong
                        .push(format!("{id}: {template} was sent {} times, {needless} of them needlessly", sent.len()));
                }
            }
        });
        wrong
    }
}

fn is_over(order: &Value) -> bool {
    matches!(order["status"].as_str(), Some("CONFIRMED" | "CANCELLED"))
}
