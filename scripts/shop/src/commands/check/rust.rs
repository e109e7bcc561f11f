//! Formatting, lints, and generated documents.

use std::process::Command;

use super::{Outcome, Session, session::said};
use crate::{commands::docs::root, documents};

/// Rust code is formatted.
pub fn formatting(session: &Session) -> anyhow::Result<Outcome> {
    cargo(session, &["fmt", "--all", "--check"], "all crates")
}

/// Clippy has nothing to say.
pub fn lints(session: &Session) -> anyhow::Result<Outcome> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    cargo(session, &arguments, "all crates and their tests")
}

fn cargo(session: &Session, arguments: &[&str], passed: &str) -> anyhow::Result<Outcome> {
    let output = session.run(Command::new("cargo").args(arguments))?;
    Ok(if output.status.success() { Outcome::Passed(passed.to_owned()) } else { Outcome::Failed(said(&output)) })
}

/// Generated documents are up to date, and every alarm leads to a section of the runbook.
pub fn documents(session: &Session) -> anyhow::Result<Outcome> {
    session.note("cargo shop docs --check");
    let stale = documents::stale(&root())?;
    let stale =
        stale.iter().map(|document| format!("{} is out of date. Run cargo shop docs.", document.path.display()));
    let mut faults: Vec<String> = stale.collect();
    faults.extend(documents::runbook::faults(&root())?);
    Ok(Outcome::of(&faults, format!("{} documents, and the runbook", documents::all(&root())?.len())))
}
