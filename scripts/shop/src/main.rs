//! The `cargo shop` command.

use clap::{Parser, Subcommand};
use shop::commands::{
    check::Check, deploy::Deploy, destroy::Destroy, docs::Docs, load::Load, logs::Logs, outputs::Outputs,
    package::Package, rollback::Rollback, sale::Sale, simulate::Simulate, up::Up,
};
use tracing_subscriber::EnvFilter;

/// A simulation is all small allocations: this one is a third faster at them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Tries to break the shop: runs it on virtual time, lets everything go wrong, and judges what comes of it.
    Simulate(Simulate),
    /// Simulates a sale day of one product, under the limits of AWS and Stripe.
    Sale(Sale),
    /// Puts load on a running shop, measures what buyers wait, and checks what came of it.
    Load(Load),
    /// Runs the checks that are not tests.
    Check(Check),
    /// Builds what is deployed: one zip per context.
    Package(Package),
    /// Deploys a stage: packages, plans, asks, applies, moves traffic.
    Deploy(Deploy),
    /// Puts functions back to the version before.
    Rollback(Rollback),
    /// Deletes a stage, and proves that nothing is left.
    Destroy(Destroy),
    /// Shows what Terraform put out for a stage.
    Outputs(Outputs),
    /// Shows a stage's logs, of all functions in one.
    Logs(Logs),
}

fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Shop::parse().command {
        Command::Up(up) => up.run(),
        Command::Docs(docs) => docs.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Sale(sale) => sale.run(),
        Command::Load(load) => load.run(),
        Command::Check(check) => check.run(),
        Command::Package(package) => package.run(),
        Command::Deploy(deploy) => deploy.run(),
        Command::Rollback(rollback) => rollback.run(),
        Command::Destroy(destroy) => destroy.run(),
        Command::Outputs(outputs) => outputs.run(),
        Command::Logs(logs) => logs.run(),
    }
}

#[cfg(test)]
mod workflows;
