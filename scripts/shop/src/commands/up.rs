//! `cargo shop up`: runs the whole shop on this machine.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc};

use anyhow::Context;
use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get};
use localcloud::{
    LocalClock, Options,
    limits::{Enforced, Limits, Workflow},
    switches::Switches,
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{console, local, seed};

/// Runs the shop until Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo shop up\n  cargo shop up --port 9000 --data .shop\n  cargo shop up --limits --limit stripe-requests=25\n  RUST_LOG=info cargo shop up"
)]
pub struct Up {
    /// The port of the API, on this machine only. 0 takes any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// A folder to keep everything in. Without it, everything is forgotten at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Enforces the limits of a new AWS and Stripe account (docs/LIMITS.md); `/_local/limits` says which were reached.
    #[arg(long)]
    limits: bool,
    /// As --limits, with another number for one of them; several times for several.
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = super::sale::limit)]
    changed: Vec<(String, u64)>,
}

impl Up {
    /// Runs it.
    ///
    /// # Errors
    /// The port is taken, or the data folder cannot be used.
    pub fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(self.serve())
    }

    #[allow(clippy::print_stdout, reason = "the first line is for scripts, the rest for people")]
    async fn serve(self) -> anyhow::Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await;
        let listener =
            listener.with_context(|| format!("port {} cannot be used: choose another with --port", self.port))?;
        let url = format!("http://{}", listener.local_addr()?);
        let switches = Arc::new(Switches::default());
        let enforced = self.enforced(&switches)?;
        let mut options = Options { data: self.data, ..Options::default() };
        options.surroundings.driver = switches.clone();
        if let Some((clock, enforced)) = &enforced {
            options.surroundings.clock = Some(Arc::clone(clock));
            options.surroundings.driver = enforced.clone();
        }
        let cloud = local::start(options, &url)?;
        let enforced = enforced.map(|(_, enforced)| enforced);
        let router = local::router(&cloud).merge(used(enforced.clone())).merge(console::router(&cloud, switches));
        let api = local::serve(router, listener, async {
            // Without a signal handler the process ends at Ctrl-C all the same.
            let _ = tokio::signal::ctrl_c().await;
        });
        let guide = async {
            seed::seed(&*cloud).await?;
            seed::accounts(&cloud)?;
            // What filling the shelves cost is no order's.
            cloud.reset_readings();
            if let Some(enforced) = &enforced {
                enforced.reset();
            }
            println!("ready {url}");
            println!("{}", guide(&url));
            anyhow::Ok(())
        };
        let served = async {
            tokio::try_join!(api, guide)?;
            anyhow::Ok(())
        };
        served.await?;
        cloud.stop();
        Ok(())
    }

    /// What enforces limits, and the clock that it goes by, if any are to be enforced.
    fn enforced(&self, switches: &Arc<Switches>) -> anyhow::Result<Option<(Arc<LocalClock>, Arc<Enforced>)>> {
        if !self.limits && self.changed.is_empty() {
            return Ok(None);
        }
        let mut limits = Limits::default();
        for (name, number) in &self.changed {
            limits.set(name, *number)?;
        }
        let clock = LocalClock::real();
        let enforced =
            Enforced::new(switches.clone(), &local::shop()?, Arc::clone(&clock), limits, Workflow::Express, SEED);
        Ok(Some((clock, Arc::new(enforced))))
    }
}

/// `GET /_local/limits`: which limits were reached, and how near everything came to its limit.
fn used(enforced: Option<Arc<Enforced>>) -> Router {
    let answer = move || {
        let used = enforced.as_ref().map(|enforced| json!({ "walls": enforced.walls(), "peaks": enforced.peaks() }));
        let answer = match used {
            Some(used) => Json(used).into_response(),
            None => (StatusCode::NOT_FOUND, "Nothing is limited: start with cargo shop up --limits.\n").into_response(),
        };
        std::future::ready(answer)
    };
    Router::new().route("/_local/limits", get(answer))
}

/// What latencies are drawn from. Nothing that runs on a real clock is repeatable anyway.
const SEED: u64 = 1;

/// What to paste next.
fn guide(url: &str) -> String {
    format!(
        r#"
The shop is open: {url}
Buy as yourself (create an account), or as ada@example.com. Password: {password}
Run it at {url}/admin/ as admin@example.com, same password. Watch it, and break it: {url}/_local

By curl:
# a token
TOKEN=$(curl -s {url}/_local/token -d '{{"subject":"ada","scope":"customer"}}' | sed -E 's/.*"access_token":"([^"]+)".*/\1/')
# the products
curl -s {url}/products
# an order
ORDER=$(curl -s {url}/orders -H "authorization: Bearer $TOKEN" -H "idempotency-key: order-$(date +%s)" -H 'content-type: application/json' -d '{{"items":[{{"sku":"MUG-01","quantity":2}}],"currency":"EUR","payment_method":"pm_card_visa","email":"ada@example.com","shipping_address":{{"name":"Ada Lovelace","line1":"St. James Square 12","city":"London","postal_code":"SW1Y 4JH","country":"GB"}}}}' | sed -E 's/.*"id":"(ord_[0-9a-f]+)".*/\1/'); echo "$ORDER"
# its status, a moment later
sleep 2; curl -s {url}/orders/$ORDER -H "authorization: Bearer $TOKEN"
# the mail
curl -s {url}/_local/mails
# what else is inside
curl -s {url}/_local
"#,
        password = seed::PASSWORD
    )
}
