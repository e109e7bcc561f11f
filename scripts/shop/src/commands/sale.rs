//! `cargo shop sale`: simulates a sale day of one product.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::sale::{self, Curve, Design, Outcome, Plan, Progress};

/// What `--help` says at its end.
const AFTER_HELP: &str = "\
The shipped code runs on virtual time, under the limits that a new AWS account and a new Stripe account have (docs/LIMITS.md).
Buyers come when they are due, whatever becomes of those before them. One seed is one sale, the same every time. The command
fails if units are sold twice, are left while buyers are refused, if an order is charged twice or lost, or the books do not
balance.

Examples:
  cargo shop sale
  cargo shop sale --units 500 --buyers-per-second 200 --report sale.html
  cargo shop sale --units 2000 --buyers-per-second 1000 --compare --report designs.html
  cargo shop sale --curve black-friday --bots 20 --seed 7 --json
  cargo shop sale --limit stripe-requests=500 --limit lambda-concurrency=3000";

/// What `cargo shop sale` takes.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct Sale {
    /// Units on sale.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    units: u32,
    /// Buyers a second, where there are most.
    #[arg(long, value_name = "N", default_value_t = 5_000.0)]
    buyers_per_second: f64,
    /// For how long they come. Without a number, as long as four for each unit take.
    #[arg(long, value_name = "N")]
    seconds: Option<u32>,
    /// How they come.
    #[arg(long, value_enum, default_value_t = Curve::Flash)]
    curve: Curve,
    /// Of a hundred buyers so many are bots: they want five orders each, and do not wait when they are told to.
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    bots: u64,
    /// Over how many shards the units are spread, 1 to 64.
    #[arg(long, value_name = "N", default_value_t = 32)]
    shards: u32,
    /// How it is sold.
    #[arg(long, value_enum, default_value_t = Design::Batches)]
    design: Design,
    /// A limit that differs from a new account's; several times for several.
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit)]
    limits: Vec<(String, u64)>,
    /// What is random follows from it.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Runs the other designs as well, and shows all of them side by side.
    #[arg(long)]
    compare: bool,
    /// Writes one JSON object, and nothing else, to standard output.
    #[arg(long)]
    json: bool,
    /// Writes a report to this file: one HTML page.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// `NAME=NUMBER`.
pub(super) fn limit(text: &str) -> Result<(String, u64), String> {
    let hint = "it has to be like stripe-requests=500; docs/LIMITS.md has all names";
    let (name, number) = text.split_once('=').ok_or(hint)?;
    let number = number.trim().replace(['_', ','], "").parse().map_err(|_| hint)?;
    Ok((name.trim().to_owned(), number))
}

impl Sale {
    /// Runs it.
    ///
    /// # Errors
    /// The plan cannot be carried out, the simulator fails, or something does not hold that has to.
    #[allow(clippy::print_stdout, reason = "it is a command")]
    pub fn run(self) -> anyhow::Result<()> {
        let plans = self.plans();
        if cfg!(debug_assertions) && plans.iter().any(|plan| plan.units > 1_000) {
            eprintln!("This is a debug build: cargo run --release -p shop -- sale ... is about twice as fast.");
        }
        let mut outcomes = Vec::new();
        for plan in plans {
            outcomes.push(play(&plan)?);
        }
        if self.json {
            println!("{}", serde_json::to_string(&sale::json(&outcomes))?);
        } else {
            print!("{}", sale::text(&outcomes));
        }
        if let Some(path) = &self.report {
            std::fs::write(path, sale::page(&outcomes)?).with_context(|| path.display().to_string())?;
            eprintln!("The report is in {}.", path.display());
        }
        let violated = outcomes.iter().filter(|outcome| !outcome.violations.is_empty());
        let violated: Vec<_> = violated.map(|outcome| outcome.plan.design.name()).collect();
        ensure!(violated.is_empty(), "something does not hold that has to, with {}", violated.join(", "));
        Ok(())
    }

    /// The named design first, and the others if they are to be compared.
    fn plans(&self) -> Vec<Plan> {
        let others = Design::ALL.into_iter().filter(|design| self.compare && *design != self.design);
        std::iter::once(self.design).chain(others).map(|design| self.plan(design)).collect()
    }

    fn plan(&self, design: Design) -> Plan {
        let usual = || Plan::usual_duration(self.units, self.buyers_per_second);
        Plan {
            units: self.units,
            rate: self.buyers_per_second,
            duration: self.seconds.map_or_else(usual, |seconds| Duration::from_secs(seconds.into())),
            curve: self.curve,
            bots: self.bots,
            shards: self.shards,
            design,
            limits: self.limits.clone(),
            seed: self.seed,
        }
    }
}

/// Runs a sale, and shows how far it has come.
fn play(plan: &Plan) -> anyhow::Result<Outcome> {
    plan.check()?;
    let coming = plan.arrivals().count() as u64;
    let bar = ProgressBar::with_draw_target(Some(coming), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{prefix} {wide_bar} {elapsed}, {msg}")?);
    bar.set_prefix(plan.design.name());
    bar.enable_steady_tick(Duration::from_millis(200));
    let shown = bar.clone();
    let outcome = sale::run(
        plan,
        Arc::new(move |progress: Progress| {
            let Progress { seconds, arrived, accepted, over } = progress;
            let [arrived, orders, over] = [arrived, accepted, over].map(HumanCount);
            shown.set_position(arrived.0);
            shown.set_message(format!("{seconds} s: {arrived} buyers, {orders} orders, {over} seen to end"));
        }),
    );
    bar.finish_and_clear();
    outcome
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        sale: Sale,
    }

    fn sale(arguments: &str) -> Result<Sale, clap::Error> {
        let words = std::iter::once("sale").chain(arguments.split_whitespace());
        Command::try_parse_from(words).map(|command| command.sale)
    }

    #[test]
    fn what_is_not_said_follows_from_what_is() {
        let plan = sale("--units 100 --buyers-per-second 50").unwrap().plans().remove(0);
        assert_eq!((plan.duration, plan.design), (Duration::from_secs(8), Design::Batches));
    }

    #[test]
    fn the_named_design_comes_first_in_a_comparison() {
        let plans = sale("--design one-item --compare").unwrap().plans();
        let designs: Vec<_> = plans.iter().map(|plan| plan.design).collect();
        assert_eq!(designs, [Design::OneItem, Design::Batches, Design::Shards, Design::Standard]);
    }

    #[test]
    fn what_is_wrong_says_what_would_be_right() {
        let why = sale("--limit stripe").unwrap_err().to_string();
        assert!(why.contains("stripe-requests=500"), "{why}");
        let why = sale("--limit gravity=1").unwrap().run().unwrap_err().to_string();
        assert!(why.contains("there is no limit gravity; there are"), "{why}");
        assert!(sale("--curve flat").unwrap_err().to_string().contains("black-friday"));
    }
}
