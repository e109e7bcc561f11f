//! What a check works with: it runs programs, remembers which, and shows where it is.

use std::{
    process::{Command, Output},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use indicatif::ProgressBar;

use crate::commands::docs::root;

/// One run of one check. It can be used from several threads.
#[derive(Debug)]
pub struct Session {
    name: &'static str,
    /// Draws on standard error, and only if that is a terminal.
    progress: ProgressBar,
    ran: Mutex<Vec<String>>,
}

impl Session {
    /// Begins the run of the check `name`.
    pub fn begin(name: &'static str) -> Self {
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(100));
        let session = Self { name, progress, ran: Mutex::default() };
        session.step("begins");
        session
    }

    /// Says what is being done now.
    pub fn step(&self, what: impl AsRef<str>) {
        self.progress.set_message(format!("{}: {}", self.name, what.as_ref()));
    }

    /// Notes that a program is run (or a kind of run, once for many alike).
    pub fn note(&self, command: impl Into<String>) {
        self.ran.lock().unwrap_or_else(PoisonError::into_inner).push(command.into());
    }

    /// Runs a program in the repository's folder to its end, and notes it.
    ///
    /// # Errors
    /// It cannot be started. That it failed is no error: see the output's status.
    pub fn run(&self, command: &mut Command) -> anyhow::Result<Output> {
        self.note(shown(command));
        self.run_unnoted(command)
    }

    /// As [`Session::run`], for one of many that are alike.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub fn run_unnoted(&self, command: &mut Command) -> anyhow::Result<Output> {
        self.step(shown(command));
        if command.get_current_dir().is_none() {
            command.current_dir(root());
        }
        command.output().with_context(|| format!("{} cannot be run", command.get_program().display()))
    }

    /// Ends it. The programs that were run.
    pub fn end(self) -> Vec<String> {
        self.progress.finish_and_clear();
        self.ran.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that a program printed.
pub fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// A command as one would type it in the repository's folder.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let text = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    text.replace(&format!("{}/", root().display()), "")
}

/// How many tests passed, by what `cargo test` said: `test result: ok. 27 passed; ...`.
pub fn passed(said: &str) -> Option<usize> {
    let line = said.lines().rev().find(|line| line.starts_with("test result: ok."))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_tests_is_read() {
        assert_eq!(passed("x\ntest result: ok. 27 passed; 0 failed; 0 ignored\n"), Some(27));
        assert_eq!(passed("test result: FAILED. 26 passed; 1 failed"), None);
    }
}
