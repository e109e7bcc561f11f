//! `cargo shop destroy`: deletes a stage, and proves that nothing is left.

use std::{env, time::Duration};

use anyhow::{Context, bail};

use super::{
    deploy::{SECRETS, confirm, say},
    docs::root,
};
use crate::{
    aws::Aws,
    leftovers::{Leftover, leftovers},
    stage::{Planned, Stage},
};

/// Tags are forgotten some time after their resource: how often, and how long apart, to look again.
const LOOKS: usize = 20;
const PAUSE: Duration = Duration::from_secs(15);

const UNPROVEN: &str = "Terraform is done, but it cannot be said whether something is left: run this again";

/// Deletes everything that Terraform made for a stage, with its data. Then looks for anything that still has the stage's
/// tags, and fails when there is something.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo shop destroy dev\n  cargo shop destroy dev --yes")]
pub struct Destroy {
    /// The stage, a folder of terraform/environments.
    stage: String,
    /// Deletes without asking.
    #[arg(long)]
    yes: bool,
}

impl Destroy {
    /// Runs it.
    ///
    /// # Errors
    /// The stage is protected, it was not confirmed, Terraform fails, or something is left.
    pub fn run(self) -> anyhow::Result<()> {
        let mut stage = Stage::find(&root(), &self.stage)?;
        if env::var_os(SECRETS).is_none() {
            // Terraform asks for it although nothing is written any more.
            stage.set(SECRETS, "{}");
        }
        stage.init()?;
        let protected = stage.protected()?;
        if !protected.is_empty() {
            bail!(
                "deletion protection is on for {}.\nTo switch it off: set deletion_protection = false in \
                 terraform/environments/{1}/terraform.tfvars, run cargo shop deploy {1}, and try again.",
                protected.join(", "),
                stage.name()
            );
        }
        // Asked before it is gone.
        let region = stage.outputs()?.text("region").map(str::to_owned);
        // Terraform wants packages although it only takes them away: those that the tests have do.
        if stage.plan(&["-destroy".to_owned(), "-var=packages=../test-packages".to_owned()])? == Planned::Changes {
            if let Err(refused) = confirm(&stage, self.yes, "delete all this, with its data") {
                stage.forget_plan()?;
                return Err(refused);
            }
            stage.apply()?;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(prove(stage.name(), region.as_deref()))
    }
}

/// Looks for what has the stage's tags until nothing is found that should not be there.
async fn prove(stage: &str, region: Option<&str>) -> anyhow::Result<()> {
    let aws = Aws::connect(region).await.context(UNPROVEN)?;
    for look in 1..=LOOKS {
        let found = leftovers(&aws, stage).await.context(UNPROVEN)?;
        let (ending, left): (Vec<_>, Vec<_>) = found.into_iter().partition(|leftover| leftover.ends.is_some());
        if left.is_empty() {
            for Leftover { arn, ends } in &ending {
                say(&format!("{arn}: AWS deletes it on {}", ends.as_deref().unwrap_or("a day unknown")))?;
            }
            return say(&format!("nothing else has the tags of {stage} any more"));
        }
        if look == LOOKS {
            let arns: Vec<_> = left.into_iter().map(|leftover| leftover.arn).collect();
            bail!("this still has the tags of {stage}: delete it by hand\n{}", arns.join("\n"));
        }
        say(&format!("{} resources still have the tags of {stage}: looking again", left.len()))?;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
