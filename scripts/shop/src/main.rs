//! The `cargo shop` command.

use clap::{Parser, Subcommand};
use shop::commands::{check::Check, docs::Docs, package::Package, up::Up};
use tracing_subscriber::EnvFilter;

/// Emporium on this machine.
#[derive(Debug, Parser)]
#[command(name = "cargo shop", bin_name = "cargo shop", version)]
struct Shop {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the whole shop: every function, table, queue, topic, the saga, a stand-in for Stripe, and the mailbox.
    Up(Up),
    /// Writes the generated documents.
    Docs(Docs),
    /// Runs the checks that are not tests.
    Check(Check),
    /// Builds what is deployed: one zip per context.
    Package(Package),
}

fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Shop::parse().command {
        Command::Up(up) => up.run(),
        Command::Docs(docs) => docs.run(),
        Command::Check(check) => check.run(),
        Command::Package(package) => package.run(),
    }
}

#[cfg(test)]
mod workflows;
