//! Checkov on the Terraform configuration, and a reason for each of its rules that is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use serde_json::Value;

use super::{Outcome, Session, session::said};
use crate::{commands::docs::root, tools};

const CHECKOV: &str = "checkov==3.3.30";

/// Letters that a reason has at least: "n/a" is none.
const REASON: usize = 15;

/// Checkov finds nothing, and every skip has a reason.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    let mut faults = Vec::new();
    for path in sources(&root().join("terraform"))? {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let unjustified =
            if path.ends_with(".checkov.yaml") { unjustified_settings(&text) } else { unjustified_comments(&text) };
        let place = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        faults.extend(
            unjustified.iter().map(|(line, rule)| format!("{place}:{line}: {rule} is skipped without a reason")),
        );
    }
    session.step("installing checkov");
    let bin = match tools::python("checkov", &[CHECKOV]) {
        Ok(bin) => bin,
        Err(error) => return Ok(Outcome::CouldNotRun(format!("{error:#}"))),
    };
    let arguments = ["--directory", "terraform", "--config-file", "terraform/.checkov.yaml", "--skip-download"];
    // What only tests use is never deployed.
    let rest = ["--skip-path", "/tests/", "--skip-path", "/test-packages/", "--compact", "--output", "json"];
    let mut checkov = Command::new(bin.join("checkov"));
    // It skips a file that takes it longer to read, which on a busy machine is any.
    checkov.args(arguments).args(rest).env("HCL_PARSE_TIMEOUT_SEC", "300");
    let output = session.run(&mut checkov)?;
    let found: Value = serde_json::from_slice(&output.stdout).with_context(|| said(&output))?;
    let result = Findings::read(&found);
    faults.extend(result.failed);
    if result.passed == 0 {
        faults.push(format!("checkov looked at nothing: {}", said(&output)));
    }
    Ok(Outcome::of(&faults, format!("{} passed, {} skipped with a reason", result.passed, result.skipped)))
}

/// What checkov found.
#[derive(Debug, Default)]
struct Findings {
    passed: u64,
    skipped: u64,
    failed: Vec<String>,
}

impl Findings {
    /// Reads checkov's JSON: one report, or a list with one for each kind of file.
    fn read(found: &Value) -> Self {
        let reports = found.as_array().map_or(std::slice::from_ref(found), Vec::as_slice);
        let mut findings = Self::default();
        for report in reports {
            let summary = &report["summary"];
            findings.passed += summary["passed"].as_u64().unwrap_or_default();
            findings.skipped += summary["skipped"].as_u64().unwrap_or_default();
            let list = |name: &str| report["results"][name].as_array().cloned().unwrap_or_default();
            findings.failed.extend(list("failed_checks").iter().map(|check| {
                let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
                let line = &check["file_line_range"][0];
                let place = format!("terraform{}:{line}", text("file_path"));
                format!("{place}: {} {}: {}", text("check_id"), text("resource"), text("check_name"))
            }));
            let unread = summary["parsing_errors"].as_u64().unwrap_or_default();
            if unread > 0 {
                findings
                    .failed
                    .push(format!("checkov cannot read {unread} files: run it without --quiet to see which"));
            }
        }
        findings
    }
}

/// The files that may skip a rule.
fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with(".terraform") {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "tf") || path.ends_with(".checkov.yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Line and rule of each `checkov:skip=RULE:reason` comment that lacks a reason. "As above." is one right after another.
fn unjustified_comments(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut justified_before = false;
    for (line, text) in (1..).zip(text.lines()) {
        let Some((_, skip)) = text.split_once("checkov:skip=") else {
            justified_before = false;
            continue;
        };
        let (rule, reason) = skip.split_once(':').unwrap_or((skip, ""));
        let reason = reason.trim();
        justified_before = reason.len() >= REASON || reason == "As above." && justified_before;
        if !justified_before {
            found.push((line, rule.trim().to_owned()));
        }
    }
    found
}

/// Line and rule of each item in a settings file that has no comment, beside it or on the lines before it.
fn unjustified_settings(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut comment = "";
    for (line, text) in (1..).zip(text.lines()) {
        let (before, beside) = text.split_once('#').map_or((text, ""), |(before, beside)| (before, beside.trim()));
        match before.trim().strip_prefix("- ") {
            Some(rule) if rule.trim().starts_with("CKV") => {
                if beside.len().max(comment.len()) < REASON {
                    found.push((line, rule.trim().to_owned()));
                }
                comment = "";
            }
            _ if before.trim().is_empty() && !beside.is_empty() => comment = beside,
            _ => comment = "",
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_skip_needs_a_reason() {
        let text = "#checkov:skip=CKV_AWS_1:the queue is read by this function alone\n#checkov:skip=CKV_AWS_2\n\
                    # checkov:skip=CKV_AWS_3: n/a\n";
        assert_eq!(unjustified_comments(text), [(2, "CKV_AWS_2".to_owned()), (3, "CKV_AWS_3".to_owned())]);
        let text = "#checkov:skip=A:only this account may use it\n#checkov:skip=B:As above.\n#checkov:skip=C:As above.\n\n\
                    #checkov:skip=D:As above.\n";
        assert_eq!(unjustified_comments(text), [(5, "D".to_owned())], "nothing is above it");
    }

    #[test]
    fn a_rule_that_is_skipped_everywhere_needs_a_comment_of_its_own() {
        let text = "skip-check:\n  # No function needs to reach a private network.\n  - CKV_AWS_117\n  - CKV_AWS_116\n  \
                    - CKV_AWS_272 # code is signed by nobody: hashes decide\ncompact: true\n";
        assert_eq!(unjustified_settings(text), [(4, "CKV_AWS_116".to_owned())]);
    }

    #[test]
    fn findings_are_read_from_one_report_or_several() {
        let report = json!({
            "summary": { "passed": 3, "failed": 1, "skipped": 2, "parsing_errors": 1 },
            "results": {
                "failed_checks": [{
                    "check_id": "CKV_AWS_26", "check_name": "SNS is encrypted", "file_path": "/modules/topic/main.tf",
                    "file_line_range": [4, 9], "resource": "aws_sns_topic.this",
                }],
            },
        });
        let one = Findings::read(&report);
        assert_eq!((one.passed, one.skipped), (3, 2));
        assert_eq!(one.failed[0], "terraform/modules/topic/main.tf:4: CKV_AWS_26 aws_sns_topic.this: SNS is encrypted");
        assert_eq!(one.failed.len(), 2);
        assert_eq!(Findings::read(&json!([report, report])).failed.len(), 4);
        assert_eq!(Findings::read(&json!({ "passed": 0, "failed": 0 })).passed, 0);
    }
}
