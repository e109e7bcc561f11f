//! `cargo shop package`: builds what is deployed.

use anyhow::bail;

use super::docs::root;
use crate::package::{self, Architecture, Manifest};

/// What a zip may weigh before a warning: an environment's cold start begins with fetching and unpacking it.
const LARGE_BYTES: usize = 4_000_000;

/// Builds the contexts' zips for Lambda, and a manifest of them, in target/lambda/<architecture>.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo shop package\n  cargo shop package --arch x86_64 --context orders\n  \
                        cargo shop package --json | jq .packages.orders.bytes")]
pub struct Package {
    /// What the functions run on.
    #[arg(long, value_enum, default_value_t = Architecture::Arm64)]
    arch: Architecture,
    /// Only this context; may be given several times. The others' packages stay as they are.
    #[arg(long = "context", value_name = "NAME")]
    contexts: Vec<String>,
    /// Prints the manifest instead of a table.
    #[arg(long)]
    json: bool,
    /// Builds the commit once more, in another folder and from scratch, and fails when a package differs.
    #[arg(long)]
    check_reproducible: bool,
}

impl Package {
    /// Runs it.
    ///
    /// # Errors
    /// A context does not exist, something cannot be built, or is not the same when built again.
    #[allow(clippy::print_stdout, reason = "says what it did")]
    pub fn run(self) -> anyhow::Result<()> {
        let all = package::contexts(&root())?;
        if let Some(unknown) = self.contexts.iter().find(|context| !all.contains(context)) {
            bail!("there is no context {unknown}; there are {}", all.join(", "));
        }
        let wanted = if self.contexts.is_empty() { all } else { self.contexts };
        let manifest = package::package(&root(), self.arch, &wanted)?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&manifest)?);
        } else {
            println!("{}", table(&manifest));
        }
        for (context, package) in &manifest.packages {
            if package.bytes > LARGE_BYTES {
                tracing::warn!("{context}'s zip is above {} MB: every cold start fetches it", LARGE_BYTES / 1_000_000);
            }
        }
        if self.check_reproducible {
            package::reproduce(&root(), &manifest, &wanted)?;
            println!("built twice, in two folders: the same packages");
        }
        Ok(())
    }
}

/// What was packaged, for people.
fn table(manifest: &Manifest) -> String {
    let mut lines = vec![format!("{:<16}{:>10}{:>12}  {}", "context", "zip", "binary", "sha256")];
    for (context, package) in &manifest.packages {
        let (zip, binary) = (megabytes(package.bytes), megabytes(package.binary_bytes));
        let hash = package.sha256.get(..16).unwrap_or(&package.sha256);
        lines.push(format!("{context:<16}{zip:>10}{binary:>12}  {hash}"));
    }
    let state = if manifest.dirty { ", with changes that are not in it" } else { "" };
    lines.push(format!("{}, commit {}{state}", manifest.architecture, manifest.commit));
    lines.join("\n")
}

/// A size as people read it.
fn megabytes(bytes: usize) -> String {
    let hundredths = bytes.div_ceil(10_000);
    format!("{}.{:02} MB", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_never_shown_smaller_than_it_is() {
        assert_eq!(megabytes(4_000_000), "4.00 MB");
        assert_eq!(megabytes(4_000_001), "4.01 MB");
        assert_eq!(megabytes(90_000), "0.09 MB");
    }
}
