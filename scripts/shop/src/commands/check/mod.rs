//! `cargo shop check`: everything that is checked besides the tests. One file per check.

mod browser;
mod drift;
mod parity;
mod policies;
mod proof;
mod report;
mod rust;
mod saga;
mod session;
mod simulation;
mod terraform;
mod terraform_tests;

use std::{env, time::Instant};

use anyhow::bail;

pub use report::{Outcome, Report};
pub use session::Session;

/// Runs the checks that are not tests: all of them, or those that are named.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo shop check\n  cargo shop check formatting lints\n  cargo shop check --list\n  \
                        cargo shop check --strict --json"
)]
pub struct Check {
    /// The checks to run. Without any, all.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(CHECKS.iter().map(|named| named.name)))]
    names: Vec<String>,
    /// Only says which checks there are.
    #[arg(long)]
    list: bool,
    /// Writes the results as JSON, and nothing else, to standard output.
    #[arg(long)]
    json: bool,
    /// What could not run is a failure. So it is where the environment has CI=true.
    #[arg(long)]
    strict: bool,
}

/// A check.
struct Named {
    name: &'static str,
    about: &'static str,
    /// An error counts as a failure: what the check needs and does not find is [`Outcome::CouldNotRun`].
    run: fn(&Session) -> anyhow::Result<Outcome>,
}

/// Every check, in the order in which they run: what fails fast comes first.
const CHECKS: &[Named] = &[
    Named { name: "formatting", about: "Rust code is formatted", run: rust::formatting },
    Named {
        name: "documents",
        about: "generated documents are up to date, and alarms lead into the runbook",
        run: rust::documents,
    },
    Named { name: "lints", about: "clippy has nothing to say", run: rust::lints },
    Named { name: "saga", about: "sagas are valid Amazon States Language", run: saga::check },
    Named { name: "terraform", about: "Terraform is formatted, valid, and its tests pass", run: terraform::check },
    Named { name: "drift", about: "code, service.yaml and Terraform say the same", run: drift::check },
    Named { name: "policies", about: "checkov finds nothing, and every skip has a reason", run: policies::check },
    Named {
        name: "simulation",
        about: "fresh seeds of the simulator break nothing; SIMULATION_MINUTES says for how long, 1 otherwise",
        run: simulation::check,
    },
    Named {
        name: "proof",
        about: "every call of every function may be struck, and docs/PROOF.md says so; UPDATE_PROOF=1 writes it",
        run: proof::check,
    },
    Named {
        name: "browser",
        about: "people can buy, in Chromium; UPDATE_IMAGES=1 writes the pictures in docs/images",
        run: browser::check,
    },
    Named { name: "parity", about: "the same tests pass on what Terraform makes, under IAM", run: parity::check },
];

impl Check {
    /// Runs it.
    ///
    /// # Errors
    /// A check failed, or could not run where that counts as a failure.
    #[allow(clippy::print_stdout, reason = "says what it did")]
    pub fn run(self) -> anyhow::Result<()> {
        if self.list {
            CHECKS.iter().for_each(|named| println!("{:<12}{}", named.name, named.about));
            return Ok(());
        }
        let strict = self.strict || env::var("CI").is_ok_and(|value| value == "true");
        let chosen = CHECKS.iter().filter(|named| self.names.is_empty() || self.names.iter().any(|n| n == named.name));
        let mut reports = Vec::new();
        for named in chosen {
            let report = report_of(named);
            if !self.json {
                println!("{report}");
            }
            reports.push(report);
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&reports)?);
        } else {
            println!("{}", report::table(&reports));
        }
        match report::unmet(&reports, strict) {
            unmet if unmet.is_empty() => Ok(()),
            unmet => bail!("not passed: {}", unmet.join(", ")),
        }
    }
}

/// Runs one check.
fn report_of(named: &Named) -> Report {
    let session = Session::begin(named.name);
    let started = Instant::now();
    let outcome = (named.run)(&session).unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
    Report { name: named.name, ran: session.end(), seconds: started.elapsed().as_secs_f64(), outcome }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_failure_that_says_what_happened() {
        let named = Named { name: "x", about: "", run: |_| Err(anyhow::anyhow!("inner").context("outer")) };
        assert_eq!(report_of(&named).outcome, Outcome::Failed("outer: inner".to_owned()));
    }

    #[test]
    fn what_a_check_ran_is_reported() {
        let named = Named {
            name: "x",
            about: "",
            run: |session| {
                session.run(std::process::Command::new("echo").arg("hello"))?;
                Ok(Outcome::Passed("fine".to_owned()))
            },
        };
        assert_eq!(report_of(&named).ran, ["echo hello"]);
    }
}
