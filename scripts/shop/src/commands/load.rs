//! `cargo shop load`: load on a running shop.

use std::{path::PathBuf, process, time::Duration};

use anyhow::{Context, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kernel::SignedDuration;
use tokio::sync::watch;

use crate::load::{self, Api, Kind, Plan, Progress, Results, Summary, Target, Tokens};

/// What `--help` says at its end.
const AFTER_HELP: &str = "\
The load is open: buyers come when they are due, and wait for nobody. What they wait counts from when they were due.
Afterwards the API is asked whether what has to hold does; if not, the command fails.

Whose tokens: a shop of `cargo shop up` gives them. For any other name a file, `--token-file`, that has
{\"customers\": [\"…\"], \"admin\": \"…\"}, or set EMPORIUM_CUSTOMER_TOKENS (with blanks between them) and EMPORIUM_ADMIN_TOKEN.
Without an admin's token, stock and payments are not checked, and the result says so. Tokens have to last for the whole
load, and their customers must not buy anything else meanwhile.

--json has: target, plan, stopped, seconds, offered, offered_per_second, sent, sent_per_second, retried, accepted,
accepted_per_second; errors and gave_up (by type), orders (by end); late_ms, to_accepted_ms, service_ms, to_confirmed_ms and
to_confirmed_resolution_ms (each p50, p90, p99, p999, max, count); not_followed; series (step_seconds, steps); invariants (name,
promise, verdict ok, violated or not_checked, why, checked, violations, examples); remarks.

Examples:
  cargo shop load --rate 20 --duration 30s
  cargo shop load --rate 200 --duration 1m --arrivals poisson --restock 100000 --alone --report load.html
  cargo shop load --target https://api.dev.example --i-own-this-target --token-file tokens.json --rate 5 --duration 5m";

/// What `cargo shop load` takes.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct Load {
    /// The API's address.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    target: String,
    /// Needed for a target that is not this machine.
    #[arg(long)]
    i_own_this_target: bool,
    /// Buyers a second.
    #[arg(long, value_name = "R", default_value_t = 10.0)]
    rate: f64,
    /// For how long they come, as in 30s or 5m; an hour at most.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = duration)]
    duration: Duration,
    /// How buyers come.
    #[arg(long, value_enum, default_value_t = Kind::Even)]
    arrivals: Kind,
    /// What is random follows from it.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// What is bought, one of these by each buyer. Without it, the products that `cargo shop up` has.
    #[arg(long = "sku", value_name = "SKU")]
    skus: Vec<String>,
    /// So many of it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    quantity: i64,
    /// Stripe's payment method, one of a test.
    #[arg(long, value_name = "ID", default_value = "pm_card_visa")]
    payment_method: String,
    /// Where the orders' mails go. Without it, to the simulator of SES.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The share of accepted orders that are followed to their end, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    follow: f64,
    /// At most so many orders are followed at once.
    #[arg(long, value_name = "N", default_value_t = 200)]
    max_followed: usize,
    /// The longest pause between two looks at a followed order, which is how exactly the time to its end is known.
    #[arg(long, value_name = "D", default_value = "200ms", value_parser = duration)]
    poll: Duration,
    /// How often a buyer asks again, with the same key, whose request has failed for a passing reason.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..=20))]
    retries: u32,
    /// How long one request may take.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = duration)]
    timeout: Duration,
    /// At most so many buyers wait for an answer at once; who comes then is counted as not_sent.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = bounded::<100_000>)]
    max_in_flight: usize,
    /// At most so many requests for an order are sent.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    max_requests: u64,
    /// How long orders have to end, after the last was placed.
    #[arg(long, value_name = "D", default_value = "120s", value_parser = duration)]
    settle: Duration,
    /// Of so many orders the payment is checked, and the request sent again.
    #[arg(long, value_name = "N", default_value_t = 50)]
    sample: usize,
    /// Nobody else buys or changes stock meanwhile: the stock has to come out even.
    #[arg(long)]
    alone: bool,
    /// Receives so many units of each sku before. Needs an admin's token.
    #[arg(long, value_name = "UNITS", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    restock: i64,
    /// How many customers there are, where the target gives tokens.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = bounded::<10_000>)]
    customers: usize,
    /// A JSON file with tokens.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Writes one JSON object, and nothing else, to standard output.
    #[arg(long)]
    json: bool,
    /// Writes a report to this file: one HTML page.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration = text.parse().map_err(|_| "it has to be like 30s, 5m or 200ms")?;
    Duration::try_from(duration).map_err(|_| "it is below zero".to_owned())
}

fn bounded<const MOST: usize>(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| format!("it has to be 1 to {MOST}"))
}

impl Load {
    /// Runs it.
    ///
    /// # Errors
    /// The target is not permitted or gives no tokens, no order was accepted, or something does not hold that has to.
    pub fn run(self) -> anyhow::Result<()> {
        let target = Target::parse(&self.target)?.permitted(self.i_own_this_target)?;
        let plan = self.plan();
        plan.check()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(self.load(&plan, target))
    }

    #[allow(clippy::print_stdout, reason = "it is a command")]
    async fn load(&self, plan: &Plan, target: Target) -> anyhow::Result<()> {
        let api = Api::new(target.clone(), plan.timeout)?;
        let tokens = self.tokens(plan, &api, &target).await?;
        if tokens.admin.is_none() {
            eprintln!("There is no admin's token: stock and payments will not be checked.");
        }
        let bar = bar(plan)?;
        let outcome =
            load::run(plan, &api, &tokens, stopped_by_ctrl_c(), |results, progress| show(&bar, results, progress));
        let outcome = outcome.await;
        bar.finish_and_clear();
        let outcome = outcome?;
        let summary = Summary { target: &self.target, plan, outcome: &outcome };
        if self.json {
            println!("{}", serde_json::to_string(&summary.json())?);
        } else {
            print!("{summary}");
        }
        if let Some(path) = &self.report {
            std::fs::write(path, load::page(&summary)?).with_context(|| path.display().to_string())?;
            eprintln!("The report is in {}.", path.display());
        }
        ensure!(outcome.results.accepted > 0, "no order was accepted");
        if outcome.is_violated() {
            bail!("something does not hold that has to");
        }
        Ok(())
    }

    fn plan(&self) -> Plan {
        let usual = Plan::default();
        Plan {
            rate: self.rate,
            duration: self.duration,
            arrivals: self.arrivals,
            seed: self.seed,
            max_requests: self.max_requests,
            max_in_flight: self.max_in_flight,
            timeout: self.timeout,
            retries: self.retries,
            follow: self.follow,
            max_followed: self.max_followed,
            poll: self.poll,
            settle: self.settle,
            sample: self.sample,
            skus: if self.skus.is_empty() { usual.skus } else { self.skus.clone() },
            quantity: self.quantity,
            payment_method: self.payment_method.clone(),
            email: self.email.clone().unwrap_or(usual.email),
            alone: self.alone,
            restock: self.restock,
            run: usual.run,
            currency: usual.currency,
        }
    }

    async fn tokens(&self, plan: &Plan, api: &Api, target: &Target) -> anyhow::Result<Tokens> {
        if let Some(path) = &self.token_file {
            return Tokens::of_file(path);
        }
        if let Some(tokens) = Tokens::of_environment()? {
            return Ok(tokens);
        }
        if !target.is_loopback() {
            bail!("who buys there? Name tokens: --help says how");
        }
        // As long as the load and everything after it may take.
        let lifetime = plan.duration + plan.settle * 2 + Duration::from_secs(3_600);
        Tokens::of_local_issuer(api, &plan.run, self.customers, lifetime.min(Duration::from_secs(24 * 3_600))).await
    }
}

fn bar(plan: &Plan) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::with_draw_target(Some(plan.duration.as_secs()), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("loading {wide_bar} {elapsed}, {msg}")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}

fn show(bar: &ProgressBar, results: &Results, progress: Progress) {
    let p99 = results.to_accepted.at(0.99).map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
    let (due, accepted, errors) = (results.due, results.accepted, results.all_errors());
    let counts = format!("{due} offered, {accepted} accepted, p99 {p99:.0} ms, {errors} errors");
    match progress {
        Progress::Buying => {
            bar.set_position(bar.elapsed().as_secs());
            bar.set_message(counts);
        }
        Progress::Settling(open) => bar.set_message(format!("{counts}; {open} orders to be looked at")),
    }
}

/// Becomes true at Ctrl-C. Another one ends the process.
fn stopped_by_ctrl_c() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if stop.send_replace(true) {
                // 128 + SIGINT, as shells have it.
                process::exit(130);
            }
        }
    });
    stopped
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        load: Load,
    }

    fn load(arguments: &str) -> Result<Load, clap::Error> {
        let words = std::iter::once("load").chain(arguments.split_whitespace());
        Command::try_parse_from(words).map(|command| command.load)
    }

    #[test]
    fn a_target_that_is_not_this_machine_is_refused_before_anything_is_sent() {
        let error = load("--target https://shop.example").unwrap().run().unwrap_err().to_string();
        assert!(error.contains("--i-own-this-target"), "{error}");
        // Permitted, and asked whose tokens before anything else.
        let error = load("--target https://shop.invalid --i-own-this-target").unwrap().run().unwrap_err().to_string();
        assert!(error.contains("who buys there?"), "{error}");
    }

    #[test]
    fn load_is_bounded() {
        for arguments in ["--duration 61m", "--duration 1h --rate 300", "--rate 0", "--follow 2"] {
            assert!(load(arguments).unwrap().run().is_err(), "{arguments}");
        }
        for arguments in ["--duration -1s", "--duration 5", "--max-in-flight 0", "--quantity 0"] {
            assert!(load(arguments).is_err(), "{arguments}");
        }
    }

    #[test]
    fn without_a_sku_what_the_local_shop_has_is_bought() {
        assert_eq!(load("").unwrap().plan().skus.len(), 6);
        assert_eq!(load("--sku A-1 --sku B-1").unwrap().plan().skus, ["A-1", "B-1"]);
        assert_eq!(load("--duration 5m").unwrap().plan().duration, Duration::from_secs(300));
    }
}
