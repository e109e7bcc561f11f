//! A stage: its Terraform, and what Terraform made.

mod outputs;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use serde_json::Value;

pub use outputs::{Function, Outputs};

/// An environment under `terraform/environments`.
#[derive(Debug, Clone)]
pub struct Stage {
    name: String,
    folder: PathBuf,
    plan: PathBuf,
    variables: Vec<(String, String)>,
}

/// What a plan would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// Nothing: what is there is what is described.
    Nothing,
    /// Something.
    Changes,
}

impl Stage {
    /// The one of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn find(root: &Path, name: &str) -> anyhow::Result<Self> {
        // `terraform -chdir` takes other paths from its own folder.
        let root = root.canonicalize().with_context(|| root.display().to_string())?;
        let environments = root.join("terraform/environments");
        let known = names(&environments)?;
        if !known.iter().any(|known| known == name) {
            bail!("there is no stage {name}; there are {}", known.join(", "));
        }
        let plan = root.join("target/terraform").join(format!("{name}.tfplan"));
        Ok(Self { name: name.to_owned(), folder: environments.join(name), plan, variables: Vec::new() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sets an environment variable for Terraform.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// `terraform` in its folder.
    fn terraform(&self, arguments: &[&str]) -> Command {
        let mut terraform = Command::new("terraform");
        terraform.arg(format!("-chdir={}", self.folder.display())).args(arguments);
        terraform.envs(self.variables.iter().map(|(name, value)| (name, value)));
        terraform
    }

    /// Installs providers and connects to the state.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn init(&self) -> anyhow::Result<()> {
        shown(&mut self.initialization())
    }

    fn initialization(&self) -> Command {
        let mut terraform = self.terraform(&["init", "-input=false"]);
        let backend = format!("{}.s3.tfbackend", self.name);
        if self.folder.join(&backend).is_file() {
            terraform.arg(format!("-backend-config={backend}"));
        }
        terraform
    }

    /// Plans into a file, and shows it.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn plan(&self, options: &[String]) -> anyhow::Result<Planned> {
        if let Some(folder) = self.plan.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut terraform = self.terraform(&["plan", "-input=false", "-detailed-exitcode"]);
        terraform.arg(format!("-out={}", self.plan.display())).args(options);
        let status = terraform.status().context(MISSING)?;
        match status.code() {
            Some(0) => Ok(Planned::Nothing),
            Some(2) => Ok(Planned::Changes),
            _ => {
                // Terraform writes a plan that failed, too.
                if self.plan.exists() {
                    self.forget_plan()?;
                }
                bail!("terraform plan failed ({status})")
            }
        }
    }

    /// Does what was planned.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn apply(&self) -> anyhow::Result<()> {
        let mut terraform = self.terraform(&["apply", "-input=false"]);
        let applied = shown(terraform.arg(&self.plan));
        self.forget_plan()?;
        applied
    }

    /// Removes the file of the plan: it can have values in it that nobody should keep.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget_plan(&self) -> anyhow::Result<()> {
        fs::remove_file(&self.plan).with_context(|| self.plan.display().to_string())
    }

    /// What Terraform put out when it was last applied, here or elsewhere.
    ///
    /// # Errors
    /// Terraform fails: the state cannot be reached.
    pub fn outputs(&self) -> anyhow::Result<Outputs> {
        if !self.folder.join(".terraform").is_dir() {
            captured(&mut self.initialization())?;
        }
        let text = captured(&mut self.terraform(&["output", "-json"]));
        Outputs::parse(&text.with_context(|| format!("the outputs of {} cannot be read", self.name))?)
    }

    /// Tables that AWS would not delete, by address.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn protected(&self) -> anyhow::Result<Vec<String>> {
        let state: Value = serde_json::from_str(&captured(&mut self.terraform(&["show", "-json"]))?)?;
        let mut found = Vec::new();
        protected(&state["values"]["root_module"], &mut found);
        Ok(found)
    }
}

const MISSING: &str = "terraform cannot be run: install it from developer.hashicorp.com/terraform/install";

/// Runs a program that shows its own output.
fn shown(terraform: &mut Command) -> anyhow::Result<()> {
    let status = terraform.status().context(MISSING)?;
    if !status.success() {
        let subcommand = terraform.get_args().nth(1).unwrap_or_default().to_string_lossy().into_owned();
        bail!("terraform {subcommand} failed ({status})");
    }
    Ok(())
}

/// Runs a program for its output.
fn captured(terraform: &mut Command) -> anyhow::Result<String> {
    let output = terraform.stderr(Stdio::inherit()).output().context(MISSING)?;
    if !output.status.success() {
        let subcommand = terraform.get_args().nth(1).unwrap_or_default().to_string_lossy().into_owned();
        bail!("terraform {subcommand} failed ({})", output.status);
    }
    String::from_utf8(output.stdout).context("terraform did not answer text")
}

/// The stages there are.
fn names(environments: &Path) -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir(environments).with_context(|| environments.display().to_string())?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("main.tf").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn protected(module: &Value, found: &mut Vec<String>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["values"]["deletion_protection_enabled"] == true {
            found.push(resource["address"].as_str().unwrap_or_default().to_owned());
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        protected(child, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn root() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for stage in ["prod", "dev"] {
            let folder = root.path().join("terraform/environments").join(stage);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("main.tf"), "").unwrap();
        }
        fs::create_dir_all(root.path().join("terraform/environments/fixtures")).unwrap();
        root
    }

    #[test]
    fn an_unknown_stage_is_answered_with_the_known_ones() {
        let root = root();
        assert_eq!(Stage::find(root.path(), "dev").unwrap().name(), "dev");
        let error = Stage::find(root.path(), "fixtures").unwrap_err().to_string();
        assert_eq!(error, "there is no stage fixtures; there are dev, prod");
    }

    #[test]
    fn protected_tables_are_found_in_every_module() {
        let table =
            |address: &str, on: bool| json!({ "address": address, "values": { "deletion_protection_enabled": on } });
        let state = json!({
            "resources": [table("a", true), { "address": "b", "values": {} }],
            "child_modules": [{ "child_modules": [{ "resources": [table("c", false), table("d", true)] }] }],
        });
        let mut found = Vec::new();
        protected(&state, &mut found);
        assert_eq!(found, ["a", "d"]);
    }
}
