//! A shop that was deployed, to AWS or to an emulator of it.

use std::{
    collections::HashMap,
    fs::OpenOptions,
    io::Write,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_sqs::types::QueueAttributeName;
use fakestripe::Authentication;
use kernel::CustomerId;
use localcloud::{Cloud, issuer::Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::invariants::Evidence;
use topology::{Names, Shop};

use super::{Inside, stand_ins::StandIns};

/// Says where the deployed shop is: the name of a JSON file with a [`Target`].
const VARIABLE: &str = "EMPORIUM_STAGE";

/// Where a deployed shop is, and how to look into it.
#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    /// The API's URL.
    pub api_url: String,
    /// AWS's endpoint, where it is not AWS itself.
    pub endpoint: String,
    pub stage: String,
    pub region: String,
    pub account: String,
    pub access_key: String,
    pub secret_key: String,
    /// Where the stand-ins have to be.
    pub stand_ins_port: u16,
    pub issuer: String,
    pub audience: String,
    /// Where the issuer's key is kept.
    pub issuer_key: String,
    pub stripe_api_key: String,
    pub stripe_webhook_secret: String,
    /// Where mails that were sent can be read.
    pub mails_url: String,
    /// Where to write down which tests could not be run, and why.
    pub not_run: String,
}

struct Deployed {
    target: Target,
    stand_ins: StandIns,
    sdk: aws_types::SdkConfig,
    shop: Shop,
    names: Names,
    /// Tells this run's things from an earlier one's.
    run: String,
}

/// One test's part of it.
pub struct Remote {
    deployed: &'static Deployed,
    suffix: String,
}

impl Remote {
    /// The shop that the environment names, if it names one.
    pub fn named() -> Option<Self> {
        static DEPLOYED: OnceLock<Option<Deployed>> = OnceLock::new();
        static TESTS: AtomicU32 = AtomicU32::new(1);
        let deployed = DEPLOYED.get_or_init(|| {
            let file = std::env::var(VARIABLE).ok()?;
            let text = std::fs::read_to_string(&file).unwrap_or_else(|why| panic!("{VARIABLE} names {file}: {why}"));
            Some(Deployed::reach(serde_json::from_str(&text).unwrap_or_else(|why| panic!("{file}: {why}"))))
        });
        let deployed = deployed.as_ref()?;
        let suffix = format!("{}{}", deployed.run, TESTS.fetch_add(1, Ordering::SeqCst));
        Some(Self { deployed, suffix })
    }

    /// Writes down that the running test cannot be run here.
    pub fn not_run(&self, why: &str) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a test").to_owned();
        let file = OpenOptions::new().append(true).create(true).open(&self.deployed.target.not_run);
        writeln!(file.unwrap(), "{name}: {why}").unwrap();
    }

    async fn table(&self, context: &str, name: &str) -> Vec<Value> {
        let client = aws_sdk_dynamodb::Client::new(&self.deployed.sdk);
        let table = self.deployed.names.resource(context, name);
        let scan = client.scan().table_name(table).consistent_read(true);
        let items: Vec<_> = scan.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
        items.into_iter().map(|item| serde_dynamo::from_item(item).unwrap()).collect()
    }

    async fn outbox(&self) -> Vec<Value> {
        let answer = reqwest::get(&self.deployed.target.mails_url).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let by_account = answer["messages"].as_object().unwrap();
        let mails = by_account.values().flat_map(|mails| mails.as_array().unwrap());
        mails.map(|mail| json!({ "tags": tags(mail) })).collect()
    }
}

impl Deployed {
    fn reach(target: Target) -> Self {
        let names =
            Names { stage: target.stage.clone(), region: target.region.clone(), account: target.account.clone() };
        let credentials =
            aws_credential_types::Credentials::new(&target.access_key, &target.secret_key, None, None, "tests");
        let sdk = aws_types::SdkConfig::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(aws_types::region::Region::new(target.region.clone()))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .endpoint_url(&target.endpoint)
            .build();
        let shop = shop::local::shop().unwrap();
        let run = format!("{:X}", unix_seconds() % 0x00FF_FFFF);
        Self { stand_ins: StandIns::serve(&target), target, sdk, shop, names, run: format!("{run}T") }
    }
}

fn unix_seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Which order and template a mail is of. The emulator shows no tags, so they are read off the mail.
fn tags(mail: &Value) -> Value {
    let text = mail["BodyText"].as_str().unwrap();
    let start = text.find("ord_").unwrap_or_else(|| panic!("a mail names no order: {text}"));
    let template = match mail["Subject"].as_str().unwrap() {
        "Your order is confirmed" => "order_confirmed",
        "Your order is cancelled" => "order_cancelled",
        "Please confirm your payment" => "order_action_required",
        other => panic!("a mail of no known template: {other}"),
    };
    json!({ "order_id": &text[start..start + 36], "template": template })
}

#[async_trait]
impl Inside for Remote {
    fn url(&self) -> &str {
        &self.deployed.target.api_url
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(90)
    }

    fn own(&self, name: &str) -> String {
        format!("{name}-{}", self.suffix)
    }

    fn token(&self, subject: &str, scope: Scope, lifetime: Duration) -> String {
        let subject = CustomerId::parse(self.own(subject)).unwrap();
        self.deployed.stand_ins.issuer.token(&subject, scope, lifetime).unwrap()
    }

    async fn pass(&self, time: Duration) {
        assert!(time <= Duration::from_secs(65), "too long to wait for: such a test has to use Stage::local");
        tokio::time::sleep(time).await;
    }

    fn intents(&self) -> Vec<Value> {
        self.deployed.stand_ins.stripe.intents()
    }

    async fn authenticate(&self, intent: &str, outcome: Authentication) {
        self.deployed.stand_ins.stripe.authenticate(intent, outcome).unwrap();
    }

    fn lose_webhooks(&self, lost: bool) {
        self.deployed.stand_ins.webhooks_lost.store(lost, Ordering::SeqCst);
    }

    async fn send_message(&self, context: &str, queue: &str, text: &str) {
        let client = aws_sdk_sqs::Client::new(&self.deployed.sdk);
        let url = client.get_queue_url().queue_name(self.deployed.names.resource(context, queue)).send().await;
        let url = url.unwrap().queue_url.unwrap();
        client.send_message().queue_url(url).message_body(text).send().await.unwrap();
    }

    async fn depths(&self) -> Vec<(String, usize)> {
        let client = aws_sdk_sqs::Client::new(&self.deployed.sdk);
        let mut depths = Vec::new();
        for service in &self.deployed.shop.services {
            let queues = service.queues.keys().flat_map(|name| [name.clone(), Names::dead_letter(name)]);
            for queue in queues {
                let name = self.deployed.names.resource(&service.context, &queue);
                let url = client.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
                let read = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
                let attributes: HashMap<_, _> = read.send().await.unwrap().attributes.unwrap();
                let number = |name| attributes.get(&name).map_or(0, |text| text.parse::<usize>().unwrap());
                let depth = number(QueueAttributeName::ApproximateNumberOfMessages)
                    + number(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
                depths.push((format!("{}/{queue}", service.context), depth));
            }
        }
        depths
    }

    async fn is_quiet(&self) -> bool {
        let client = aws_sdk_sfn::Client::new(&self.deployed.sdk);
        let machine = self.deployed.names.saga_arn("orders", "order-saga");
        let running = client.list_executions().state_machine_arn(machine);
        let running = running.status_filter(aws_sdk_sfn::types::ExecutionStatus::Running).send().await.unwrap();
        running.executions.is_empty()
            && self.depths().await.into_iter().all(|(name, depth)| super::is_dead(&name) || depth == 0)
    }

    /// Without what earlier runs left: their Stripe is gone.
    async fn evidence(&self) -> Evidence {
        let of_this_run = |item: &Value, field: &str| item[field].as_str().unwrap().contains(&self.deployed.run);
        let (orders, foreign): (Vec<_>, Vec<_>) =
            self.table("orders", "orders").await.into_iter().partition(|order| of_this_run(order, "customer_id"));
        let ours = |id: &Value| foreign.iter().all(|order| order["order_id"] != *id);
        let table = async |context: &str, name: &str| {
            let items = self.table(context, name).await;
            items.into_iter().filter(|item| ours(&item["order_id"])).collect::<Vec<_>>()
        };
        Evidence {
            prices: self.table("orders", "prices").await,
            stock: self
                .table("inventory", "stock")
                .await
                .into_iter()
                .filter(|item| of_this_run(item, "sku_shard"))
                .collect(),
            holds: table("inventory", "holds").await,
            payments: table("payments", "payments").await,
            mails: table("notifications", "mails").await,
            intents: self.intents(),
            outbox: self.outbox().await.into_iter().filter(|mail| ours(&mail["tags"]["order_id"])).collect(),
            // The emulator does not keep them (it knows no buckets as destinations): what they stood for is missed instead.
            failed_records: Vec::new(),
            orders,
        }
    }

    fn cloud(&self) -> Option<&Cloud> {
        None
    }

    async fn stop(&self) {}
}
