//! What came of a sale, as a page.

use crate::{
    load::Latencies,
    report::{Axis, Bars, Cell, Figure, Line, Page, Plot, Scale, Table, Tone},
};

use super::{
    outcome::Outcome,
    summary::{by_limit, figures, time, times},
    watch::Moment,
};

/// Of each limit so many walls are shown: there may be one for each partition.
const WALLS: usize = 5;

/// The report of a sale, or of several designs side by side.
///
/// # Errors
/// A plot cannot be drawn.
pub fn page(outcomes: &[Outcome]) -> anyhow::Result<String> {
    let about = outcomes.first().map(about).unwrap_or_default();
    let mut page = Page::new("A sale on Emporium", about);
    if let [outcome] = outcomes {
        page = page.figures(highlights(outcome));
    }
    page = page.table(verdict(outcomes)).table(side_by_side(outcomes)).table(latencies(outcomes));
    let stock = over_time(outcomes, "Stock over time", "Units that could be ordered.", |moment| moment.stock);
    let queue = "Orders that were taken, and had neither their units nor an answer.";
    let queue = over_time(outcomes, "Queue over time", queue, |moment| moment.waiting);
    let paying = "Orders that had their units, and waited for their payment.";
    let paying = over_time(outcomes, "Orders being paid over time", paying, |moment| moment.held);
    let confirmed = over_time(outcomes, "Confirmed over time", "Orders, in all.", |moment| moment.confirmed);
    page = page.plot(stock)?.plot(queue)?.plot(paying)?.plot(confirmed)?;
    for (title, of) in TIMES {
        page = page.plot(distribution(outcomes, title, of))?;
    }
    for outcome in outcomes {
        page = page.bars(walls(outcome));
    }
    page.table(peaks(outcomes)).table(bills(outcomes)).html()
}

type Times = fn(&Outcome) -> &Latencies;

const TIMES: [(&str, Times); 3] = [
    ("Latency to accepted", |outcome| &outcome.to_accepted),
    ("Latency to held", |outcome| &outcome.to_held),
    ("Latency to confirmed", |outcome| &outcome.to_confirmed),
];

fn about(outcome: &Outcome) -> String {
    let plan = &outcome.plan;
    let limits: Vec<_> = plan.limits.iter().map(|(name, number)| format!("{name} {number}")).collect();
    let limits = if limits.is_empty() { "those of a new account".to_owned() } else { limits.join(", ") };
    format!(
        "{} units of one product; up to {} buyers a second for {} s ({:?}), {} % of them bots; {} shards; limits: {limits}; seed {}. \
         Simulated, on virtual time.",
        plan.units,
        plan.rate,
        plan.duration.as_secs_f64(),
        plan.curve,
        plan.bots,
        plan.shards_in_use(),
        plan.seed
    )
}

fn highlights(outcome: &Outcome) -> Vec<Figure> {
    let figures = figures(outcome).into_iter();
    let wanted = ["sold", "oversold", "undersold", "double charges", "sold out after", "dollars per 1,000 orders"];
    let shown = figures.filter(|(name, _)| wanted.contains(name));
    let mut shown: Vec<_> =
        shown.map(|(name, value)| Figure { name: name.to_owned(), value, note: String::new() }).collect();
    for (name, times) in times(outcome) {
        let note = format!("of {} orders", times.count);
        shown.push(Figure { name: format!("p99 {name}"), value: time(times.p99), note });
    }
    shown
}

fn verdict(outcomes: &[Outcome]) -> Table {
    let row = |outcome: &Outcome| {
        let (word, tone) = if outcome.violations.is_empty() { ("kept", Tone::Good) } else { ("violated", Tone::Bad) };
        let details = outcome.violations.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
        vec![Cell::text(outcome.plan.design.name()), Cell::new(word, tone), Cell::text(details)]
    };
    Table {
        title: "What must hold".to_owned(),
        about: "Nothing is sold twice, left while buyers are refused, charged twice or lost, and the books balance."
            .to_owned(),
        head: ["Design", "Verdict", "Details"].map(str::to_owned).to_vec(),
        rows: outcomes.iter().map(row).collect(),
    }
}

fn side_by_side(outcomes: &[Outcome]) -> Table {
    let all: Vec<_> = outcomes.iter().map(figures).collect();
    let row = |(place, (name, _)): (usize, &(&str, String))| {
        let mut row = vec![Cell::text(*name)];
        row.extend(all.iter().map(|figures| Cell::number(&figures[place].1)));
        row
    };
    let mut head = vec!["Figure".to_owned()];
    head.extend(outcomes.iter().map(|outcome| outcome.plan.design.name().to_owned()));
    Table {
        title: "Figures".to_owned(),
        about: "Dollars are AWS's list prices, mails included and Stripe's fees not; orders that came to nothing are paid by \
                those that were confirmed."
            .to_owned(),
        head,
        rows: all.first().into_iter().flatten().enumerate().map(row).collect(),
    }
}

fn latencies(outcomes: &[Outcome]) -> Table {
    let rows = outcomes.iter().flat_map(|outcome| {
        times(outcome).map(|(name, times)| {
            let mut row = vec![Cell::text(outcome.plan.design.name()), Cell::text(name), Cell::number(times.count)];
            row.extend([times.p50, times.p95, times.p99].map(|at| Cell::number(time(at))));
            row
        })
    });
    Table {
        title: "Times".to_owned(),
        about: "From when the buyer was due.".to_owned(),
        head: ["Design", "From due …", "Orders", "p50", "p95", "p99"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn over_time(outcomes: &[Outcome], title: &str, about: &str, value: fn(&Moment) -> i64) -> Plot {
    let line = |outcome: &Outcome| Line {
        name: outcome.plan.design.name().to_owned(),
        points: outcome.moments.iter().map(|moment| (moment.second as f64, value(moment) as f64)).collect(),
    };
    Plot {
        title: title.to_owned(),
        about: about.to_owned(),
        x: Axis::new("seconds since the opening", Scale::Linear),
        y: Axis::new("how many", Scale::Linear),
        lines: outcomes.iter().map(line).collect(),
    }
}

fn distribution(outcomes: &[Outcome], title: &str, of: Times) -> Plot {
    let line = |outcome: &Outcome| Line { name: outcome.plan.design.name().to_owned(), points: of(outcome).curve() };
    Plot {
        title: title.to_owned(),
        about: "The share of orders that took no longer, from when their buyers were due.".to_owned(),
        x: Axis::new("of the orders", Scale::Nines),
        y: Axis::new("milliseconds", Scale::Logarithmic),
        lines: outcomes.iter().map(line).collect(),
    }
}

fn walls(outcome: &Outcome) -> Bars {
    let row = |wall: &super::Wall| (format!("{} of {}", wall.limit, wall.of), wall.times);
    Bars {
        title: format!("Walls: {}", outcome.plan.design.name()),
        about: "Limits that were reached, and how often something was refused for them or had to wait; of each limit the five that were hit \
                most.".to_owned(),
        rows: by_limit(&outcome.walls).iter().flat_map(|(_, walls)| walls.iter().take(WALLS).copied().map(row)).collect(),
    }
}

fn peaks(outcomes: &[Outcome]) -> Table {
    let rows = outcomes.iter().flat_map(|outcome| {
        outcome.peaks.iter().map(|peak| {
            let names = [outcome.plan.design.name(), peak.limit, &peak.of].map(Cell::text);
            let numbers = [Cell::number(format!("{:.0}", peak.most)), Cell::number(peak.limit_number)];
            names.into_iter().chain(numbers).collect()
        })
    });
    Table {
        title: "How near everything came to its limit".to_owned(),
        about: "docs/LIMITS.md says what each limit is, and where it is from.".to_owned(),
        head: ["Design", "Limit", "Of", "Most", "Limit's number"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn bills(outcomes: &[Outcome]) -> Table {
    let rows = outcomes.iter().flat_map(|outcome| {
        outcome.bill.0.iter().map(|line| {
            vec![
                Cell::text(outcome.plan.design.name()),
                Cell::text(line.what),
                Cell::number(format!("{:.0}", line.count)),
                Cell::number(format!("{:.6}", line.usd)),
            ]
        })
    });
    Table {
        title: "The bill".to_owned(),
        about: "Dollars for the whole sale.".to_owned(),
        head: ["Design", "For", "Count", "Dollars"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
