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

use std::{env, thread, time::Instant};

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
    /// Whether it mostly waits, and so is run beside the others.
    waits: bool,
}

/// Every check, in the order in which they run: what fails fast comes first.
const CHECKS: &[Named] = &[
    Named { name: "formatting", about: "Rust code is formatted", run: rust::formatting, waits: false },
    Named {
        name: "documents",
        about: "generated documents are up to date, and alarms lead into the runbook",
        run: rust::documents,
        waits: false,
    },
    Named { name: "lints", about: "clippy has nothing to say", run: rust::lints, waits: false },
    Named { name: "saga", about: "sagas are valid Amazon States Language", run: saga::check, waits: false },
    Named {
        name: "terraform",
        about: "Terraform is formatted, valid, and its tests pass",
        run: terraform::check,
        waits: false,
    },
    Named { name: "drift", about: "code, service.yaml and Terraform say the same", run: drift::check, waits: false },
    Named {
        name: "policies",
        about: "checkov finds nothing, and every skip has a reason",
        run: policies::check,
        waits: false,
    },
    Named {
        name: "simulation",
        about: "fresh seeds of the simulator break nothing; SIMULATION_MINUTES says for how long, 1 otherwise",
        run: simulation::check,
        waits: false,
    },
    Named {
        name: "proof",
        about: "every call of every function may be struck, and docs/PROOF.md says so; UPDATE_PROOF=1 writes it",
        run: proof::check,
        waits: false,
    },
    Named {
        name: "browser",
        about: "people can buy, in Chromium; UPDATE_IMAGES=1 writes the pictures in docs/images",
        run: browser::check,
        waits: false,
    },
    Named {
        name: "parity",
        about: "the same tests pass on what Terraform makes, under IAM",
        run: parity::check,
        waits: true,
    },
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
        let reports = reports_of(chosen, |report| {
            if !self.json {
                println!("{report}");
            }
        });
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

/// Runs checks one after the other, and beside them those that mostly wait. `ended` hears of each.
fn reports_of<'a>(checks: impl Iterator<Item = &'a Named>, ended: impl Fn(&Report)) -> Vec<Report> {
    let (waiting, others): (Vec<_>, Vec<_>) = checks.partition(|named| named.waits);
    thread::scope(|scope| {
        let waiting: Vec<_> = waiting.into_iter().map(|named| (named, scope.spawn(move || report_of(named)))).collect();
        let mut reports: Vec<_> = others.into_iter().map(report_of).inspect(&ended).collect();
        for (named, running) in waiting {
            let report = running.join().unwrap_or_else(|_| Report {
                name: named.name,
                ran: Vec::new(),
                seconds: 0.0,
                outcome: Outcome::Failed("it panicked".to_owned()),
            });
            ended(&report);
            reports.push(report);
        }
        reports
    })
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
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };

    use super::*;

    #[test]
    fn an_error_is_a_failure_that_says_what_happened() {
        let named =
            Named { name: "x", about: "", run: |_| Err(anyhow::anyhow!("inner").context("outer")), waits: false };
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
            waits: false,
        };
        assert_eq!(report_of(&named).ran, ["echo hello"]);
    }

    #[test]
    fn one_that_waits_does_not_keep_the_others() {
        static OTHER: AtomicBool = AtomicBool::new(false);
        let waits = |_: &Session| {
            let end = Instant::now() + Duration::from_secs(20);
            while !OTHER.load(Ordering::SeqCst) {
                anyhow::ensure!(Instant::now() < end, "the other one does not run");
                thread::sleep(Duration::from_millis(5));
            }
            Ok(Outcome::Passed(String::new()))
        };
        let other = |_: &Session| {
            OTHER.store(true, Ordering::SeqCst);
            Ok(Outcome::Passed(String::new()))
        };
        let checks = [
            Named { name: "waits", about: "", run: waits, waits: true },
            Named { name: "other", about: "", run: other, waits: false },
        ];
        let reports = reports_of(checks.iter(), |_| {});
        assert_eq!(reports.iter().map(|report| report.name).collect::<Vec<_>>(), ["other", "waits"]);
        assert!(reports.iter().all(|report| matches!(report.outcome, Outcome::Passed(_))), "{reports:?}");
    }
}
