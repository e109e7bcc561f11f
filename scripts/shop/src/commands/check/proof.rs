//! The kill matrix, and its tables in `docs/PROOF.md`. `cargo test` runs a part of it.
//!
//! All of it takes seven minutes of two cores, most of them for pairs of faults. So a check runs an eighth of the pairs, another one
//! each time, and everything else.

use std::{env, fs, path::Path};

use anyhow::Context;

use super::{Outcome, Session};
use crate::{
    commands::docs::root,
    documents,
    simulator::{
        Bug,
        campaign::fresh_seed,
        matrix::{self, Matrix, Part, Tables},
    },
};

/// Where the tables are.
const PROOF: &str = "docs/PROOF.md";

/// Set, the tables are written instead of compared.
const WRITE: &str = "UPDATE_PROOF";

/// Which part of the pairs is run, as in `2/8`.
const PART: &str = "PROOF_PART";

/// In how many parts the pairs are run, where nothing else is said.
const PARTS: u64 = 8;

/// So many failures are shown.
const SHOWN: usize = 40;

/// Nothing that strikes a call breaks anything, and the document says so.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    if cfg!(debug_assertions) {
        session.note("faster: cargo run --release --package shop -- check proof");
    }
    let writes = env::var_os(WRITE).is_some();
    let part = match env::var(PART) {
        Ok(part) => part.parse().with_context(|| PART.to_owned())?,
        Err(_) if writes => Part::ALL,
        Err(_) => Part::new(usize::try_from(fresh_seed()? % PARTS)?, usize::try_from(PARTS)?).unwrap_or(Part::ALL),
    };
    session.note(format!("{PART}={part} cargo shop check proof; with 0/1 instead, all of it"));
    let matrix = Matrix::run(&Bug::NONE, part, &|what, done, all| session.step(format!("{what}: {done} of {all}")))?;
    let mut failures = matrix.failures()?;
    let count = failures.len();
    if count > SHOWN {
        failures.truncate(SHOWN);
        failures.push(format!("and {} more", count - SHOWN));
    }
    let path = root().join(PROOF);
    let text = fs::read_to_string(&path).with_context(|| PROOF.to_owned())?;
    let is_true = match matrix.tables()? {
        Tables::Parts(parts) => parts.iter().all(|part| text.contains(part.trim_end())),
        Tables::Whole(tables) => {
            let expected = documents::replaced(Path::new(PROOF), &text, matrix::BEGIN, matrix::END, &tables)?;
            let changed = text != expected;
            if changed && writes {
                fs::write(&path, expected).with_context(|| PROOF.to_owned())?;
            }
            !changed || writes
        }
    };
    if !is_true {
        failures.push(format!("{PROOF} is out of date. Run {WRITE}=1 cargo shop check proof."));
    }
    Ok(Outcome::of(
        &failures,
        format!(
            "{} runs of {} scenarios; of {} pairs of faults part {part}",
            matrix.runs(),
            matrix.recordings.len(),
            matrix.all_pairs
        ),
    ))
}
