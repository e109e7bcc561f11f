//! What came of a load, for people and for programs.

use std::fmt::{self, Display};

use indicatif::HumanCount;
use serde_json::{Value, json};

use super::{
    Outcome,
    invariants::{Finding, Verdict},
    latencies::{Latencies, milliseconds},
    plan::Plan,
    results::Results,
};

/// From so many milliseconds on, at the 99th percentile, the generator is said to have been late. Its timer has a resolution of one.
const LATE_MS: f64 = 10.0;

/// A load that is over.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Where it went.
    pub target: &'a str,
    /// What it was to be.
    pub plan: &'a Plan,
    /// What came of it.
    pub outcome: &'a Outcome,
}

impl Summary<'_> {
    /// Buyers a second that were due.
    pub fn offered_rate(&self) -> f64 {
        per_second(self.outcome.results.due, self.outcome.came_for.as_secs_f64())
    }

    /// Buyers a second that were sent.
    pub fn sent_rate(&self) -> f64 {
        per_second(self.outcome.results.sent, self.outcome.came_for.as_secs_f64())
    }

    /// Orders a second that were accepted, until the last of them was: what comes after the load counts as well, and takes longer.
    pub fn accepted_rate(&self) -> f64 {
        let Results { accepted, last_accepted, .. } = self.outcome.results;
        per_second(accepted, last_accepted.max(self.outcome.came_for).as_secs_f64())
    }

    /// What the figures have to be read with.
    pub fn remarks(&self) -> Vec<String> {
        let Outcome { results, stopped, .. } = self.outcome;
        let mut remarks = Vec::new();
        if *stopped {
            remarks.push("It was stopped before its time.".to_owned());
        }
        let late = results.late.at(0.99).map_or(0.0, milliseconds);
        if late > LATE_MS {
            remarks.push(format!(
                "The generator fell behind: requests were sent {late:.1} ms late (p99). Buyers' times count it, as they count from \
                 when they were due; a faster machine would offer the load better."
            ));
        }
        let without = results.due - results.accepted;
        if without > 0 {
            let share = 100.0 * without as f64 / results.due as f64;
            remarks.push(format!(
                "{without} buyers ({share:.2} %) got no order. Percentiles are of those who did, and look better for it."
            ));
        }
        if results.not_followed > 0 {
            remarks.push(format!(
                "{} orders were not followed, as {} were at once; how they ended was looked up later.",
                results.not_followed, self.plan.max_followed
            ));
        }
        remarks
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let (plan, outcome) = (self.plan, self.outcome);
        let results = &outcome.results;
        json!({
            "target": self.target,
            "plan": {
                "rate": plan.rate,
                "duration_seconds": plan.duration.as_secs_f64(),
                "arrivals": format!("{:?}", plan.arrivals).to_lowercase(),
                "seed": plan.seed,
                "run": plan.run,
                "skus": plan.skus,
                "quantity": plan.quantity,
                "timeout_seconds": plan.timeout.as_secs_f64(),
                "retries": plan.retries,
                "max_in_flight": plan.max_in_flight,
                "alone": plan.alone,
            },
            "stopped": outcome.stopped,
            "seconds": rounded(outcome.came_for.as_secs_f64()),
            "offered": results.due,
            "offered_per_second": self.offered_rate(),
            "sent": results.sent,
            "sent_per_second": self.sent_rate(),
            "retried": results.retried,
            "accepted": results.accepted,
            "accepted_per_second": self.accepted_rate(),
            "errors": results.errors,
            "gave_up": results.gave_up,
            "late_ms": results.late.json(),
            "to_accepted_ms": results.to_accepted.json(),
            "service_ms": results.service.json(),
            "to_confirmed_ms": results.to_confirmed.json(),
            "to_confirmed_resolution_ms": results.gap.json(),
            "not_followed": results.not_followed,
            "orders": results.ends(),
            "series": { "step_seconds": results.step.as_secs(), "steps": steps(results) },
            "invariants": outcome.findings.iter().map(finding).collect::<Vec<_>>(),
            "remarks": self.remarks(),
        })
    }
}

fn steps(results: &Results) -> Vec<Value> {
    let step = |step: &super::results::Step| {
        let at = |share| step.to_accepted.as_ref().and_then(|latencies| latencies.at(share)).map(milliseconds);
        json!({
            "offered": step.due, "sent": step.sent, "accepted": step.accepted, "failed": step.failed,
            "confirmed": step.confirmed, "p50_ms": at(0.5), "p99_ms": at(0.99),
        })
    };
    results.steps.iter().map(step).collect()
}

fn finding(finding: &Finding) -> Value {
    let Finding { name, promise, verdict, checked, examples, violations } = finding;
    let (verdict, why) = match verdict {
        Verdict::Ok => ("ok", None),
        Verdict::Violated => ("violated", None),
        Verdict::NotChecked(why) => ("not_checked", Some(why)),
    };
    json!({
        "name": name, "promise": promise, "verdict": verdict, "why": why,
        "checked": checked, "violations": violations, "examples": examples,
    })
}

fn per_second(count: u64, seconds: f64) -> f64 {
    rounded(count as f64 / seconds.max(0.001))
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let results = &self.outcome.results;
        let rates = [
            ("offered", results.due, self.offered_rate()),
            ("sent", results.sent, self.sent_rate()),
            ("accepted", results.accepted, self.accepted_rate()),
        ];
        for (name, count, rate) in rates {
            writeln!(f, "{name:<12} {:>9}   {rate} a second", HumanCount(count).to_string())?;
        }
        writeln!(f, "{:<12} {:>9}", "sent again", HumanCount(results.retried).to_string())?;
        writeln!(f, "\nmilliseconds          count       p50       p90       p99     p99.9       max")?;
        results.times().iter().try_for_each(|(name, latencies)| write_times(f, name, latencies))?;
        for (title, counts) in [
            ("errors, of all requests", &results.errors),
            ("buyers without an order, by their last error", &results.gave_up),
            ("orders by their end", &results.ends()),
        ] {
            if !counts.is_empty() {
                writeln!(f, "\n{title}")?;
            }
            for (name, count) in counts {
                writeln!(f, "  {name:<36}{:>8}", HumanCount(*count).to_string())?;
            }
        }
        writeln!(f, "\ninvariants")?;
        self.outcome.findings.iter().try_for_each(|finding| write_finding(f, finding))?;
        let remarks = self.remarks();
        if !remarks.is_empty() {
            writeln!(f)?;
        }
        remarks.iter().try_for_each(|remark| writeln!(f, "{remark}"))
    }
}

fn write_times(f: &mut fmt::Formatter<'_>, name: &str, latencies: &Latencies) -> fmt::Result {
    write!(f, "{name:<20}{:>7}", latencies.count())?;
    for time in latencies.reported() {
        match time {
            Some(time) => write!(f, "{:>10.1}", milliseconds(time))?,
            None => write!(f, "{:>10}", "-")?,
        }
    }
    writeln!(f)
}

fn write_finding(f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
    let word = match &finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Violated => "VIOLATED",
        Verdict::NotChecked(_) => "unknown",
    };
    writeln!(f, "  {word:<9} {:>6} looked at  {}", finding.checked, finding.promise)?;
    if let Verdict::NotChecked(why) = &finding.verdict {
        writeln!(f, "{:>29}{why}", "")?;
    }
    finding.examples.iter().try_for_each(|example| writeln!(f, "{:>29}{example}", ""))
}
