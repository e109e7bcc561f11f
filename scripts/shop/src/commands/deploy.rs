//! `cargo shop deploy`: packages, plans, asks, applies, moves traffic.

use std::{env, io::Write, time::Duration};

use anyhow::{Context, bail};

use super::docs::root;
use crate::{
    aws::Aws,
    package::{self, Architecture},
    rollout::{self, codedeploy},
    stage::{Outputs, Planned, Stage},
};

/// The ephemeral variable with the secrets: Terraform wants it for the plan, and again to apply it.
pub const SECRETS: &str = "TF_VAR_secrets";

/// How often CodeDeploy is asked.
const PAUSE: Duration = Duration::from_secs(5);

/// Deploys a stage: packages the contexts, shows Terraform's plan, applies it when confirmed. Where CodeDeploy moves the
/// traffic, starts its deployments and waits for them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  export TF_VAR_secrets='{\"stripe-api-key\":\"sk_...\",\"stripe-webhook-secret\":\"whsec_...\"}'\n  \
                        cargo shop deploy dev\n  cargo shop deploy prod --plan-only\n  cargo shop deploy dev --yes --no-package"
)]
pub struct Deploy {
    /// The stage, a folder of terraform/environments.
    stage: String,
    /// Applies without asking.
    #[arg(long)]
    yes: bool,
    /// Only shows what would change.
    #[arg(long)]
    plan_only: bool,
    /// What the functions run on, if it is not what the stage says (arm64 by default).
    #[arg(long, value_enum)]
    arch: Option<Architecture>,
    /// Takes the packages that are there.
    #[arg(long)]
    no_package: bool,
}

impl Deploy {
    /// Runs it.
    ///
    /// # Errors
    /// A step failed, was not confirmed, or a function went back to its version before.
    pub fn run(self) -> anyhow::Result<()> {
        let stage = Stage::find(&root(), &self.stage)?;
        if env::var_os(SECRETS).is_none() {
            bail!(
                "{SECRETS} is not set. It has the secrets, which are kept in no file and in no state:\n  \
                 export {SECRETS}='{{\"stripe-api-key\":\"sk_...\",\"stripe-webhook-secret\":\"whsec_...\"}}'\n\
                 When the secrets have not changed since the last time:\n  export {SECRETS}='{{}}'"
            );
        }
        if !self.no_package {
            let contexts = package::contexts(&root())?;
            package::package(&root(), self.arch.unwrap_or(Architecture::Arm64), &contexts)?;
        }
        stage.init()?;
        let planned = stage.plan(&options(self.arch))?;
        if self.plan_only {
            return stage.forget_plan();
        }
        if planned == Planned::Changes {
            if let Err(refused) = confirm(&stage, self.yes, "apply this plan") {
                stage.forget_plan()?;
                return Err(refused);
            }
            stage.apply()?;
        }
        let outputs = stage.outputs()?;
        if outputs.text("rollout") == Some("codedeploy") {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(move_traffic(&stage, &outputs))?;
        }
        say(&outputs.table())
    }
}

/// What Terraform is told about the architecture: which packages to take.
fn options(architecture: Option<Architecture>) -> Vec<String> {
    let folder = |architecture| format!("-var=packages=../../../target/lambda/{architecture}");
    architecture.map(folder).into_iter().collect()
}

/// Has CodeDeploy move every function that is behind to its newest version.
async fn move_traffic(stage: &Stage, outputs: &Outputs) -> anyhow::Result<()> {
    let aws = Aws::connect(outputs.text("region")).await?;
    let mut started = Vec::new();
    for (function, deployed) in outputs.functions(&[])? {
        let live = rollout::live(&aws, &deployed.name).await?;
        if let Some(newest) = live.behind() {
            let begun = codedeploy::start(&aws, stage.name(), &function, &deployed.name, live.version, newest).await;
            started.push(begun.with_context(|| format!("{function} stays at version {}", live.version))?);
        }
    }
    say(&format!("{} functions have a newer version than the one in use", started.len()))?;
    codedeploy::follow(&aws, &started, PAUSE).await
}

/// Asks on the terminal to type the stage's name, unless `yes`.
///
/// # Errors
/// Something else was typed.
pub fn confirm(stage: &Stage, yes: bool, what: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    let mut out = std::io::stderr();
    write!(out, "\nTo {what}, type the stage's name ({}): ", stage.name())?;
    out.flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    if typed.trim() != stage.name() {
        bail!("nothing was changed: what was typed is not {}", stage.name());
    }
    Ok(())
}

/// Prints a line.
///
/// # Errors
/// The output is closed.
pub fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_decides_on_the_architecture_unless_told_otherwise() {
        assert_eq!(options(None), Vec::<String>::new());
        assert_eq!(options(Some(Architecture::X86)), ["-var=packages=../../../target/lambda/x86_64"]);
    }
}
