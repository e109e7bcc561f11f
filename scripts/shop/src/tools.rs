//! Programs from PyPI, npm and Debian that a command needs: installed on first use, pinned, in a folder of their own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::commands::docs::root;

/// Where a set of tools is installed.
fn folder(name: &str) -> PathBuf {
    root().join("target/tools").join(name)
}

/// Installs Python packages into a virtual environment of their own. Its `bin` folder.
///
/// `requirements` are pinned packages, one per item, as `checkov==3.3.30`.
///
/// # Errors
/// There is no Python 3 with `venv`, or the packages cannot be had.
pub fn python(name: &str, requirements: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = folder(name);
    let bin = folder.join("bin");
    install(&folder, &requirements.join("\n"), |folder| {
        let venv = run(Command::new("python3").args(["-m", "venv"]).arg(folder));
        venv.context("Python 3 with venv is needed (Debian: apt-get install python3-venv)")?;
        let pip = bin.join("python");
        let flags = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(pip).args(flags).args(requirements))
    })?;
    Ok(bin)
}

/// Installs npm packages into a folder of their own. The folder of their programs.
///
/// # Errors
/// There is no npm, or the packages cannot be had.
pub fn node(name: &str, requirements: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = folder(name);
    install(&folder, &requirements.join("\n"), |folder| {
        let npm = run(Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
            .arg(folder)
            .args(requirements));
        npm.context("npm is needed (Debian: apt-get install npm)")
    })?;
    Ok(folder.join("node_modules/.bin"))
}

/// Installs packages of Debian, where that can be done without a password.
///
/// # Errors
/// It cannot, with what to do instead.
pub fn debian(packages: &[&str]) -> anyhow::Result<()> {
    let names = packages.join(" ");
    let by_hand = || format!("{names} are needed (Debian: apt-get install {names})");
    tracing::warn!("installing {names}");
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(["--quiet", "--yes"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut apt)
    };
    let install = [&["install", "--no-install-recommends"], packages].concat();
    // The lists of packages may be missing, or older than what they name.
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install))).with_context(by_hand)
}

/// Installs into `folder` unless exactly `wanted` is there already.
fn install(folder: &Path, wanted: &str, with: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let receipt = folder.join("installed.txt");
    if fs::read_to_string(&receipt).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    tracing::warn!("installing {} into {}", wanted.replace('\n', ", "), folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    with(folder)?;
    fs::write(&receipt, wanted).with_context(|| receipt.display().to_string())
}

/// Runs a program to its end, and shows what it printed only when it fails.
///
/// # Errors
/// It cannot be started, or fails.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("{shown} cannot be run"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{shown} failed ({}):\n{}", output.status, String::from_utf8_lossy(&said));
    }
    Ok(())
}
