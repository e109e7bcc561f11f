//! What came of a load, as a page.

use std::time::Duration;

use crate::report::{Axis, Bars, Cell, Figure, Line, Page, Plot, Scale, Table, Tone};

use super::{
    invariants::{Finding, Verdict},
    latencies::{Latencies, milliseconds},
    results::{Results, Step},
    summary::Summary,
};

/// The report of a load.
///
/// # Errors
/// A plot cannot be drawn.
pub fn page(summary: &Summary<'_>) -> anyhow::Result<String> {
    let plan = summary.plan;
    let results = &summary.outcome.results;
    let about = format!(
        "{} buyers a second for {} s on {}; arrivals {}, seed {}, run {}.",
        plan.rate,
        plan.duration.as_secs_f64(),
        summary.target,
        format!("{:?}", plan.arrivals).to_lowercase(),
        plan.seed,
        plan.run
    );
    let counts = |counts: &std::collections::BTreeMap<String, u64>| {
        counts.iter().map(|(name, count)| (name.clone(), *count)).collect::<Vec<_>>()
    };
    let mut page = Page::new("Load on Emporium", about).figures(figures(summary));
    let remarks = summary.remarks();
    if !remarks.is_empty() {
        page = page.table(Table {
            title: "To be read with it".to_owned(),
            about: String::new(),
            head: vec!["Remark".to_owned()],
            rows: remarks.into_iter().map(|remark| vec![Cell::text(remark)]).collect(),
        });
    }
    page.table(invariants(&summary.outcome.findings))
        .plot(throughput(results))?
        .plot(over_time(results))?
        .plot(distribution(results))?
        .table(times(results))
        .bars(Bars {
            title: "Errors by type".to_owned(),
            about: "Of all requests, those that were sent again included, and buyers that could not be sent."
                .to_owned(),
            rows: counts(&results.errors),
        })
        .bars(Bars { title: "Orders by their end".to_owned(), about: String::new(), rows: counts(&results.ends()) })
        .html()
}

fn figures(summary: &Summary<'_>) -> Vec<Figure> {
    let results = &summary.outcome.results;
    let figure = |name: &str, value: String, note: &str| Figure { name: name.to_owned(), value, note: note.to_owned() };
    let violated = summary.outcome.findings.iter().filter(|finding| finding.verdict == Verdict::Violated).count();
    vec![
        figure("Offered", format!("{}/s", summary.offered_rate()), &format!("{} buyers", results.due)),
        figure("Accepted", format!("{}/s", summary.accepted_rate()), &format!("{} orders", results.accepted)),
        figure("p99 to accepted", time(results.to_accepted.at(0.99)), "from when the buyer was due"),
        figure("p99 to confirmed", time(results.to_confirmed.at(0.99)), "of followed orders, when it was seen"),
        figure("Errors", results.all_errors().to_string(), "of all requests, and buyers not sent"),
        figure("Sending was late", time(results.late.at(0.99)), "p99; how far the generator fell behind"),
        figure("Violated", violated.to_string(), &format!("of {} invariants", summary.outcome.findings.len())),
    ]
}

fn time(time: Option<Duration>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| format!("{:.1} ms", milliseconds(time)))
}

fn line(name: &str, results: &Results, value: impl Fn(&Step) -> Option<f64>) -> Line {
    let seconds = results.step.as_secs_f64();
    let points = results.steps.iter().enumerate();
    let points = points.filter_map(|(place, step)| Some((place as f64 * seconds, value(step)?))).collect();
    Line { name: name.to_owned(), points }
}

fn throughput(results: &Results) -> Plot {
    let seconds = results.step.as_secs_f64();
    let rate = |count: u64| Some(count as f64 / seconds);
    Plot {
        title: "Offered and accepted".to_owned(),
        about: format!("A second, in steps of {seconds} s. Where accepted is below offered, buyers wait or fail."),
        x: Axis::new("seconds since the beginning", Scale::Linear),
        y: Axis::new("a second", Scale::Linear),
        lines: vec![
            line("offered", results, |step| rate(step.due)),
            line("accepted", results, |step| rate(step.accepted)),
            line("seen confirmed", results, |step| rate(step.confirmed)),
            line("failed", results, |step| rate(step.failed)),
        ],
    }
}

fn over_time(results: &Results) -> Plot {
    let at = |share: f64| move |step: &Step| Some(milliseconds(step.to_accepted.as_ref()?.at(share)?));
    Plot {
        title: "Time to accepted, by when the buyer was due".to_owned(),
        about: "Percentiles of the buyers who were due at that time and got an order; logarithmic.".to_owned(),
        x: Axis::new("seconds since the beginning", Scale::Linear),
        y: Axis::new("milliseconds", Scale::Logarithmic),
        lines: vec![
            line("p50", results, at(0.5)),
            line("p90", results, at(0.9)),
            line("p99", results, at(0.99)),
            line("max", results, at(1.0)),
        ],
    }
}

fn distribution(results: &Results) -> Plot {
    let line = |name: &str, latencies: &Latencies| Line { name: name.to_owned(), points: latencies.curve() };
    Plot {
        title: "How long it takes how many".to_owned(),
        about: "The share of buyers that waited no longer. Where sent to accepted is far below due to accepted, buyers waited before \
                the request that was accepted was sent."
            .to_owned(),
        x: Axis::new("of the buyers", Scale::Nines),
        y: Axis::new("milliseconds", Scale::Logarithmic),
        lines: vec![
            line("due to accepted", &results.to_accepted),
            line("sent to accepted", &results.service),
            line("due to confirmed", &results.to_confirmed),
        ],
    }
}

fn times(results: &Results) -> Table {
    let row = |(name, latencies): (&str, &Latencies)| {
        let mut row = vec![Cell::text(name), Cell::number(latencies.count())];
        row.extend(latencies.reported().map(|at| Cell::number(time(at))));
        row
    };
    Table {
        title: "Times".to_owned(),
        about: "Buyers' times count from when they were due, whether or not they could be sent then.".to_owned(),
        head: ["From … to …", "Count", "p50", "p90", "p99", "p99.9", "max"].map(str::to_owned).to_vec(),
        rows: results.times().into_iter().map(row).collect(),
    }
}

fn invariants(findings: &[Finding]) -> Table {
    let row = |finding: &Finding| {
        let (verdict, mut details) = match &finding.verdict {
            Verdict::Ok => (Cell::new("ok", Tone::Good), Vec::new()),
            Verdict::Violated => (Cell::new("violated", Tone::Bad), Vec::new()),
            Verdict::NotChecked(why) => (Cell::text("unknown"), vec![why.clone()]),
        };
        details.extend(finding.examples.clone());
        let numbers = [finding.checked, finding.violations].map(Cell::number);
        let mut row = vec![verdict, Cell::text(finding.promise.clone())];
        row.extend(numbers);
        row.push(Cell::text(details.join("; ")));
        row
    };
    Table {
        title: "Invariants".to_owned(),
        about: "Asked of the API when all orders had ended, or had had time enough to.".to_owned(),
        head: ["Verdict", "What has to hold", "Looked at", "Wrong", "Details"].map(str::to_owned).to_vec(),
        rows: findings.iter().map(row).collect(),
    }
}
