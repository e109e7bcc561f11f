//! The runbook has a section for each alarm, and for nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context;

/// Alarms without a section of `docs/RUNBOOK.md`, and sections without an alarm.
///
/// # Errors
/// A file cannot be read.
pub fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let path = root.join("docs/RUNBOOK.md");
    let runbook = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut anchors = BTreeSet::new();
    collect(&root.join("terraform"), &mut anchors)?;
    Ok(compared(&sections(&runbook), &anchors))
}

fn compared(sections: &BTreeSet<String>, anchors: &BTreeSet<String>) -> Vec<String> {
    let missing = anchors.difference(sections);
    let missing = missing.map(|anchor| format!("docs/RUNBOOK.md has no section {anchor}, which an alarm leads to"));
    let needless = sections.difference(anchors);
    missing.chain(needless.map(|section| format!("docs/RUNBOOK.md: no alarm leads to the section {section}"))).collect()
}

/// Its second-level headings, which are called like their anchors.
fn sections(runbook: &str) -> BTreeSet<String> {
    runbook.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned).collect()
}

/// The anchors in all Terraform files of a folder.
fn collect(folder: &Path, anchors: &mut BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with(".terraform") && !path.ends_with("tests") {
            collect(&path, anchors)?;
        } else if path.extension().is_some_and(|extension| extension == "tf") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            anchors.extend(text.lines().filter_map(anchor));
        }
    }
    Ok(())
}

/// A budget's notification has a text of AWS's own, without a link, and still somebody has to know what to do.
const BUDGET: (&str, &str) = ("resource \"aws_budgets_budget\"", "budget");

/// The anchor in `runbook = "queue-age"`, or in a link to the runbook as in `${var.runbook_url}#budget`.
fn anchor(line: &str) -> Option<String> {
    if line.starts_with(BUDGET.0) {
        return Some(BUDGET.1.to_owned());
    }
    let set = line.trim().strip_prefix("runbook").and_then(|rest| rest.trim_start().strip_prefix('='));
    let text = match set {
        Some(value) => value.trim().strip_prefix('"')?,
        None => line.split_once("runbook_url}#")?.1,
    };
    let anchor: String = text.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '-').collect();
    (!anchor.is_empty()).then_some(anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_found_where_they_are_set() {
        assert_eq!(anchor(r#"        runbook        = "queue-age""#).as_deref(), Some("queue-age"));
        assert_eq!(anchor(r#"description = "Costs. ${var.runbook_url}#budget""#).as_deref(), Some("budget"));
        assert_eq!(anchor(r#"resource "aws_budgets_budget" "this" {"#).as_deref(), Some("budget"));
        assert_eq!(anchor("runbook_url = var.alarms.runbook_url"), None);
        assert_eq!(anchor("\"${var.runbook_url}#${each.value.runbook}\""), None);
    }

    #[test]
    fn sections_and_alarms_are_compared_both_ways() {
        let anchors = BTreeSet::from(["queue-age".to_owned(), "budget".to_owned()]);
        let sections = sections("# Runbook\n\n## queue-age\n\n### more\n\n## old\n");
        assert_eq!(
            compared(&sections, &anchors),
            [
                "docs/RUNBOOK.md has no section budget, which an alarm leads to",
                "docs/RUNBOOK.md: no alarm leads to the section old",
            ]
        );
    }
}
