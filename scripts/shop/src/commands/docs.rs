//! `cargo shop docs`: writes what is generated.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::documents;

/// Writes the generated documents: docs/openapi.yaml, and the tables in docs/PROOF.md and in the README of each context and
/// Terraform module.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo shop docs\n  cargo shop docs --check")]
pub struct Docs {
    /// Only says which documents are out of date, and fails when any is.
    #[arg(long)]
    check: bool,
}

/// The repository's folder, which this command was built in.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

impl Docs {
    /// Runs it.
    ///
    /// # Errors
    /// A document is out of date (with `--check`), or cannot be written.
    #[allow(clippy::print_stdout, reason = "says what it did")]
    pub fn run(self) -> anyhow::Result<()> {
        let stale = documents::stale(&root())?;
        let names: Vec<_> = stale.iter().map(|document| document.path.display().to_string()).collect();
        if self.check && !stale.is_empty() {
            bail!("out of date: {}. Run cargo shop docs.", names.join(", "));
        }
        for document in &stale {
            let path = root().join(&document.path);
            std::fs::write(&path, &document.text).with_context(|| path.display().to_string())?;
        }
        println!(
            "{}",
            if names.is_empty() {
                "everything is up to date".to_owned()
            } else {
                format!("wrote {}", names.join(", "))
            }
        );
        Ok(())
    }
}
