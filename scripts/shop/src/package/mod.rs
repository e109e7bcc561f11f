//! Builds what Lambda runs: one zip per context, the same bytes for the same commit in any folder.
//!
//! `build.rs` compiles, `archive.rs` zips, `manifest.rs` describes what came out, for Terraform.

mod archive;
mod build;
mod manifest;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

pub use archive::zip;
pub use build::{Architecture, binaries, development_binaries};
pub use manifest::{Manifest, Package};

/// The contexts of the repository at `root`, by name.
///
/// # Errors
/// `services` cannot be read.
pub fn contexts(root: &Path) -> anyhow::Result<Vec<String>> {
    let services = root.join("services");
    let entries = fs::read_dir(&services).with_context(|| services.display().to_string())?;
    let mut contexts = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("service.yaml").is_file() {
            contexts.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    contexts.sort();
    Ok(contexts)
}

/// Where packages are written, and Terraform looks for them.
pub fn folder(root: &Path, architecture: Architecture) -> PathBuf {
    root.join("target/lambda").join(architecture.to_string())
}

/// Builds and zips `wanted` contexts of the repository at `root`, and writes the manifest. Packages of other contexts stay.
///
/// # Errors
/// Something cannot be built or written.
pub fn package(root: &Path, architecture: Architecture, wanted: &[String]) -> anyhow::Result<Manifest> {
    let binaries = binaries(root, architecture, &contexts(root)?, wanted)?;
    zipped(root, architecture, &binaries, &folder(root, architecture))
}

/// Zips every context into `folder` as it was compiled for the tests, and writes the manifest.
///
/// # Errors
/// As [`package`].
pub fn package_for_development(root: &Path, architecture: Architecture, folder: &Path) -> anyhow::Result<Manifest> {
    zipped(root, architecture, &development_binaries(root, &contexts(root)?)?, folder)
}

fn zipped(
    root: &Path,
    architecture: Architecture,
    binaries: &[(String, PathBuf)],
    folder: &Path,
) -> anyhow::Result<Manifest> {
    let (commit, dirty) = commit(root)?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut made = Manifest::new(commit, dirty, architecture);
    for (context, binary) in binaries {
        let bytes = fs::read(binary).with_context(|| binary.display().to_string())?;
        let zipped = zip(&bytes)?;
        let file = format!("{context}.zip");
        let path = folder.join(&file);
        fs::write(&path, &zipped).with_context(|| path.display().to_string())?;
        made.packages.insert(context.clone(), Package::new(file, &zipped, bytes.len()));
    }
    let path = folder.join("manifest.json");
    let manifest = match Manifest::read(&path)? {
        Some(older) => made.over(older, folder),
        None => made,
    };
    manifest.write(&path)?;
    Ok(manifest)
}

/// Builds `wanted` a second time, from a clean checkout of the same commit in another folder, and compares.
///
/// # Errors
/// There are changes that are not committed, something cannot be built, or a package differs.
pub fn reproduce(root: &Path, first: &Manifest, wanted: &[String]) -> anyhow::Result<()> {
    if first.dirty {
        bail!("only a commit can be built again: commit or stash your changes, and package every context");
    }
    let folder = std::env::temp_dir().join(format!("emporium-{}", std::process::id()));
    git(root, &["worktree", "add", "--detach", &folder.to_string_lossy(), &first.commit])?;
    let second = package(&folder, first.architecture, wanted);
    git(root, &["worktree", "remove", "--force", &folder.to_string_lossy()])?;
    let second = second?;
    let differs = |context: &&String| first.packages.get(*context) != second.packages.get(*context);
    let different: Vec<_> = wanted.iter().filter(differs).cloned().collect();
    if !different.is_empty() {
        bail!("built twice, in two folders, these differ: {}", different.join(", "));
    }
    Ok(())
}

/// The commit that is checked out, and whether anything differs from it.
fn commit(root: &Path) -> anyhow::Result<(String, bool)> {
    let commit = git(root, &["rev-parse", "HEAD"])?;
    let changes = git(root, &["status", "--porcelain"])?;
    Ok((commit.trim().to_owned(), !changes.is_empty()))
}

fn git(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(arguments).current_dir(root).output().context("git cannot be run")?;
    if !output.status.success() {
        bail!("git {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_context_is_packaged() {
        let contexts = contexts(&crate::commands::docs::root()).unwrap();
        assert_eq!(contexts, ["accounts", "catalog", "inventory", "notifications", "operations", "orders", "payments"]);
    }
}
