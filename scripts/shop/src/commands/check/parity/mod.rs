//! Parity: what Terraform makes does the same as the local cloud. An emulator of AWS runs the packages, under the real
//! roles, and the end-to-end tests are the same.

mod deployment;
mod emulator;

use std::{fs, process::Command, time::Instant};

use anyhow::{Context, bail};
use kernel::{Clock, SystemClock};

use super::{
    Outcome, Session,
    session::{passed, said},
    terraform,
};
use crate::{
    commands::docs::root,
    package::{self, Architecture},
};
use deployment::Deployment;
use emulator::Emulator;

/// The grant that is taken away, to see that the tests notice: place-order may no longer write orders.
const TAKEN: (&str, &str) = ("table/orders: [PutItem, GetItem, BatchGetItem]", "table/orders: [GetItem, BatchGetItem]");

/// What IAM says then.
const DENIED: &str = "not authorized to perform: dynamodb:PutItem";

/// Deploys the shop to the emulator and runs the end-to-end tests against it.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    if let Some(missing) = terraform::missing(session)? {
        return Ok(missing);
    }
    if Command::new("python3").arg("--version").output().is_err() {
        return Ok(Outcome::CouldNotRun(
            "python3 with venv is needed (Debian: apt-get install python3-venv)".to_owned(),
        ));
    }
    let folder = root().join("target/parity");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let architecture = match std::env::consts::ARCH {
        "x86_64" => Architecture::X86,
        "aarch64" => Architecture::Arm64,
        other => return Ok(Outcome::CouldNotRun(format!("functions run on x86_64 and arm64, not on {other}"))),
    };
    session.note("cargo build --workspace --bins, zipped");
    session.step("builds the packages");
    package::package_for_development(&root(), architecture, &folder.join("packages"))?;

    session.note("the emulator, with AUTH=true");
    session.step("starts the emulator");
    let emulator = Emulator::start(&folder, deployment::EMULATOR_PORT)?;
    let deployment = Deployment::new(&folder, &emulator)?;
    match parity(session, &deployment) {
        Ok(summary) => Ok(Outcome::Passed(summary)),
        Err(error) => Ok(Outcome::Failed(format!("{error:#}\n\nthe emulator's log ends:\n{}", emulator.last_words()))),
    }
}

fn parity(session: &Session, deployment: &Deployment) -> anyhow::Result<String> {
    let timer = Instant::now();
    deployment.apply(session, &root())?;
    let (applied, resources) = (timer.elapsed(), deployment.resources(session)?);

    let not_run = deployment.not_run_file();
    let tests = deployment.test(session, "e2e::")?;
    if !tests.status.success() {
        bail!("the end-to-end tests fail on what Terraform made:\n{}", said(&tests));
    }
    let passed = passed(&said(&tests)).context("the tests do not say how many passed")?;
    let not_run = fs::read_to_string(&not_run).unwrap_or_default();
    let listed = not_run.lines().count();
    let ran = passed.checked_sub(listed).context("fewer tests passed than say that they could not run")?;
    if ran == 0 {
        bail!("no end-to-end test ran on what Terraform made");
    }

    let timer = Instant::now();
    deployment.plan_is_empty(session)?;
    let planned = timer.elapsed();

    notices_a_missing_grant(session, deployment)?;

    let timer = Instant::now();
    deployment.destroy(session)?;
    let destroyed = timer.elapsed();
    deployment.nothing_is_left(session)?;
    Ok(format!(
        "{resources} resources: applied in {:.0} s, planned again without changes in {:.0} s, destroyed in {:.0} s; {ran} \
         end-to-end tests passed; a grant taken away was noticed\nnot possible on a deployed shop ({listed}):\n{not_run}",
        applied.as_secs_f64(),
        planned.as_secs_f64(),
        destroyed.as_secs_f64(),
    ))
}

/// Takes one grant out of a `service.yaml`, and sees the tests fail for that.
fn notices_a_missing_grant(session: &Session, deployment: &Deployment) -> anyhow::Result<()> {
    let tree = deployment.copy_of_tree()?;
    let file = tree.join("services/orders/service.yaml");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    if text.matches(TAKEN.0).count() != 1 {
        bail!("services/orders/service.yaml no longer has {:?} once: name another grant in parity/mod.rs", TAKEN.0);
    }
    fs::write(&file, text.replace(TAKEN.0, TAKEN.1)).with_context(|| file.display().to_string())?;
    deployment.apply(session, &tree)?;
    let from = SystemClock.now();
    let tests = deployment.test(session, "an_order_is_confirmed_paid_deducted_and_mailed")?;
    if tests.status.success() {
        bail!("place-order was not granted PutItem, and the tests passed all the same");
    }
    if !deployment.log_of("orders/place-order", from)?.iter().any(|line| line.contains(DENIED)) {
        bail!("place-order was not granted PutItem, and the tests failed for another reason:\n{}", said(&tests));
    }
    Ok(())
}
