//! The shop in a real browser: `tests/it/browser`, with Chromium and its driver from Debian, and axe-core from npm.

use std::{env, process::Command};

use super::{
    Outcome, Session,
    session::{passed, said},
};
use crate::tools;

/// Finds what keeps people with disabilities from using a page.
const AXE: &str = "axe-core@4.14.1";

/// Set, the pictures in `docs/images` are written.
const WRITE: &str = "UPDATE_IMAGES";

/// What the tests need, by program and Debian package.
const PROGRAMS: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// People can buy with it.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success());
    let missing = PROGRAMS.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package);
    let missing: Vec<&str> = missing.collect();
    if !missing.is_empty() {
        session.step(format!("installs {}", missing.join(", ")));
        if let Err(why) = tools::debian(&missing) {
            return Ok(Outcome::CouldNotRun(format!("{why:#}")));
        }
    }
    session.step("installs axe-core");
    let programs = match tools::node("axe", &[AXE]) {
        Ok(programs) => programs,
        Err(why) => return Ok(Outcome::CouldNotRun(format!("{why:#}"))),
    };
    let axe = programs.with_file_name("axe-core").join("axe.min.js");
    // Two at once: a browser is two busy processes.
    let mut arguments =
        vec!["test", "--quiet", "--package", "e2e", "--test", "it", "--", "--ignored", "browser::", "--test-threads=2"];
    if env::var_os(WRITE).is_none() {
        arguments.extend(["--skip", "browser::pictures"]);
    }
    let tests = session.run(Command::new("cargo").args(arguments).env("EMPORIUM_AXE", axe))?;
    let all = said(&tests);
    if !tests.status.success() {
        return Ok(Outcome::Failed(all));
    }
    Ok(match passed(&all) {
        None | Some(0) => Outcome::Failed(format!("no test ran:\n{all}")),
        Some(count) => Outcome::Passed(format!("{count} tests")),
    })
}
