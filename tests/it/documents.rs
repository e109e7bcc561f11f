//! Generated documents are up to date, and hand-written ones name what exists.

use std::path::Path;

use shop::{commands::docs::root, documents};

#[test]
fn generated_documents_are_up_to_date() {
    let stale = documents::stale(&root()).unwrap();
    let names: Vec<_> = stale.iter().map(|document| document.path.display().to_string()).collect();
    assert!(names.is_empty(), "out of date: {names:?}. Run cargo shop docs.");
}

#[test]
fn every_problem_type_is_documented_and_the_other_way_round() {
    let mut used = std::collections::BTreeSet::new();
    for folder in ["services", "shared/lambda/src", "shared/localcloud/src"] {
        collect(&root().join(folder), &mut used);
    }
    let text = std::fs::read_to_string(root().join("docs/API-ERRORS.md")).unwrap();
    let row = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    let documented: std::collections::BTreeSet<_> = text.lines().filter_map(row).collect();
    assert_eq!(used, documented);
}

/// The slugs in `Problem::new(status, "slug"`.
fn collect(folder: &Path, into: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.display().to_string().contains("test")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let calls =
                ["Problem::new(", "Self::new(4", "Self::new(5"].into_iter().flat_map(|call| text.split(call).skip(1));
            for call in calls {
                let arguments = call.split(')').next().unwrap_or_default();
                if let Some(slug) =
                    arguments.split('"').nth(1).filter(|slug| slug.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
                {
                    into.insert(slug.to_owned());
                }
            }
        }
    }
}
