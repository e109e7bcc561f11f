//! Dependencies point one way: contexts → contracts, lambda → kernel, and tools → everything.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate of the workspace may depend on, of the workspace's crates. Contexts are not in each other's lists.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let context = || vec!["kernel", "contracts", "lambda"];
    let contexts = ["catalog", "orders", "inventory", "payments", "notifications", "accounts", "operations"];
    let mut allowed = BTreeMap::from([
        ("kernel", vec![]),
        ("topology", vec![]),
        ("contracts", vec!["kernel"]),
        ("lambda", vec!["kernel", "contracts"]),
        ("fakestripe", vec!["kernel"]),
        ("determinism", vec![]),
        ("models", vec![]),
        ("localcloud", vec!["kernel", "lambda", "topology", "fakestripe"]),
    ]);
    allowed.extend(contexts.map(|name| (name, context())));
    let tool: Vec<_> = allowed.keys().copied().collect();
    allowed.insert("shop", tool.clone());
    allowed.insert("e2e", [tool, vec!["shop"]].concat());
    allowed
}

/// Who may depend on AWS's and Stripe's crates at all.
const OUTSIDE: [&str; 9] =
    ["lambda", "localcloud", "shop", "catalog", "orders", "inventory", "payments", "notifications", "operations"];

#[test]
fn no_arrow_turns() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let allowed = allowed();
    let members: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let known: BTreeSet<String> = allowed.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(members, known, "a crate came or went: say in this test what it may depend on");
    for package in &metadata.packages {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        for dependency in normal {
            let (from, to) = (package.name.as_str(), dependency.name.as_str());
            if members.contains(to) {
                assert!(allowed[from].contains(&to), "{from} must not depend on {to}");
            }
            if to.starts_with("aws") || to.starts_with("async-stripe") {
                assert!(OUTSIDE.contains(&from), "{from} must not know {to}");
            }
        }
    }
}

/// In contexts, AWS and Stripe are known in `adapters/` alone, and the domain knows no I/O at all.
#[test]
fn only_adapters_know_the_outside() {
    let root = shop::commands::docs::root();
    for context in ["catalog", "orders", "inventory", "payments", "notifications", "accounts", "operations"] {
        for (path, text) in sources(&root.join("services").join(context).join("src")) {
            let place = path.strip_prefix(&root).unwrap().display().to_string();
            if !place.contains("/adapters") {
                for outside in ["aws_sdk_", "aws_smithy_", "stripe_core", "stripe_client_core", "stripe_shared"] {
                    assert!(!text.contains(outside), "{place} knows {outside}");
                }
            }
            if place.contains("/domain") {
                for impure in ["async ", ".await", "tokio", "SystemClock", "Timestamp::now", "std::env", "std::fs"] {
                    assert!(!text.contains(impure), "{place} has {impure}");
                }
            }
        }
    }
}

/// A context touches what is its own. Only `operations`, which owns nothing, has references to what all have.
#[test]
fn only_operations_reaches_across() {
    let shop = shop::local::shop().unwrap();
    let across = |service: &&topology::Service| {
        let functions = || service.functions.values();
        functions().any(|function| function.grants.keys().any(|reference| reference.kind == topology::Kind::Shop))
            || functions().any(|function| function.settings.values().any(|value| value.starts_with("shop/")))
    };
    let across: Vec<_> = shop.services.iter().filter(across).map(|service| service.context.as_str()).collect();
    assert_eq!(across, ["operations"]);
    let operations = shop.service("operations").unwrap();
    assert!(operations.tables.is_empty() && operations.queues.is_empty() && operations.topics.is_empty());
}

/// Time and ids come from the runtime, or a simulation could not decide them.
#[test]
fn nobody_asks_the_system_for_time_or_ids() {
    let root = shop::commands::docs::root();
    for folder in
        ["services", "shared/lambda", "shared/contracts", "shared/kernel", "shared/localcloud", "shared/fakestripe"]
    {
        for (path, text) in sources(&root.join(folder)) {
            let place = path.strip_prefix(&root).unwrap().display().to_string();
            let exempt =
                ["shared/kernel/src/clock.rs", "shared/lambda/src/runtime.rs", "shared/localcloud/src/issuer/key.rs"];
            if exempt.contains(&place.as_str()) || place.contains("test") {
                continue;
            }
            for banned in ["Timestamp::now", "SystemTime::now", "new_v4(", "thread_rng", "use rand", " rand::"] {
                assert!(!text.contains(banned), "{place} has {banned}");
            }
        }
    }
}

/// Pages keep scripts out by a policy, and so must do without what it forbids; and text never becomes markup.
#[test]
fn pages_make_no_markup_of_text_and_ask_nobody_else() {
    const FORBIDDEN: [&str; 9] = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        " style=",
        " onclick=",
        "javascript:",
    ];
    let root = shop::commands::docs::root();
    let pages: Vec<_> = ["storefront", "shared/localcloud/src/console/page"]
        .iter()
        .flat_map(|folder| ["html", "js", "css"].map(|kind| files(&root.join(folder), kind)))
        .flatten()
        .collect();
    assert!(pages.len() > 20, "{}", pages.len());
    for (path, text) in pages {
        for forbidden in FORBIDDEN {
            assert!(!text.contains(forbidden), "{} has {forbidden}", path.display());
        }
        for (_, address) in text.match_indices("https://").map(|(at, _)| text.split_at(at)) {
            let known = ["https://js.stripe.com/", "https://stripe.com/docs", "https://docs.stripe.com/"];
            assert!(known.iter().any(|known| address.starts_with(known)), "{}: {}", path.display(), &address[..40]);
        }
    }
}

fn sources(folder: &std::path::Path) -> Vec<(std::path::PathBuf, String)> {
    files(folder, "rs")
}

/// The files of this kind in a folder and the folders in it.
fn files(folder: &std::path::Path, kind: &str) -> Vec<(std::path::PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, kind));
        } else if path.extension().is_some_and(|extension| extension == kind) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// A dependency that is built with other features for `cargo shop` than for the tests is built twice, and so is all that depends
/// on it: minutes of every first build.
#[test]
fn the_command_is_built_from_what_the_tests_are_built_from() {
    let tree = |arguments: &[&str]| -> BTreeSet<String> {
        let common = ["tree", "--offline", "--prefix", "none", "--format", "{p} {f}"];
        let output = Command::new(env!("CARGO")).args(common).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    };
    let tests = tree(&["--workspace", "--edges", "normal,build,dev"]);
    for package in ["shop", "e2e"] {
        let edges = if package == "e2e" { "normal,build,dev" } else { "normal,build" };
        let other: Vec<_> = tree(&["--package", package, "--edges", edges]).difference(&tests).cloned().collect();
        assert_eq!(other, Vec::<String>::new(), "{package} is built with other features of these than the workspace");
    }
}
