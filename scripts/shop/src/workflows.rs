//! The workflows of `.github/workflows` ask for no more than they need, and call commands that exist.

use std::{collections::BTreeMap, fs};

use clap::Parser as _;
use serde_json::Value;
use shop::commands::docs::root;

use crate::Shop;

/// Each workflow by its file's name.
fn workflows() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root().join(".github/workflows")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.insert(name, serde_saphyr::from_str(&text).unwrap());
    }
    assert!(found.contains_key("checks.yml"), "{:?}", found.keys());
    found
}

fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().into_iter().flatten()
}

fn steps(workflow: &Value) -> impl Iterator<Item = &Value> {
    jobs(workflow).flat_map(|(_, job)| job["steps"].as_array().into_iter().flatten())
}

/// What is wrong with a workflow's permissions.
fn too_much(workflow: &Value) -> Option<String> {
    if workflow["permissions"] != serde_json::json!({}) {
        return Some("a workflow begins with no permission at all".to_owned());
    }
    let allowed = ["contents: read", "id-token: write", "pull-requests: write", "issues: write"];
    for (name, job) in jobs(workflow) {
        let Some(permissions) = job["permissions"].as_object() else {
            return Some(format!("{name} does not say its own"));
        };
        for (scope, access) in permissions {
            let permission = format!("{scope}: {}", access.as_str().unwrap_or_default());
            if !allowed.contains(&permission.as_str()) {
                return Some(format!("{name} asks for {permission}"));
            }
        }
    }
    None
}

/// The `cargo shop` commands in a script, in the form in which clap gets them.
fn commands(script: &str) -> Vec<Vec<String>> {
    let lines = script.lines().filter_map(|line| line.trim().strip_prefix("cargo shop "));
    let words = |line: &str| {
        let words = line.split_whitespace().map(|word| word.trim_matches('"').replace("$STAGE", "dev"));
        std::iter::once("cargo shop".to_owned()).chain(words).collect()
    };
    lines.map(words).collect()
}

#[test]
fn no_workflow_has_more_permissions_than_it_needs() {
    for (name, workflow) in workflows() {
        assert_eq!(too_much(&workflow), None, "{name}");
    }
    let wide = serde_json::json!({ "permissions": {}, "jobs": { "x": { "permissions": { "contents": "write" } } } });
    assert_eq!(too_much(&wide).unwrap(), "x asks for contents: write");
    assert!(too_much(&serde_json::json!({ "permissions": "write-all", "jobs": {} })).is_some());
}

#[test]
fn workflows_call_commands_that_exist() {
    let mut called = 0;
    for (name, workflow) in workflows() {
        for script in steps(&workflow).filter_map(|step| step["run"].as_str()) {
            for command in commands(script) {
                if let Err(error) = Shop::try_parse_from(&command) {
                    panic!("{name} runs {}: {error}", command.join(" "));
                }
                called += 1;
            }
        }
    }
    assert!(called > 0, "no workflow calls cargo shop");
    assert!(Shop::try_parse_from(["cargo shop", "check", "--no-such-flag"]).is_err());
}

/// An expression in a script is text that an attacker may have written, such as a branch's name, run as a program.
#[test]
fn no_script_has_an_expression_in_it() {
    for (name, workflow) in workflows() {
        for script in steps(&workflow).filter_map(|step| step["run"].as_str()) {
            assert!(!script.contains("${{"), "{name}: pass it by env: {script}");
        }
    }
}

/// Whatever runs in a job with `id-token: write` can become the role, a dependency's build script too.
#[test]
fn what_nobody_reviewed_is_not_built_where_a_role_can_be_assumed() {
    let mut seen = 0;
    for (name, workflow) in workflows().iter().filter(|(_, workflow)| workflow["on"].get("pull_request").is_some()) {
        for (job_name, job) in jobs(workflow).filter(|(_, job)| job["permissions"]["id-token"] == "write") {
            seen += 1;
            for script in job["steps"].as_array().into_iter().flatten().filter_map(|step| step["run"].as_str()) {
                assert!(!script.contains("cargo"), "{name}, {job_name}: {script}");
            }
        }
    }
    assert!(seen > 0, "no pull request is planned");
}
