//! What each rule is for.

use std::fmt::Write;

use models::{RuleReport, report};

/// Without a rule something breaks, or the rule says what else it is kept for. The snapshot has the shortest traces:
/// whoever changes a protocol sees there what became possible.
#[test]
fn every_rule_is_for_something() {
    let report = report();
    for RuleReport { rule, broken, kept_for, .. } in &report {
        assert_ne!(broken.is_some(), kept_for.is_some(), "{rule}: broken: {broken:?}, kept for: {kept_for:?}");
    }
    insta::assert_snapshot!(text(&report));
}

fn text(report: &[RuleReport]) -> String {
    let mut text = String::new();
    for RuleReport { model, rule, broken, trace, states, .. } in report {
        let broken = broken.unwrap_or("nothing breaks");
        writeln!(text, "{model} without {rule} ({states} states): {broken}").unwrap();
        trace.iter().for_each(|line| writeln!(text, "    {line}").unwrap());
    }
    text
}
