//! `cargo shop logs`: the logs of all functions in one.

use std::{
    io::{ErrorKind, IsTerminal, Write},
    time::Duration,
};

use anyhow::Context;
use kernel::{OrderId, SignedDuration, Timestamp};

use super::docs::root;
use crate::{
    aws::Aws,
    events::{Event, Tail},
    stage::{Outputs, Stage},
};

/// How long to wait between two looks: a look at 32 functions takes AWS some seconds.
const PAUSE: Duration = Duration::from_secs(5);

/// Shows a stage's logs, of all functions in one, by time. AWS_ENDPOINT_URL and AWS_PROFILE are honoured.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo shop logs dev\n  cargo shop logs dev --follow\n  \
                        cargo shop logs prod --order ord_0123456789abcdef0123456789abcdef --since 2h\n  \
                        cargo shop logs prod --function orders/place-order --json | jq .message.fields")]
pub struct Logs {
    /// The stage, a folder of terraform/environments.
    stage: String,
    /// Only lines about this order.
    #[arg(long, value_name = "ID")]
    order: Option<OrderId>,
    /// Only this function; may be given several times.
    #[arg(long = "function", value_name = "CONTEXT/NAME")]
    functions: Vec<String>,
    /// How far back to begin, as in 15m or 2h.
    #[arg(long, default_value = "15m")]
    since: SignedDuration,
    /// Goes on until Ctrl-C.
    #[arg(long)]
    follow: bool,
    /// One JSON object per line, Lambda's own lines included.
    #[arg(long)]
    json: bool,
}

impl Logs {
    /// Runs it.
    ///
    /// # Errors
    /// There is no such stage or function, or AWS refuses.
    pub fn run(self) -> anyhow::Result<()> {
        let outputs = Stage::find(&root(), &self.stage)?.outputs()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(self.show(&outputs))
    }

    async fn show(self, outputs: &Outputs) -> anyhow::Result<()> {
        let functions = outputs.functions(&self.functions)?;
        let aws = Aws::connect(outputs.text("region")).await?;
        let groups = functions.into_iter().map(|(name, function)| (name, function.log_group)).collect();
        let from = Timestamp::now().checked_sub(self.since.abs()).context("--since is too long ago")?;
        let order = self.order.as_ref().map(ToString::to_string);
        let mut tail = Tail::new(groups, order.as_deref(), from);
        loop {
            for event in tail.next(&aws, Timestamp::now()).await? {
                if !self.print(&event)? {
                    return Ok(());
                }
            }
            if !self.follow {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Prints an event. Whether anybody still reads.
    fn print(&self, event: &Event) -> anyhow::Result<bool> {
        let mut out = std::io::stdout();
        let line = if self.json { Some(event.json()?.to_string()) } else { event.line(out.is_terminal())? };
        match line.map(|line| writeln!(out, "{line}")) {
            Some(Err(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Some(Err(error)) => Err(error.into()),
            Some(Ok(())) | None => Ok(true),
        }
    }
}
