//! `cargo shop check`: everything that is checked besides the tests.

use std::process::Command;

use anyhow::{Context, bail};

use super::docs::root;

/// Runs the checks that are not tests: formatting, lints, and whether the generated documents are up to date.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo shop check")]
pub struct Check {}

/// Name, program and arguments of each check.
const CHECKS: [(&str, &str, &[&str]); 3] = [
    ("formatting", "cargo", &["fmt", "--all", "--check"]),
    ("lints", "cargo", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]),
    ("generated documents", "cargo", &["run", "--quiet", "--package", "shop", "--", "docs", "--check"]),
];

impl Check {
    /// Runs it.
    ///
    /// # Errors
    /// A check failed, or could not be run.
    #[allow(clippy::print_stdout, reason = "says what it did")]
    pub fn run(self) -> anyhow::Result<()> {
        let mut failed = Vec::new();
        for (name, program, arguments) in CHECKS {
            println!("checking {name}: {program} {}", arguments.join(" "));
            let status = Command::new(program).args(arguments).current_dir(root()).status();
            let status = status.with_context(|| format!("{program} cannot be run"))?;
            println!("{name}: {}", if status.success() { "ok" } else { "FAILED" });
            if !status.success() {
                failed.push(name);
            }
        }
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        println!("{} checks passed", CHECKS.len());
        Ok(())
    }
}
