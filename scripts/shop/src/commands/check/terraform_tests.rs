//! Terraform's own tests never reach an account: with the real provider, one that applies would make what it tests.

use std::{fs, path::Path};

use anyhow::Context;
use hcl::{Block, Body, Expression};

use super::terraform::place;

/// What a provider needs in order not to ask AWS anything.
const OFFLINE: [&str; 5] = [
    "access_key",
    "secret_key",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_requesting_account_id",
];

/// Tests below `folder` that could reach an account.
///
/// # Errors
/// A file cannot be read or parsed.
pub fn faults(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            faults.extend(self::faults(&path)?);
        } else if path.to_string_lossy().ends_with(".tftest.hcl") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let body = hcl::parse(&text).with_context(|| path.display().to_string())?;
            faults.extend(faults_of(&body).map(|fault| format!("{}: {fault}", place(&path))));
        }
    }
    faults.sort();
    Ok(faults)
}

/// Either the provider is made up, or everything is only planned, by a provider that asks nothing.
fn faults_of(file: &Body) -> Option<String> {
    let blocks = |kind: &'static str| file.blocks().filter(move |block| block.identifier() == kind);
    let providers: Vec<_> = blocks("provider").collect();
    if blocks("mock_provider").next().is_some() {
        return (!providers.is_empty()).then(|| "it has a provider that is not made up".to_owned());
    }
    if providers.is_empty() {
        return Some("it has neither a provider nor a mock_provider: Terraform would look for an account".to_owned());
    }
    for provider in providers {
        if let Some(missing) = OFFLINE.into_iter().find(|name| attribute(provider, name).is_none()) {
            return Some(format!("a provider has no {missing}, and would ask AWS"));
        }
    }
    let plans =
        |run: &&Block| matches!(attribute(run, "command"), Some(Expression::Variable(v)) if v.as_str() == "plan");
    let applied = blocks("run").find(|run| !plans(run))?;
    let name = applied.labels().first().map_or("", |label| label.as_str());
    Some(format!("the run {name} applies: give it command = plan, or the file a mock_provider"))
}

fn attribute<'a>(block: &'a Block, name: &str) -> Option<&'a Expression> {
    block.body().attributes().find(|attribute| attribute.key() == name).map(hcl::Attribute::expr)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVIDER: &str = r#"
        provider "aws" {
          region                      = "eu-central-1"
          access_key                  = "none"
          secret_key                  = "none"
          skip_credentials_validation = true
          skip_metadata_api_check     = true
          skip_requesting_account_id  = true
        }
    "#;

    fn fault(text: &str) -> Option<String> {
        faults_of(&hcl::parse(text).unwrap())
    }

    #[test]
    fn what_plans_or_is_made_up_is_fine() {
        assert_eq!(fault(&format!("{PROVIDER}\nrun \"a\" {{\n command = plan\n}}\n")), None);
        assert_eq!(fault("mock_provider \"aws\" {\n}\nrun \"a\" {\n}\n"), None);
    }

    #[test]
    fn what_could_reach_an_account_is_named() {
        let applies = fault(&format!("{PROVIDER}\nrun \"a\" {{\n command = plan\n}}\nrun \"b\" {{\n}}\n")).unwrap();
        assert!(applies.starts_with("the run b applies"), "{applies}");
        let asks = PROVIDER.replace("skip_requesting_account_id  = true", "");
        assert!(fault(&asks).unwrap().contains("no skip_requesting_account_id"));
        assert!(fault("run \"a\" {\n command = plan\n}\n").unwrap().starts_with("it has neither"));
        let both = format!("{PROVIDER}\nmock_provider \"aws\" {{\n}}\n");
        assert!(fault(&both).unwrap().contains("not made up"));
    }
}
