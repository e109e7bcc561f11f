//! `cargo shop outputs`: what Terraform put out.

use super::docs::root;
use crate::stage::Stage;

/// Shows what Terraform put out for a stage: URLs, functions, tables, queues.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo shop outputs dev\n  cargo shop outputs dev --json | jq -r .api_url")]
pub struct Outputs {
    /// The stage, a folder of terraform/environments.
    stage: String,
    /// As JSON, names and values. Sensitive outputs are left out.
    #[arg(long)]
    json: bool,
}

impl Outputs {
    /// Runs it.
    ///
    /// # Errors
    /// There is no such stage, or Terraform cannot read its state.
    #[allow(clippy::print_stdout, reason = "is asked to print")]
    pub fn run(self) -> anyhow::Result<()> {
        let outputs = Stage::find(&root(), &self.stage)?.outputs()?;
        if !self.json && outputs.is_empty() {
            anyhow::bail!("nothing is deployed: run cargo shop deploy {}", self.stage);
        }
        println!("{}", if self.json { serde_json::to_string_pretty(&outputs.json())? } else { outputs.table() });
        Ok(())
    }
}
