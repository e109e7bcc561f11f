//! What became of the checks.

use std::fmt;

use serde_json::{Value, json};

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All is well; what was looked at, in a few words.
    Passed(String),
    /// Something is wrong; all that there is to say about it.
    Failed(String),
    /// Something that the check needs is not on this machine; why, and what to install.
    CouldNotRun(String),
}

impl Outcome {
    /// Passed when there are no `faults`, or else failed with one line for each.
    pub fn of(faults: &[String], passed: impl Into<String>) -> Self {
        if faults.is_empty() { Self::Passed(passed.into()) } else { Self::Failed(faults.join("\n")) }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Passed(_) => "ok",
            Self::Failed(_) => "FAILED",
            Self::CouldNotRun(_) => "could not run",
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Passed(text) | Self::Failed(text) | Self::CouldNotRun(text) => text,
        }
    }
}

/// One check's end.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The check's name.
    pub name: &'static str,
    /// The programs that it ran.
    pub ran: Vec<String>,
    /// How long it took.
    pub seconds: f64,
    /// How it ended.
    pub outcome: Outcome,
}

impl serde::Serialize for Report {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl Report {
    fn json(&self) -> Value {
        json!({
            "check": self.name,
            "result": self.outcome.word(),
            "seconds": (self.seconds * 10.0).round() / 10.0,
            "ran": self.ran,
            "text": self.outcome.text(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for command in &self.ran {
            writeln!(f, "{}: {command}", self.name)?;
        }
        write!(f, "{}: {}, {:.1} s", self.name, self.outcome.word(), self.seconds)?;
        match &self.outcome {
            Outcome::Passed(text) => write!(f, ", {text}"),
            Outcome::Failed(text) | Outcome::CouldNotRun(text) => write!(f, "\n{}", text.trim_end()),
        }
    }
}

/// The closing summary: one line per check.
pub fn table(reports: &[Report]) -> String {
    let mut lines = vec![format!("\n{:<12}{:<15}{:>7}  details", "check", "result", "time")];
    for report in reports {
        let details = report.outcome.text().lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let seconds = format!("{:.1} s", report.seconds);
        lines.push(format!("{:<12}{:<15}{seconds:>7}  {details}", report.name, report.outcome.word()));
    }
    lines.join("\n")
}

/// The names of the checks that count as failed. What could not run counts only if `strict`.
pub fn unmet(reports: &[Report], strict: bool) -> Vec<&'static str> {
    let counts = |report: &&Report| match report.outcome {
        Outcome::Passed(_) => false,
        Outcome::Failed(_) => true,
        Outcome::CouldNotRun(_) => strict,
    };
    reports.iter().filter(counts).map(|report| report.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reports() -> [Report; 3] {
        let report = |name, outcome| Report { name, ran: vec!["tool --flag".to_owned()], seconds: 1.25, outcome };
        [
            report("good", Outcome::Passed("3 files".to_owned())),
            report("bad", Outcome::Failed("first line\nsecond line\n".to_owned())),
            report("absent", Outcome::CouldNotRun("install it".to_owned())),
        ]
    }

    #[test]
    fn what_could_not_run_fails_only_when_strict() {
        assert_eq!(unmet(&reports(), false), ["bad"]);
        assert_eq!(unmet(&reports(), true), ["bad", "absent"]);
    }

    #[test]
    fn a_failing_check_shows_all_that_it_has_to_say() {
        let [_, bad, _] = reports();
        assert_eq!(bad.to_string(), "bad: tool --flag\nbad: FAILED, 1.2 s\nfirst line\nsecond line");
    }

    #[test]
    fn the_summary_has_one_line_per_check() {
        let table = table(&reports());
        let lines: Vec<_> = table.trim().lines().collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert!(lines[3].starts_with("absent      could not run"), "{table}");
        assert!(lines[2].ends_with("first line"), "{table}");
    }
}
