//! Drift: the code, each `service.yaml`, and what Terraform plans say the same.
//!
//! `main.tf` beside this file has every context planned by `modules/service`, for a stage of which everything is known in
//! advance: a plan of it needs no account. What it plans (`planned.rs`) and what `service.yaml` describes (`described.rs`)
//! are each written as facts, and compared. What AWS decides when it creates something is no fact before that, and is
//! counted, not compared.

mod definitions;
mod described;
mod facts;
mod planned;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use topology::{Given, Names, Shop};

use definitions::Definitions;

use super::{
    Outcome, Session,
    terraform::{missing, terraform},
};
use crate::{commands::docs::root, local};

const CONFIGURATION: &str = include_str!("main.tf");

/// A stage that does not exist.
#[derive(Debug, Clone)]
pub struct Imagined {
    names: Names,
    given: Given,
}

/// Code, descriptions and plan say the same.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    if let Some(missing) = missing(session)? {
        return Ok(missing);
    }
    let shop = local::shop()?;
    let imagined = imagined(&shop);
    let folder = root().join("target/terraform/drift");
    let plan = match plan(session, &folder, &shop, &imagined)? {
        Ok(plan) => plan,
        Err(fault) => return Ok(Outcome::Failed(fault)),
    };
    let described = described::facts(&shop, &imagined);
    let planned = planned::facts(&plan, &imagined)?;
    let compared = facts::compare(&described, &planned);
    let mut faults = code(&shop);
    faults.extend(compared.faults);
    faults.extend(alike(&root().join("terraform/environments"))?);
    Ok(Outcome::of(&faults, format!("{} facts agree, {} known after apply only", compared.agreed, compared.unknown)))
}

/// The stage that is planned: every `stage/...` that is asked for has a value of its own.
fn imagined(shop: &Shop) -> Imagined {
    let functions = shop.services.iter().flat_map(|service| service.functions.values());
    let values = functions.flat_map(|function| function.settings.values());
    let values = values.filter_map(|value| value.strip_prefix("stage/"));
    Imagined {
        names: Names { stage: "drift".into(), region: "eu-central-1".into(), account: "123456789012".into() },
        given: Given {
            sender: "shop@example.com".to_owned(),
            values: values.map(|name| (name.to_owned(), format!("the-stages-{name}"))).collect(),
            queues: shop.queues(),
        },
    }
}

/// Plans the imagined stage. Terraform's plan as JSON, or what failed.
fn plan(session: &Session, folder: &Path, shop: &Shop, imagined: &Imagined) -> anyhow::Result<Result<Value, String>> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let definitions = Definitions::accept()?;
    let variables = json!({
        "state_machines": definitions.url,
        "contexts": shop.services.iter().map(|service| &service.context).collect::<Vec<_>>(),
        "stage": imagined.names.stage,
        "region": imagined.names.region,
        "account": imagined.names.account,
        "sender": imagined.given.sender,
        "stage_values": imagined.given.values,
    });
    for (name, text) in [("main.tf", CONFIGURATION.to_owned()), ("terraform.tfvars.json", variables.to_string())] {
        fs::write(folder.join(name), text).with_context(|| name.to_owned())?;
    }
    session.note("terraform init, plan -refresh=false -out=plan, show -json plan, in target/terraform/drift");
    let steps: [&[&str]; 2] = [
        &["init", "-input=false", "-no-color"],
        &["plan", "-input=false", "-no-color", "-refresh=false", "-lock=false", "-out=plan"],
    ];
    for step in steps {
        if let Err(fault) = terraform(session, folder, step)? {
            return Ok(Err(errors_of(&fault)));
        }
    }
    let shown = match terraform(session, folder, &["show", "-json", "plan"])? {
        Ok(shown) => shown,
        Err(fault) => return Ok(Err(fault)),
    };
    // A warning may come after it.
    let json = shown.lines().find(|line| line.starts_with('{')).unwrap_or_default();
    Ok(Ok(serde_json::from_str(json).context("terraform show -json")?))
}

/// A plan that failed, without the part that did not.
fn errors_of(said: &str) -> String {
    said.find("Error: ").map_or(said, |at| &said[at..]).to_owned()
}

/// The code has exactly the functions that are described.
fn code(shop: &Shop) -> Vec<String> {
    let mut sides: BTreeMap<String, [bool; 2]> = BTreeMap::new();
    for service in &shop.services {
        for name in service.functions.keys() {
            sides.entry(format!("{}/{name}", service.context)).or_default()[0] = true;
        }
    }
    for (context, functions) in local::code().functions {
        for function in functions {
            sides.entry(format!("{context}/{}", function.name())).or_default()[1] = true;
        }
    }
    let fault = |(name, sides): (String, [bool; 2])| match sides {
        [true, true] => None,
        [_, false] => Some(format!("function {name}: described in service.yaml, and there is no code for it")),
        [false, _] => Some(format!("function {name}: there is code, and service.yaml does not describe it")),
    };
    sides.into_iter().filter_map(fault).collect()
}

/// The environments differ in their settings, backend and providers, and in nothing else.
fn alike(environments: &Path) -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir(environments).with_context(|| environments.display().to_string())?;
    let mut folders = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    folders.retain(|folder| folder.join("main.tf").is_file());
    folders.sort();
    let Some((first, others)) = folders.split_first() else { bail!("{} is empty", environments.display()) };
    let mut faults = Vec::new();
    for name in ["main.tf", "variables.tf", "outputs.tf"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap_or_default();
        let wanted = read(first);
        let differing = others.iter().filter(|folder| read(folder) != wanted);
        faults.extend(
            differing
                .map(|folder| format!("{} and {} differ", folder.join(name).display(), first.join(name).display())),
        );
    }
    Ok(faults)
}
