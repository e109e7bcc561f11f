//! What came of a sale, in figures.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Clock, SignedDuration, Timestamp};
use localcloud::limits;
use serde::Serialize;
use serde_json::Value;

use super::{
    Facts, Plan,
    watch::{Moment, Watch},
};
use crate::{
    invariants::Evidence,
    load::{Latencies, milliseconds},
    local,
    prices::{self, Bill, Workflows},
};

/// Times are kept to so many digits.
const DIGITS: u8 = 3;

/// A limit that was reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wall {
    /// Which limit.
    pub limit: &'static str,
    /// Of what: a partition, a function, an account.
    pub of: String,
    /// How often something was refused for it, or made to wait.
    pub times: u64,
    /// When for the first time, in seconds since the opening.
    pub first_seconds: f64,
    /// When for the last time.
    pub last_seconds: f64,
}

/// Times of orders, in milliseconds from when their buyers were due.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    /// Of so many orders.
    pub count: u64,
    /// Half of them took no longer.
    pub p50: Option<f64>,
    /// 95 %.
    pub p95: Option<f64>,
    /// 99 %.
    pub p99: Option<f64>,
}

/// What came of a sale.
#[derive(Debug)]
pub struct Outcome {
    /// What it was to be.
    pub plan: Plan,
    /// Buyers that came.
    pub buyers: u64,
    /// Of these, bots.
    pub bots: u64,
    /// Requests for an order.
    pub requests: u64,
    /// Of these, answered with "later" (429 or 5xx).
    pub pushed_back: u64,
    /// Orders that were asked for, and never answered for good.
    pub gave_up: u64,
    /// Orders that were taken.
    pub accepted: u64,
    /// Orders that ever had their units.
    pub held: u64,
    /// Orders by their end.
    pub ends: BTreeMap<String, u64>,
    /// Units that were confirmed.
    pub sold: u64,
    /// Units that were sold and not there.
    pub oversold: u64,
    /// Units that are left, though buyers were refused: as many as could have been sold to these.
    pub undersold: u64,
    /// Orders that were charged more than they cost.
    pub double_charged: u64,
    /// Orders that were refused at once.
    pub refused_at_once: u64,
    /// Orders that were refused, at once or after they were taken, because all was sold.
    pub refused: u64,
    /// When the last unit was held for the first time, in seconds since the opening.
    pub sell_out_seconds: Option<f64>,
    /// Until an order was taken.
    pub to_accepted: Latencies,
    /// Until it had its units.
    pub to_held: Latencies,
    /// Until it was confirmed.
    pub to_confirmed: Latencies,
    /// DynamoDB write units of the inventory, by function.
    pub stock_write_units: BTreeMap<String, f64>,
    /// Writes that were to take units and were refused.
    pub refused_writes: u64,
    /// Messages that were received too often, mails to be sent for the most part: an operator has to redrive them.
    pub dead_letters: u64,
    /// What AWS asks for all of it.
    pub bill: Bill,
    /// Limits that were reached, those that hurt most first.
    pub walls: Vec<Wall>,
    /// How near everything came to its limit.
    pub peaks: Vec<limits::Peak>,
    /// What there was when.
    pub moments: Vec<Moment>,
    /// What is wrong.
    pub violations: Vec<String>,
    /// From the opening until the shop had come to rest, in virtual seconds.
    pub virtual_seconds: i64,
}

impl Outcome {
    /// What came of it.
    ///
    /// # Errors
    /// A table cannot be read.
    pub(super) fn of(facts: &Facts<'_>) -> anyhow::Result<Self> {
        let cloud = facts.world.cloud();
        let evidence = Evidence::of(&cloud).map_err(anyhow::Error::msg)?;
        let readings = cloud.readings();
        let (mut watch, held) = (Watch::new(facts.opened), facts.calm.held());
        let sell_out_seconds = watch_stock(&mut watch, facts)?;
        let [to_accepted, to_held, to_confirmed] = watch_orders(&mut watch, facts, &evidence, &held)?;
        let driver = &facts.world.driver;
        let workflows = match facts.plan.design.workflow() {
            limits::Workflow::Standard => Workflows::Standard(driver.transitions()),
            limits::Workflow::Express => Workflows::Express(driver.execution_seconds()),
        };
        let bill = prices::bill(&local::shop()?, &readings, &driver.invocation_seconds(), workflows);
        let ends = ends(&evidence);
        let sold = ends.get("confirmed").copied().unwrap_or_default();
        let refused = facts.seen.refused_at_once + ends.get("cancelled_sold_out").copied().unwrap_or_default();
        let available: i64 = evidence.stock.iter().map(|shard| number(&shard["available"])).sum();
        let undersold = u64::try_from(available).unwrap_or_default().min(refused);
        let oversold = sold.saturating_sub(facts.plan.units.into());
        let double_charged = double_charged(&evidence);
        let stock_writes = readings.write_units.iter().filter(|(function, _)| function.starts_with("inventory/"));
        let dead = cloud.queue_views().into_iter().filter(|queue| queue.dead_letter);
        let mut outcome = Self {
            plan: facts.plan.clone(),
            buyers: facts.seen.arrived,
            bots: facts.seen.bots,
            requests: facts.seen.requests,
            pushed_back: facts.seen.pushed_back,
            gave_up: facts.seen.gave_up,
            accepted: facts.seen.orders.len() as u64,
            held: held.len() as u64,
            sold,
            oversold,
            undersold,
            double_charged,
            refused_at_once: facts.seen.refused_at_once,
            refused,
            sell_out_seconds,
            to_accepted,
            to_held,
            to_confirmed,
            stock_write_units: stock_writes.map(|(name, units)| (name.clone(), *units)).collect(),
            dead_letters: dead.map(|queue| queue.depth.visible as u64).sum(),
            refused_writes: facts.calm.refused_writes(),
            bill,
            walls: walls(facts),
            peaks: facts.world.driver.peaks(),
            moments: watch.moments(),
            violations: Vec::new(),
            virtual_seconds: facts.world.clock.now().duration_since(facts.opened).as_secs(),
            ends,
        };
        outcome.violations = violations(facts, &evidence, &outcome);
        Ok(outcome)
    }

    /// DynamoDB write units of the inventory for each order that ever had its units.
    pub fn write_units_per_sale(&self) -> Option<f64> {
        let units: f64 = self.stock_write_units.values().sum();
        (self.held > 0).then(|| units / self.held as f64)
    }

    /// Those of them that were spent on holding units, for an order that got them or in vain.
    pub fn write_units_to_hold(&self) -> Option<f64> {
        let units =
            ["inventory/allocate-stock", "inventory/reserve-stock"].map(|name| self.stock_write_units.get(name));
        (self.held > 0).then(|| units.into_iter().flatten().sum::<f64>() / self.held as f64)
    }

    /// Dollars for a thousand confirmed orders; those that came to nothing are paid by them.
    pub fn usd_per_1000_orders(&self) -> Option<f64> {
        (self.sold > 0).then(|| 1_000.0 * self.bill.usd() / self.sold as f64)
    }
}

/// The reported percentiles.
pub(super) fn percentiles(times: &Latencies) -> Percentiles {
    let at = |share| times.at(share).map(milliseconds);
    Percentiles { count: times.count(), p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/// Follows the stock through its changes. When there was nothing for the first time, in seconds since the opening.
fn watch_stock(watch: &mut Watch, facts: &Facts<'_>) -> anyhow::Result<Option<f64>> {
    let (mut left, mut sold_out) = (0, None);
    for (old, new) in facts.world.cloud().changes("inventory", "stock")? {
        let Ok(at) = Timestamp::from_millisecond(number(&new["updated_at"])) else { continue };
        let change = number(&new["available"]) - number(&old["available"]);
        left += change;
        watch.change(at, |moment| moment.stock += change);
        if left == 0 && at > facts.opened {
            sold_out = sold_out.or_else(|| Some(seconds(at.duration_since(facts.opened))));
        }
    }
    Ok(sold_out)
}

/// Follows all orders. How long they took until they were taken, had their units, and were confirmed.
fn watch_orders(
    watch: &mut Watch,
    facts: &Facts<'_>,
    evidence: &Evidence,
    held: &BTreeMap<String, Timestamp>,
) -> anyhow::Result<[Latencies; 3]> {
    let mut times = [Latencies::new(DIGITS)?, Latencies::new(DIGITS)?, Latencies::new(DIGITS)?];
    for order in &evidence.orders {
        let id = text(&order["order_id"]);
        let time = |field: &str| text(&order[field]).parse::<Timestamp>().ok();
        let (Some(placed), Some(updated)) = (time("created_at"), time("updated_at")) else { continue };
        let over = is_over(order).then_some(updated);
        let confirmed = over.filter(|_| order["status"] == "CONFIRMED");
        let had = held.get(id).copied();
        watch.change(placed, |moment| moment.waiting += 1);
        if let Some(at) = had.or(over) {
            watch.change(at, |moment| moment.waiting -= 1);
        }
        if let Some(at) = had {
            watch.change(at, |moment| moment.held += 1);
        }
        if let (Some(_), Some(at)) = (had, over) {
            watch.change(at, |moment| moment.held -= 1);
        }
        if let Some(at) = confirmed {
            watch.change(at, |moment| moment.confirmed += 1);
        }
        // Nobody waits for an order whose answer was never heard.
        let Some(seen) = facts.seen.orders.get(id) else { continue };
        for (times, at) in times.iter_mut().zip([Some(seen.accepted), had, confirmed]) {
            if let Some(took) = at.and_then(|at| at.duration_since(seen.due).try_into().ok()) {
                times.record(took)?;
            }
        }
    }
    Ok(times)
}

fn ends(evidence: &Evidence) -> BTreeMap<String, u64> {
    let mut ends = BTreeMap::new();
    for order in &evidence.orders {
        let status = text(&order["status"]).to_lowercase();
        let end = order["reason"].as_str().map_or(status.clone(), |reason| format!("{status}_{reason}"));
        *ends.entry(end).or_default() += 1;
    }
    ends
}

/// Orders for which more was taken, and not given back, than they cost.
fn double_charged(evidence: &Evidence) -> u64 {
    let mut taken: BTreeMap<&str, i64> = BTreeMap::new();
    for intent in &evidence.intents {
        let of = number(&intent["amount_received"]) - number(&intent["_local"]["amount_refunded"]);
        *taken.entry(text(&intent["metadata"]["order_id"])).or_default() += of;
    }
    let total = |order: &Value| number(&order["total"]["amount_minor"]);
    let more = |order: &&Value| taken.get(text(&order["order_id"])).is_some_and(|taken| *taken > total(order));
    evidence.orders.iter().filter(more).count() as u64
}

fn walls(facts: &Facts<'_>) -> Vec<Wall> {
    let since = |at: Timestamp| seconds(at.duration_since(facts.opened));
    let wall = |wall: limits::Wall| Wall {
        limit: wall.limit,
        of: wall.of,
        times: wall.times,
        first_seconds: since(wall.first),
        last_seconds: since(wall.last),
    };
    // The gateway refuses by itself, without asking the driver.
    let throttled = facts.seen.throttled.map(|(times, first, last)| limits::Wall {
        limit: "api-requests",
        of: "account".to_owned(),
        times,
        first,
        last,
    });
    let mut walls: Vec<_> = facts.world.driver.walls().into_iter().chain(throttled).map(wall).collect();
    walls.sort_by(|a, b| (b.times, a.limit, &a.of).cmp(&(a.times, b.limit, &b.of)));
    walls
}

/// What must not be after any sale.
fn violations(facts: &Facts<'_>, evidence: &Evidence, outcome: &Outcome) -> Vec<String> {
    let mut violations = Vec::new();
    let mut check = |count: u64, what: &str| {
        if count > 0 {
            violations.push(format!("{count} {what}"));
        }
    };
    check(outcome.oversold, "units were sold that were not there");
    check(outcome.double_charged, "orders were charged more than they cost");
    check(outcome.undersold, "units are left, though as many buyers or more were told that all is sold");
    let orders: BTreeSet<&str> = evidence.orders.iter().map(|order| text(&order["order_id"])).collect();
    let lost = facts.seen.orders.keys().filter(|id| !orders.contains(id.as_str())).count();
    check(lost as u64, "orders were taken and are not there");
    if !facts.rested {
        let open = evidence.orders.iter().filter(|order| !is_over(order)).count();
        violations.push(format!("the shop did not come to rest: {open} orders are not over"));
    }
    // Conservation of units among them, and that orders, holds and payments agree.
    violations.extend(if facts.rested { evidence.violations() } else { evidence.violations_at_any_time() });
    violations
}

fn is_over(order: &Value) -> bool {
    matches!(order["status"].as_str(), Some("CONFIRMED" | "CANCELLED"))
}

fn seconds(duration: SignedDuration) -> f64 {
    duration.as_millis() as f64 / 1_000.0
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}
