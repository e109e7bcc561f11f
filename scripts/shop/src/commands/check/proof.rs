//! The kill matrix as a whole, and its tables in `docs/PROOF.md`. `cargo test` runs a part of it.

use std::{env, fs, path::Path};

use anyhow::Context;

use super::{Outcome, Session};
use crate::{
    commands::docs::root,
    documents,
    simulator::{
        Bug,
        matrix::{self, Matrix},
    },
};

/// Where the tables are.
const PROOF: &str = "docs/PROOF.md";

/// Set, the tables are written instead of compared.
const SETTING: &str = "UPDATE_PROOF";

/// So many failures are shown.
const SHOWN: usize = 40;

/// Nothing that strikes a call breaks anything, and the document says so.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    if cfg!(debug_assertions) {
        session.note("faster: cargo run --release --package shop -- check proof");
    }
    let matrix = Matrix::run(&Bug::NONE, &|what, done, all| session.step(format!("{what}: {done} of {all}")))?;
    let mut failures = matrix.failures()?;
    let count = failures.len();
    if count > SHOWN {
        failures.truncate(SHOWN);
        failures.push(format!("and {} more", count - SHOWN));
    }
    let path = root().join(PROOF);
    let text = fs::read_to_string(&path).with_context(|| PROOF.to_owned())?;
    let expected = documents::replaced(Path::new(PROOF), &text, matrix::BEGIN, matrix::END, &matrix.tables()?)?;
    if text != expected && env::var_os(SETTING).is_some() {
        fs::write(&path, expected).with_context(|| PROOF.to_owned())?;
    } else if text != expected {
        failures.push(format!("{PROOF} is out of date. Run {SETTING}=1 cargo shop check proof."));
    }
    Ok(Outcome::of(&failures, format!("{} runs of {} scenarios", matrix.runs(), matrix.recordings.len())))
}
