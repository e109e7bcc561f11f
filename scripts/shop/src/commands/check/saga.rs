//! Every saga's definition is valid Amazon States Language.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use topology::Names;

use super::{Outcome, Session, session::said};
use crate::{commands::docs::root, local, tools};

const VALIDATOR: &str = "asl-validator@4.0.0";

/// Every definition in the repository is valid, and belongs to a saga of a `service.yaml`.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    let names = Names { stage: "check".into(), region: "eu-central-1".into(), account: "123456789012".into() };
    let definitions = definitions(&root().join("services"))?;
    let mut faults = unnamed(&definitions)?;
    session.step("installing asl-validator");
    let bin = match tools::node("asl-validator", &[VALIDATOR]) {
        Ok(bin) => bin,
        Err(error) => return Ok(Outcome::CouldNotRun(format!("{error:#}"))),
    };
    let folder = root().join("target/sagas");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for path in &definitions {
        let place = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        let text = fs::read_to_string(path).with_context(|| place.clone())?;
        let rendered = match rendered(&text, &names) {
            Ok(rendered) => rendered,
            Err(fault) => {
                faults.push(format!("{place}: {fault}"));
                continue;
            }
        };
        let copy = folder.join(path.file_name().unwrap_or_default());
        fs::write(&copy, rendered).with_context(|| copy.display().to_string())?;
        let output = session.run(Command::new(bin.join("asl-validator")).arg("--json-path").arg(&copy))?;
        // What `env` answers that finds no program.
        if output.status.code() == Some(127) {
            return Ok(Outcome::CouldNotRun(format!(
                "Node.js is needed (Debian: apt-get install nodejs): {}",
                said(&output)
            )));
        }
        if !output.status.success() {
            faults.push(format!("{place}: {}", said(&output)));
        }
    }
    if definitions.is_empty() {
        faults.push("there is no *.asl.json file below services/".to_owned());
    }
    Ok(Outcome::of(&faults, format!("{} definition(s)", definitions.len())))
}

/// A definition as Step Functions gets it.
fn rendered(text: &str, names: &Names) -> Result<String, String> {
    let rendered = text.replace("${functions}", &names.function_prefix());
    match rendered.find("${") {
        None => Ok(rendered),
        Some(at) => {
            let unknown: String = rendered[at..].chars().take_while(|letter| *letter != '"').collect();
            Err(format!("{unknown} is not ${{functions}}, the only thing that is filled in"))
        }
    }
}

fn definitions(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(definitions(&path)?);
        } else if path.to_string_lossy().ends_with(".asl.json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Definitions that no `service.yaml` names: they would be checked and never deployed.
fn unnamed(definitions: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut named = Vec::new();
    for service in local::shop()?.services {
        let folder = root().join("services").join(&service.context);
        named.extend(service.sagas.values().map(|saga| folder.join(&saga.definition)));
    }
    let unnamed = definitions.iter().filter(|path| !named.contains(path));
    Ok(unnamed.map(|path| format!("{} belongs to no saga of a service.yaml", path.display())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        let names = Names { stage: "dev".into(), region: "r".into(), account: "1".into() };
        let filled = rendered(r#"{"Resource":"${functions}orders-x:live"}"#, &names).unwrap();
        assert_eq!(filled, r#"{"Resource":"arn:aws:lambda:r:1:function:emporium-dev-orders-x:live"}"#);
        assert!(rendered(r#"{"Resource":"${table}"}"#, &names).unwrap_err().contains("${table} is not"));
    }

    #[test]
    fn a_definition_that_nobody_deploys_is_found() {
        let stray = root().join("services/orders/saga/old.asl.json");
        let known = root().join("services/orders/saga/order-saga.asl.json");
        let unnamed = unnamed(&[stray, known]).unwrap();
        assert_eq!(unnamed.len(), 1);
        assert!(unnamed[0].contains("old.asl.json"));
    }
}
