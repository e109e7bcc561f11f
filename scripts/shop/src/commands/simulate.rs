//! `cargo shop simulate`.

use clap::Args;

use crate::simulator::{self, Plan};

/// What `cargo shop simulate` takes.
#[derive(Debug, Args)]
pub struct Simulate {
    /// How many seeds.
    #[arg(long, default_value_t = 10)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints the history.
    #[arg(long)]
    history: bool,
}

impl Simulate {
    /// Runs it.
    ///
    /// # Errors
    /// The simulator fails.
    #[allow(clippy::print_stdout, reason = "it is a command")]
    pub fn run(self) -> anyhow::Result<()> {
        for seed in self.seed..self.seed + self.seeds {
            let start = std::time::Instant::now();
            let report = simulator::run(&Plan { seed, keep_history: self.history, ..Plan::default() })?;
            for line in &report.history {
                println!("{line}");
            }
            println!("{} {:?} {}", seed, start.elapsed(), serde_json::to_string(&report)?);
        }
        Ok(())
    }
}
