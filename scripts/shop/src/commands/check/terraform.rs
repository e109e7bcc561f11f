//! Terraform: formatted, valid, and its own tests pass. Nothing here can reach an AWS account: no state is read, and the
//! credentials in the environment are replaced by ones that are good for nothing.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::Context;
use serde_json::Value;

use super::{Outcome, Session, session::said, terraform_tests};
use crate::commands::docs::root;

/// The oldest version that has all that the modules use: write-only arguments came with it.
const OLDEST: (u64, u64) = (1, 11);

/// Folders that are tested at the same time. Each takes a provider process of some 100 MB.
const AT_ONCE: usize = 2;

/// Environment variables that would lead to a real account, a profile, or another endpoint.
const FOREIGN: [&str; 6] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "TF_DATA_DIR",
];

/// Terraform is formatted, valid, and its tests pass.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    if let Some(missing) = missing(session)? {
        return Ok(missing);
    }
    let format = session.run(Command::new("terraform").args(["fmt", "-check", "-recursive", "-diff", "terraform"]))?;
    let mut faults = Vec::new();
    if !format.status.success() {
        faults.push(format!("{}\nRun terraform fmt -recursive terraform.", said(&format)));
    }
    let reaching = terraform_tests::faults(&root().join("terraform"))?;
    if !reaching.is_empty() {
        // Not even tried.
        return Ok(Outcome::Failed(reaching.join("\n")));
    }
    let folders = folders(&root().join("terraform"))?;
    session.note("terraform init -backend=false, validate and test, in each folder");
    // One after the other: the folder of downloaded providers is not safe for several at once.
    let mut ready = VecDeque::new();
    for folder in folders {
        match terraform(session, &folder, &["init", "-backend=false", "-input=false", "-no-color"])? {
            Ok(_) => ready.push_back(folder),
            Err(fault) => faults.push(fault),
        }
    }
    let checked = ready.len();
    let (tests, failed) = validated_and_tested(session, ready)?;
    faults.extend(failed);
    Ok(Outcome::of(&faults, format!("{checked} folders, {tests} test runs")))
}

/// Why Terraform cannot run here, if it cannot.
///
/// # Errors
/// It is there, and cannot be asked for its version.
pub fn missing(session: &Session) -> anyhow::Result<Option<Outcome>> {
    let wanted =
        format!("terraform {}.{} or newer is needed on PATH (developer.hashicorp.com/terraform)", OLDEST.0, OLDEST.1);
    let output = match Command::new("terraform").args(["version", "-json"]).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(Outcome::CouldNotRun(wanted))),
        output => output.context("terraform version")?,
    };
    let version: Value = serde_json::from_slice(&output.stdout).with_context(|| said(&output))?;
    let version = version["terraform_version"].as_str().unwrap_or_default();
    session.step(format!("terraform {version}"));
    let old = || Outcome::CouldNotRun(format!("{wanted}; this one is {version}"));
    Ok((numbers(version) < Some(OLDEST)).then(old))
}

/// Major and minor version.
fn numbers(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Every folder that Terraform can be run in: the modules, the environments, and the bootstrap.
fn folders(terraform: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![terraform.join("bootstrap")];
    for kind in ["modules", "environments"] {
        let kind = terraform.join(kind);
        for entry in fs::read_dir(&kind).with_context(|| kind.display().to_string())? {
            found.push(entry?.path());
        }
    }
    found.retain(|folder| folder.join("main.tf").is_file());
    found.sort();
    Ok(found)
}

/// Validates and tests folders, a few at a time. The number of test runs that passed, and what failed.
fn validated_and_tested(session: &Session, folders: VecDeque<PathBuf>) -> anyhow::Result<(usize, Vec<String>)> {
    let queue = Mutex::new(folders);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || -> anyhow::Result<(usize, Vec<String>)> {
        let (mut tests, mut faults) = (0, Vec::new());
        while let Some(folder) = next() {
            match validated_and_tested_folder(session, &folder)? {
                Ok(passed) => tests += passed,
                Err(fault) => faults.push(fault),
            }
        }
        Ok((tests, faults))
    };
    let results = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.map(|result| result.unwrap_or_else(|_| Err(anyhow::anyhow!("a thread ended early")))).collect::<Vec<_>>()
    });
    let (mut tests, mut faults) = (0, Vec::new());
    for result in results {
        let (passed, failed) = result?;
        tests += passed;
        faults.extend(failed);
    }
    faults.sort();
    Ok((tests, faults))
}

fn validated_and_tested_folder(session: &Session, folder: &Path) -> anyhow::Result<Result<usize, String>> {
    let tested = folder.join("tests").is_dir();
    if !given_providers(folder)? {
        if let Err(fault) = terraform(session, folder, &["validate", "-no-color"])? {
            return Ok(Err(fault));
        }
    } else if !tested {
        return Ok(Err(format!(
            "{}: its providers are given to it, so that only tests can validate it",
            place(folder)
        )));
    }
    if !tested {
        return Ok(Ok(0));
    }
    Ok(terraform(session, folder, &["test", "-no-color"])?.and_then(|said| {
        let none = || format!("terraform test ran nothing in {}:\n{said}", place(folder));
        passed(&said).filter(|passed| *passed > 0).ok_or_else(none)
    }))
}

/// Whether a module is given a provider under another name. `terraform validate` refuses such a module by itself;
/// `terraform test` gives it one.
fn given_providers(folder: &Path) -> anyhow::Result<bool> {
    let path = folder.join("terraform.tf");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.contains("configuration_aliases"))
}

/// The number in `Success! 12 passed, 0 failed.`, which ends what `terraform test` prints.
fn passed(said: &str) -> Option<usize> {
    let line = said.lines().rev().find(|line| line.starts_with("Success!"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Runs Terraform in a folder. What it said, or, if it failed, what failed and what it said.
///
/// # Errors
/// It cannot be started.
pub fn terraform(session: &Session, folder: &Path, arguments: &[&str]) -> anyhow::Result<Result<String, String>> {
    let output = session.run_unnoted(command(folder)?.args(arguments))?;
    let text = said(&output);
    Ok(if output.status.success() {
        Ok(text)
    } else {
        Err(format!("terraform -chdir={} {}:\n{text}", place(folder), arguments.join(" ")))
    })
}

/// Terraform in a folder, with its data below `target/`, downloads shared, and no way to an account.
fn command(folder: &Path) -> anyhow::Result<Command> {
    let target = root().join("target/terraform");
    let downloads = target.join("providers");
    fs::create_dir_all(&downloads).with_context(|| downloads.display().to_string())?;
    let mut command = Command::new("terraform");
    FOREIGN.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
        .arg(format!("-chdir={}", folder.display()))
        .env("TF_DATA_DIR", target.join("check").join(place(folder).replace('/', "-")))
        .env("TF_PLUGIN_CACHE_DIR", downloads)
        // A module has no lock file to keep in order: modules are used by environments, which have one.
        .env("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "true")
        .env("TF_IN_AUTOMATION", "true")
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ok(command)
}

/// A folder as it is called in the repository.
pub fn place(folder: &Path) -> String {
    folder.strip_prefix(root()).unwrap_or(folder).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("1.9.8") < Some(OLDEST));
        assert!(numbers("1.11.4") >= Some(OLDEST));
        assert!(numbers("2.0.0-beta1") >= Some(OLDEST));
        assert!(numbers("") < Some(OLDEST), "what cannot be read is too old");
    }

    #[test]
    fn the_number_of_test_runs_is_read() {
        assert_eq!(passed("tests/x.tftest.hcl... pass\n\nSuccess! 12 passed, 0 failed.\n"), Some(12));
        assert_eq!(passed("Failure! 1 passed, 1 failed."), None);
    }
}
