//! `cargo shop rollback`: puts functions back to the version before.

use std::collections::BTreeMap;

use anyhow::bail;

use super::{
    deploy::{confirm, say},
    docs::root,
};
use crate::{
    aws::Aws,
    rollout::{self, Live, codedeploy},
    stage::{Outputs, Stage},
};

/// Puts functions back to the version before, at once. Without --function: all those whose version in use was published
/// within 15 minutes of the stage's newest one in use.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo shop rollback prod\n  cargo shop rollback prod --function orders/place-order --yes"
)]
pub struct Rollback {
    /// The stage, a folder of terraform/environments.
    stage: String,
    /// Only this function; may be given several times.
    #[arg(long = "function", value_name = "CONTEXT/NAME")]
    functions: Vec<String>,
    /// Does it without asking.
    #[arg(long)]
    yes: bool,
}

impl Rollback {
    /// Runs it.
    ///
    /// # Errors
    /// There is no such stage or function, nothing to go back to, it was not confirmed, or AWS refuses.
    pub fn run(self) -> anyhow::Result<()> {
        let stage = Stage::find(&root(), &self.stage)?;
        let outputs = stage.outputs()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(self.go(&stage, &outputs))
    }

    async fn go(self, stage: &Stage, outputs: &Outputs) -> anyhow::Result<()> {
        let functions = outputs.functions(&self.functions)?;
        let aws = Aws::connect(outputs.text("region")).await?;
        let mut live = BTreeMap::new();
        for (name, function) in &functions {
            live.insert(name.clone(), rollout::live(&aws, &function.name).await?);
        }
        let wanted = if self.functions.is_empty() { rollout::last_deployment(&live) } else { self.functions };
        let moves = moves(&live, &wanted)?;
        for (name, from, to) in &moves {
            say(&format!("{name}: version {from} to {to}"))?;
        }
        confirm(stage, self.yes, "put these functions back")?;
        let by_codedeploy = outputs.text("rollout") == Some("codedeploy");
        for (name, _, to) in &moves {
            if by_codedeploy && codedeploy::stop(&aws, stage.name(), name).await? > 0 {
                say(&format!("{name}: its deployment is stopped"))?;
            }
            rollout::point(&aws, &functions[name].name, *to).await?;
        }
        say(&format!("{} functions are back", moves.len()))?;
        say(&what_comes_next(stage.name(), by_codedeploy))
    }
}

/// Which functions go from which version to which.
fn moves(live: &BTreeMap<String, Live>, wanted: &[String]) -> anyhow::Result<Vec<(String, u64, u64)>> {
    let mut moves = Vec::new();
    let mut without = Vec::new();
    for name in wanted {
        let Some(live) = live.get(name) else { bail!("there is no function {name}") };
        match live.before() {
            Some(before) => moves.push((name.clone(), live.canary.unwrap_or(live.version), before)),
            None => without.push(name.as_str()),
        }
    }
    if !without.is_empty() {
        bail!(
            "no version before the one in use: {}. Nothing was changed; choose others with --function.",
            without.join(", ")
        );
    }
    if moves.is_empty() {
        bail!("nothing is deployed that could go back");
    }
    Ok(moves)
}

fn what_comes_next(stage: &str, by_codedeploy: bool) -> String {
    if by_codedeploy {
        format!(
            "Terraform leaves these aliases alone. The next cargo shop deploy {stage} moves traffic to the newest version \
             again: have the fault corrected, or the earlier commit checked out, before that."
        )
    } else {
        format!(
            "The next apply of {stage} points the aliases at the newest version again: have the fault corrected, or the \
             earlier commit checked out, before that."
        )
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;
    use crate::rollout::Version;

    fn live(version: u64, canary: Option<u64>, numbers: &[u64]) -> Live {
        let version_of = |number: &u64| Version { number: *number, published: Timestamp::UNIX_EPOCH };
        Live { version, canary, versions: numbers.iter().map(version_of).collect() }
    }

    #[test]
    fn all_go_back_or_none() {
        let live = BTreeMap::from([
            ("orders/a".to_owned(), live(3, None, &[2, 3])),
            ("orders/b".to_owned(), live(3, Some(4), &[2, 3, 4])),
            ("orders/new".to_owned(), live(1, None, &[1])),
        ]);
        let wanted = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = [("orders/a".to_owned(), 3, 2), ("orders/b".to_owned(), 4, 3)];
        assert_eq!(moves(&live, &wanted(&["orders/a", "orders/b"])).unwrap(), expected);
        let error = moves(&live, &wanted(&["orders/a", "orders/new"])).unwrap_err().to_string();
        assert!(error.starts_with("no version before the one in use: orders/new."), "{error}");
        assert!(moves(&live, &[]).is_err());
    }
}
