//! `cargo shop up`: runs the whole shop on this machine.

use std::{net::Ipv4Addr, path::PathBuf};

use anyhow::Context;
use localcloud::Options;
use tokio::net::TcpListener;

use crate::{local, seed};

/// Runs the shop until Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo shop up\n  cargo shop up --port 9000 --data .shop\n  RUST_LOG=info cargo shop up"
)]
pub struct Up {
    /// The port of the API, on this machine only. 0 takes any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// A folder to keep everything in. Without it, everything is forgotten at the end.
    #[arg(long)]
    data: Option<PathBuf>,
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
        let cloud = local::start(Options { data: self.data, ..Options::default() }, &url)?;
        let api = local::serve(&cloud, listener, async {
            // Without a signal handler the process ends at Ctrl-C all the same.
            let _ = tokio::signal::ctrl_c().await;
        });
        let guide = async {
            seed::seed(&*cloud).await?;
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
}

/// What to paste next.
fn guide(url: &str) -> String {
    format!(
        r#"
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
"#
    )
}
