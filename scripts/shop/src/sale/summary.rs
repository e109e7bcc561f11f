//! What came of a sale, for people and for programs.

use std::fmt::Write as _;

use indicatif::HumanCount;
use serde_json::{Value, json};

use super::{
    Percentiles, Wall,
    outcome::{Outcome, percentiles},
};

/// At most so many violations are told.
const VIOLATIONS: usize = 10;

/// As JSON: the sale, or with several the first and all `designs`.
pub fn json(outcomes: &[Outcome]) -> Value {
    let mut all: Vec<Value> = outcomes.iter().map(one).collect();
    match all.first().cloned() {
        Some(mut first) if all.len() > 1 => {
            first["designs"] = Value::Array(std::mem::take(&mut all));
            first
        }
        first => first.unwrap_or_default(),
    }
}

fn one(outcome: &Outcome) -> Value {
    let plan = &outcome.plan;
    let [accepted, held, confirmed] = times(outcome).map(|(_, times)| times);
    json!({
        "design": plan.design.name(),
        "seed": plan.seed,
        "units": plan.units,
        "shards": plan.shards_in_use(),
        "limits": plan.limits.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "buyers": outcome.buyers,
        "bots": outcome.bots,
        "requests": outcome.requests,
        "pushed_back": outcome.pushed_back,
        "gave_up": outcome.gave_up,
        "accepted": outcome.accepted,
        "held": outcome.held,
        "orders": outcome.ends,
        "sold": outcome.sold,
        "oversold": outcome.oversold,
        "undersold": outcome.undersold,
        "double_charged": outcome.double_charged,
        "refused": outcome.refused,
        "refused_at_once": outcome.refused_at_once,
        "sell_out_seconds": outcome.sell_out_seconds,
        "p99_accepted_ms": accepted.p99,
        "p99_confirmed_ms": confirmed.p99,
        "accepted_ms": accepted,
        "held_ms": held,
        "confirmed_ms": confirmed,
        "write_units_per_sale": outcome.write_units_per_sale(),
        "write_units_to_hold": outcome.write_units_to_hold(),
        "stock_write_units": outcome.stock_write_units,
        "refused_writes": outcome.refused_writes,
        "dead_letters": outcome.dead_letters,
        "usd_per_1000_orders": outcome.usd_per_1000_orders(),
        "bill": outcome.bill,
        "walls": outcome.walls,
        "peaks": outcome.peaks,
        "violations": outcome.violations,
        "virtual_seconds": outcome.virtual_seconds,
    })
}

/// What takes how long, with its name.
pub(super) fn times(outcome: &Outcome) -> [(&'static str, Percentiles); 3] {
    [
        ("to accepted", percentiles(&outcome.to_accepted)),
        ("to held", percentiles(&outcome.to_held)),
        ("to confirmed", percentiles(&outcome.to_confirmed)),
    ]
}

/// The figures that designs are compared by: names, and their values as they are shown.
pub(super) fn figures(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let count = |number: u64| HumanCount(number).to_string();
    let mut figures = vec![
        ("units", count(outcome.plan.units.into())),
        ("sold", count(outcome.sold)),
        ("oversold", count(outcome.oversold)),
        ("undersold", count(outcome.undersold)),
        ("double charges", count(outcome.double_charged)),
        ("buyers", count(outcome.buyers)),
        ("refused", count(outcome.refused)),
        ("refused at once", count(outcome.refused_at_once)),
        ("told to come later", count(outcome.pushed_back)),
        ("gave up", count(outcome.gave_up)),
        ("sold out after", or_dash(outcome.sell_out_seconds, |seconds| format!("{seconds:.1} s"))),
    ];
    figures.extend([
        ("stock writes refused", count(outcome.refused_writes)),
        ("stock write units per sale", or_dash(outcome.write_units_per_sale(), |units| format!("{units:.2}"))),
        ("of them to hold", or_dash(outcome.write_units_to_hold(), |units| format!("{units:.2}"))),
        ("dead letters", count(outcome.dead_letters)),
        ("dollars per 1,000 orders", or_dash(outcome.usd_per_1000_orders(), |usd| format!("{usd:.4}"))),
        ("over after", format!("{} s", HumanCount(u64::try_from(outcome.virtual_seconds).unwrap_or_default()))),
    ]);
    figures
}

/// A time as people read it.
pub(super) fn time(milliseconds: Option<f64>) -> String {
    or_dash(milliseconds, |ms| if ms < 10_000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1_000.0) })
}

fn or_dash(value: Option<f64>, show: impl FnOnce(f64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), show)
}

/// For people: one column for each sale.
pub fn text(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let mut row = |name: &str, values: Vec<String>| {
        let _ = write!(text, "{name:<28}");
        for value in values {
            let _ = write!(text, "{value:>14}");
        }
        text.push('\n');
    };
    row("design", outcomes.iter().map(|outcome| outcome.plan.design.name().to_owned()).collect());
    let all: Vec<_> = outcomes.iter().map(figures).collect();
    for (place, (name, _)) in all.first().into_iter().flatten().enumerate() {
        row(name, all.iter().map(|figures| figures[place].1.clone()).collect());
    }
    let all: Vec<_> = outcomes.iter().map(times).collect();
    for (place, name) in ["to accepted", "to held", "to confirmed"].into_iter().enumerate() {
        let at = |percentile: fn(&Percentiles) -> Option<f64>| {
            all.iter().map(|times| time(percentile(&times[place].1))).collect::<Vec<_>>()
        };
        row(&format!("{name}, p50"), at(|times| times.p50));
        row(&format!("{name}, p95"), at(|times| times.p95));
        row(&format!("{name}, p99"), at(|times| times.p99));
    }
    outcomes.iter().for_each(|outcome| details(&mut text, outcome));
    text
}

/// Walls, ends and what is wrong.
fn details(text: &mut String, outcome: &Outcome) {
    let design = outcome.plan.design.name();
    let _ = writeln!(text, "\n{design}: orders by their end");
    for (end, count) in &outcome.ends {
        let _ = writeln!(text, "  {end:<44}{:>10}", HumanCount(*count).to_string());
    }
    let _ = writeln!(text, "{design}: walls, and how often they were hit");
    if outcome.walls.is_empty() {
        let _ = writeln!(text, "  none");
    }
    for (limit, walls) in by_limit(&outcome.walls) {
        let times = HumanCount(walls.iter().map(|wall| wall.times).sum()).to_string();
        let first = walls.iter().map(|wall| wall.first_seconds).fold(f64::INFINITY, f64::min);
        let last = walls.iter().map(|wall| wall.last_seconds).fold(0.0, f64::max);
        let most = walls.first().map(|wall| wall.of.as_str()).unwrap_or_default();
        let others = if walls.len() > 1 { format!(" and {} others", walls.len() - 1) } else { String::new() };
        let _ = writeln!(text, "  {limit:<30}{times:>10}  {first:.1} s to {last:.1} s: {most}{others}");
    }
    for violation in outcome.violations.iter().take(VIOLATIONS) {
        let _ = writeln!(text, "VIOLATED: {violation}");
    }
    if let Some(more @ 1..) = outcome.violations.len().checked_sub(VIOLATIONS) {
        let _ = writeln!(text, "and {more} more");
    }
}

/// Walls by their limit; of each those first that were hit most, and those limits first.
pub(super) fn by_limit(walls: &[Wall]) -> Vec<(&'static str, Vec<&Wall>)> {
    let mut limits: Vec<(&'static str, Vec<&Wall>)> = Vec::new();
    for wall in walls {
        match limits.iter_mut().find(|(limit, _)| *limit == wall.limit) {
            Some((_, walls)) => walls.push(wall),
            None => limits.push((wall.limit, vec![wall])),
        }
    }
    limits.sort_by_key(|(_, walls)| std::cmp::Reverse(walls.iter().map(|wall| wall.times).sum::<u64>()));
    limits
}
