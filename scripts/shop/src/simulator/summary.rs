//! What came of a campaign, for people and for programs.

use std::{
    collections::BTreeSet,
    fmt::{self, Display, Write as _},
    time::Duration,
};

use indicatif::HumanCount;
use serde_json::{Value, json};

use super::{
    Plan, Violation,
    campaign::{Campaign, Totals},
    excerpt::excerpt,
    shrink::Shrunk,
};

/// No more lines of a history than this are shown, and no more letters of a line.
const LINES: usize = 80;
const LETTERS: usize = 160;

/// A campaign that is over.
pub struct Summary<'a> {
    /// What was run.
    pub campaign: &'a Campaign,
    /// What came of it.
    pub totals: &'a Totals,
    /// How long it took.
    pub took: Duration,
    /// How little is enough for the violation of the first seed that has one, if that was looked for.
    pub shrunk: Option<&'a Shrunk>,
}

/// The command that runs a plan's seed.
pub fn replay(plan: &Plan) -> String {
    let mut command = format!("cargo shop simulate --seed {}", plan.seed);
    if let Some(faults) = &plan.only_faults {
        let _ = write!(command, " --only-faults {}", numbers(faults));
    }
    if let Some(customers) = &plan.only_customers {
        let _ = write!(command, " --only-customers {}", numbers(customers));
    }
    command
}

/// As the command's arguments have them.
fn numbers<Number: Display>(numbers: &BTreeSet<Number>) -> String {
    let all: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(",") }
}

impl Summary<'_> {
    /// The command that runs the same seeds.
    pub fn again(&self) -> String {
        let plan = Plan { seed: self.campaign.first, ..self.campaign.plan.clone() };
        match self.totals.seeds {
            1 => replay(&plan),
            seeds => format!("{} --seeds {seeds}", replay(&plan)),
        }
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let Totals { seeds, orders, outcomes, faults, virtual_seconds, .. } = self.totals;
        let violating = self.totals.violating.iter();
        let violating: Vec<_> = violating.map(|(seed, what)| self.violating(*seed, what)).collect();
        json!({
            "first_seed": self.campaign.first,
            "seeds": seeds,
            "orders": orders,
            "violations": self.totals.violations(),
            "violating": violating,
            "orders_per_second": self.per_second(*orders),
            "seeds_per_second": self.per_second(*seeds),
            "seconds": rounded(self.took.as_secs_f64()),
            "virtual_seconds": virtual_seconds,
            "faults": faults,
            "outcomes": outcomes,
            "digest": self.totals.digest(),
        })
    }

    fn violating(&self, seed: u64, what: &[Violation]) -> Value {
        match self.shrunk_of(seed) {
            None => {
                let plan = Plan { seed, ..self.campaign.plan.clone() };
                json!({ "seed": seed, "what": what, "replay": replay(&plan) })
            }
            Some(Shrunk { plan, report, runs }) => json!({
                "seed": seed,
                "what": what,
                "replay": replay(plan),
                "shrunk": {
                    "what": report.violations,
                    "faults": plan.only_faults,
                    "customers": plan.only_customers,
                    "runs": runs,
                    "history": excerpt(&report.history, &report.violations),
                },
            }),
        }
    }

    fn shrunk_of(&self, seed: u64) -> Option<&Shrunk> {
        self.shrunk.filter(|shrunk| shrunk.plan.seed == seed)
    }

    fn per_second(&self, count: u64) -> f64 {
        rounded(count as f64 / self.took.as_secs_f64().max(0.001))
    }

    /// What is wrong, with the shortest history and the commands that show it again.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn write_violations(&self, f: &mut impl fmt::Write) -> fmt::Result {
        for (seed, what) in &self.totals.violating {
            writeln!(f, "\nseed {seed} violates:")?;
            what.iter().try_for_each(|violation| writeln!(f, "  {violation}"))?;
            match self.shrunk_of(*seed) {
                Some(shrunk) => write_shrunk(f, shrunk)?,
                None => {
                    writeln!(f, "again: {}", replay(&Plan { seed: *seed, ..self.campaign.plan.clone() }))?;
                }
            }
        }
        Ok(())
    }
}

fn write_shrunk(f: &mut impl fmt::Write, Shrunk { plan, report, runs }: &Shrunk) -> fmt::Result {
    let count = |count: Option<usize>| count.unwrap_or_default();
    let customers = count(plan.only_customers.as_ref().map(BTreeSet::len));
    let faults = count(plan.only_faults.as_ref().map(BTreeSet::len));
    if *runs > 0 {
        writeln!(f, "of its customers {customers}, and of its faults {faults}, are enough ({runs} runs) for:")?;
        report.violations.iter().try_for_each(|violation| writeln!(f, "  {violation}"))?;
    }
    writeln!(f, "what happened to what is named there, of {} lines:", HumanCount(report.events))?;
    write_history(f, &excerpt(&report.history, &report.violations))?;
    writeln!(f, "again: {}\nall lines: the same with --history FILE", replay(plan))
}

/// The beginning and the end, if it is long.
fn write_history(f: &mut impl fmt::Write, lines: &[&str]) -> fmt::Result {
    let left_out = lines.len().saturating_sub(LINES);
    let first = if left_out == 0 { lines.len() } else { LINES / 2 };
    for (number, line) in lines.iter().enumerate() {
        if number < first || number >= first + left_out {
            let cut: String = line.chars().take(LETTERS).collect();
            writeln!(f, "  {cut}{}", if cut.len() < line.len() { "…" } else { "" })?;
        } else if number == first {
            writeln!(f, "  … {left_out} lines …")?;
        }
    }
    Ok(())
}

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { seeds, orders, outcomes, faults, virtual_seconds, violating, .. } = self.totals;
        let count = |count: u64| HumanCount(count).to_string();
        let hours = u64::try_from(*virtual_seconds / 3_600).unwrap_or_default();
        let (took, jobs) = (self.took.as_secs_f64(), self.campaign.jobs);
        writeln!(f, "seeds        {:>8}   from {} on", count(*seeds), self.campaign.first)?;
        writeln!(f, "orders       {:>8}   in {} hours of shop", count(*orders), count(hours))?;
        let per_second = (self.per_second(*seeds), self.per_second(*orders));
        writeln!(
            f,
            "time         {took:>6.1} s   {} seeds and {} orders a second, {jobs} at once",
            per_second.0, per_second.1
        )?;
        writeln!(f, "violations   {:>8}", count(self.totals.violations() as u64))?;
        let ends: Vec<_> = outcomes.iter().map(|(outcome, orders)| (outcome.as_str(), *orders)).collect();
        writeln!(f, "\norders by their end")?;
        write_columns(f, &ends)?;
        let kinds: Vec<_> = faults.iter().map(|(kind, faults)| (*kind, *faults)).collect();
        writeln!(f, "\nfaults by their kind: {}", count(faults.values().sum()))?;
        write_columns(f, &kinds)?;
        self.write_violations(f)?;
        if violating.is_empty() {
            writeln!(f, "\nagain: {}", self.again())?;
        }
        Ok(())
    }
}

/// Two pairs to a line, downwards.
fn write_columns(f: &mut fmt::Formatter<'_>, pairs: &[(&str, u64)]) -> fmt::Result {
    let rows = pairs.len().div_ceil(2);
    for row in 0..rows {
        for (name, count) in [row, row + rows].iter().filter_map(|place| pairs.get(*place)) {
            write!(f, "  {name:<36}{:>8}", HumanCount(*count).to_string())?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
