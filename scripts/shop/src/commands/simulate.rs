//! `cargo shop simulate`: tries to break the shop.

use std::{
    collections::BTreeSet,
    num::NonZero,
    path::{Path, PathBuf},
    process, str,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::simulator::{
    self, Plan, Report,
    campaign::{Campaign, Totals, all_cores, fresh_seed},
    shrink::{Shrunk, shrink_first},
    summary::Summary,
};

/// How many seeds there are when nothing is said.
const SEEDS: u64 = 100;

/// What `cargo shop simulate` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "A seed is one history of about 20 orders: the same every time. Without --seed, they are fresh.\n\nExamples:\n  \
                  cargo shop simulate\n  cargo shop simulate --minutes 10\n  cargo shop simulate --seed 1 --seeds 200 --json\n  \
                  cargo shop simulate --seed 7 --history history.txt\n  \
                  cargo shop simulate --seed 7 --only-faults 3,17 --only-customers 0"
)]
pub struct Simulate {
    /// How many seeds. Without a number: one with --seed, as many as there is time for with --minutes, 100 otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// The first seed; the others follow it.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// When this time is over, no other seed is begun.
    #[arg(long, value_name = "M", value_parser = minutes)]
    minutes: Option<Duration>,
    /// Writes one JSON object, and nothing else, to standard output.
    #[arg(long)]
    json: bool,
    /// Of the faults that are drawn, only these happen, by number, or none. It is not shrunk then.
    #[arg(long, value_name = "NUMBERS|none", requires = "seed", value_parser = numbers::<u64>)]
    only_faults: Option<Numbers<u64>>,
    /// Of the customers only these come, by number, or none. It is not shrunk then.
    #[arg(long, value_name = "NUMBERS|none", requires = "seed", value_parser = numbers::<u32>)]
    only_customers: Option<Numbers<u32>>,
    /// Does not look for the shortest history of a violation.
    #[arg(long)]
    no_shrink: bool,
    /// How many seeds are run at once. Without a number, as many as there are cores.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Writes the history of the first violation, shrunk, to this file; when there is none, that of the first seed.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
}

/// Several numbers. Not a bare `BTreeSet`, which clap would take for an argument that comes several times.
type Numbers<Number> = Arc<BTreeSet<Number>>;

fn numbers<Number: str::FromStr + Ord>(text: &str) -> Result<Numbers<Number>, Number::Err> {
    let words = text.split(',').filter(|word| *word != "none");
    words.map(|word| word.trim().parse()).collect::<Result<_, _>>().map(Arc::new)
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|_| "not a number")?;
    Duration::try_from_secs_f64(minutes * 60.0).map_err(|why| why.to_string())
}

impl Simulate {
    /// Runs it.
    ///
    /// # Errors
    /// Something is wrong with the shop, or the simulator fails.
    #[allow(clippy::print_stdout, reason = "it is a command")]
    pub fn run(self) -> anyhow::Result<()> {
        let campaign = self.campaign()?;
        warn(&campaign);
        let stop = stopped_by_ctrl_c()?;
        let started = Instant::now();
        let totals = self.play(&campaign, &stop)?;
        let took = started.elapsed();
        stop.store(false, Ordering::Relaxed);
        let shrunk = self.shrink(&campaign, &totals, &stop)?;
        let summary = Summary { campaign: &campaign, totals: &totals, took, shrunk: shrunk.as_ref() };
        if self.json {
            println!("{}", serde_json::to_string(&summary.json())?);
        } else {
            print!("{summary}");
        }
        if let Some(path) = &self.history {
            write_history(path, &campaign, shrunk.as_ref())?;
        }
        if !totals.violating.is_empty() {
            bail!("{} of {} seeds violate what must hold", totals.violating.len(), totals.seeds);
        }
        Ok(())
    }

    fn campaign(&self) -> anyhow::Result<Campaign> {
        let usual = if self.seed.is_some() { 1 } else { SEEDS };
        let plan = Plan {
            only_faults: self.only_faults.as_deref().cloned(),
            only_customers: self.only_customers.as_deref().cloned(),
            ..Plan::default()
        };
        Ok(Campaign {
            first: self.seed.map_or_else(fresh_seed, Ok)?,
            seeds: self.seeds.or_else(|| self.minutes.is_none().then_some(usual)),
            time: self.minutes,
            jobs: self.jobs.unwrap_or_else(all_cores),
            plan,
        })
    }

    /// Runs all seeds, and shows how far it has come.
    fn play(&self, campaign: &Campaign, stop: &AtomicBool) -> anyhow::Result<Totals> {
        let bar = bar(campaign)?;
        let started = Instant::now();
        let totals = campaign.run(stop, |report, totals| {
            if campaign.seeds.is_some() {
                bar.set_position(totals.seeds);
            } else {
                bar.set_position(started.elapsed().as_secs());
            }
            bar.set_message(format!(
                "{} seeds, {} orders, {} violations",
                totals.seeds,
                totals.orders,
                totals.violations()
            ));
            if !self.json {
                bar.suspend(|| announce(report));
            }
        });
        bar.finish_and_clear();
        totals
    }

    /// Shrinks the first seed that has a violation.
    fn shrink(&self, campaign: &Campaign, totals: &Totals, stop: &AtomicBool) -> anyhow::Result<Option<Shrunk>> {
        if self.no_shrink || totals.violating.is_empty() {
            return Ok(None);
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        let shrunk = shrink_first(campaign, totals, stop, |progress| bar.set_message(progress.to_string()));
        bar.finish_and_clear();
        shrunk
    }
}

fn bar(campaign: &Campaign) -> anyhow::Result<ProgressBar> {
    let (length, what) = match (campaign.seeds, campaign.time) {
        (Some(seeds), _) => (Some(seeds), "{pos} of {len}"),
        (None, Some(time)) => (Some(time.as_secs()), "{elapsed}"),
        (None, None) => (None, "{elapsed}"),
    };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template(&format!("simulating {{wide_bar}} {what}, {{msg}}"))?);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}

/// What should be known before.
fn warn(campaign: &Campaign) {
    let many = campaign.seeds.is_none_or(|seeds| seeds > 1);
    if cfg!(debug_assertions) && many {
        eprintln!("This is a debug build: cargo run --release -p shop -- simulate ... is about twice as fast.");
    }
    if !determinism::WORKS {
        eprintln!("On this system a seed may take another course each time; on Linux it is always the same.");
    }
    if many {
        eprintln!("The first seed is {}.", campaign.first);
    }
}

/// Says at once what is wrong; the summary says it again.
fn announce(report: &Report) {
    for violation in &report.violations {
        eprintln!("seed {}: {violation}", report.seed);
    }
}

/// Becomes true at Ctrl-C. Another one while it is true ends the process.
fn stopped_by_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stopped = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let flag = Arc::clone(&stopped);
    thread::spawn(move || {
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if flag.swap(true, Ordering::Relaxed) {
                    // 128 + SIGINT, as shells have it.
                    process::exit(130);
                }
            }
        });
    });
    Ok(stopped)
}

fn write_history(path: &Path, campaign: &Campaign, shrunk: Option<&Shrunk>) -> anyhow::Result<()> {
    let lines = match shrunk {
        Some(shrunk) => shrunk.report.history.clone(),
        None => {
            let plan = Plan { seed: campaign.first, keep_history: true, ..campaign.plan.clone() };
            simulator::run(&plan)?.history
        }
    };
    std::fs::write(path, lines.join("\n") + "\n").with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::simulator::summary::replay;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        simulate: Simulate,
    }

    fn campaign(arguments: &str) -> Campaign {
        let words = std::iter::once("simulate").chain(arguments.split_whitespace());
        Command::try_parse_from(words).unwrap().simulate.campaign().unwrap()
    }

    #[test]
    fn how_many_seeds_follows_from_what_is_said() {
        assert_eq!(campaign("").seeds, Some(SEEDS));
        assert_eq!(campaign("--seed 7").seeds, Some(1));
        assert_eq!(campaign("--minutes 0.5").seeds, None);
        assert_eq!(campaign("--minutes 0.5").time, Some(Duration::from_secs(30)));
        assert_eq!(campaign("--minutes 2 --seeds 9").seeds, Some(9));
        assert_eq!((campaign("--seed 7 --seeds 9").first, campaign("--seed 7 --seeds 9").seeds), (7, Some(9)));
    }

    #[test]
    fn seeds_that_nobody_named_are_fresh() {
        assert_ne!(campaign("").first, campaign("").first);
    }

    #[test]
    fn a_replay_says_what_is_replayed() {
        for command in ["--seed 7", "--seed 7 --only-faults 3,17 --only-customers none"] {
            let campaign = campaign(command);
            let plan = Plan { seed: campaign.first, ..campaign.plan };
            assert_eq!(replay(&plan), format!("cargo shop simulate {command}"));
        }
    }

    #[test]
    fn numbers_of_faults_belong_to_a_seed() {
        assert!(Command::try_parse_from(["simulate", "--only-faults", "3"]).is_err());
        assert!(Command::try_parse_from(["simulate", "--seed", "1", "--only-faults", "three"]).is_err());
    }
}
