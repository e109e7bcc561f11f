//! The cloud itself: what there is in it, and how it starts and stops.

use std::{
    collections::BTreeMap,
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak, atomic::AtomicBool},
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::{rt::sleep::SharedAsyncSleep, time::SharedTimeSource};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion, http::SharedHttpClient, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_types::{
    SdkConfig,
    region::Region,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};
use fakestripe::FakeStripe;
use lambda::{Runtime, Settings, UniqueIds};
use tokio::sync::{OnceCell, watch};
use topology::{Given, Names, Service, Shop};

use crate::{
    aws::AwsError,
    clock::{LocalClock, SdkTime, SkewedClock},
    connector::InProcess,
    driver::Driver,
    dynamodb::DynamoDb,
    executions::Executions,
    functions::{Deployed, Deployment},
    mailbox::Mailbox,
    meter::Meter,
    permissions::{Permissions, SECRET, access_key},
    s3::{self, BucketConfig, Buckets},
    sns::Topics,
    sources::{FailedRecord, STREAM_FAILURES},
    sqs::{QueueConfig, Queues, RETENTION, RETENTION_DEAD, Redrive},
    step_functions::StateMachine,
    store::Store,
    surroundings::{Remains, Surroundings},
};

/// Where the Stripe stand-in is, as functions see it.
const STRIPE_BASE: &str = "https://stripe.local";

/// What a cloud is made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// A folder to keep everything in; without one, everything is forgotten when the process ends.
    pub data: Option<PathBuf>,
    /// The address that mails come from.
    pub mail_sender: String,
    /// The values of secrets, by `context/name`.
    pub secrets: BTreeMap<String, String>,
    /// Settings that differ from those in `service.yaml`, by name. For tests that cannot wait half an hour.
    pub settings: BTreeMap<String, String>,
    /// Where time and ids come from, and who decides what goes wrong.
    pub surroundings: Surroundings,
}

impl Default for Options {
    fn default() -> Self {
        let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            data: None,
            mail_sender: "Emporium <shop@emporium.example>".to_owned(),
            secrets: BTreeMap::from([
                secret("payments/stripe-api-key", "sk_test_local"),
                secret("payments/stripe-webhook-secret", "whsec_local"),
            ]),
            settings: BTreeMap::new(),
            surroundings: Surroundings::default(),
        }
    }
}

/// The code that runs in the cloud.
pub struct Code {
    /// Each context's functions.
    pub functions: Vec<(&'static str, Vec<lambda::Function>)>,
    /// Each saga's definition, by `context/name`.
    pub sagas: BTreeMap<String, String>,
}

/// A cloud that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The data folder cannot be used.
    #[error("the data folder {path} cannot be used: {why}")]
    Data {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// `service.yaml` and the code do not agree.
    #[error("{0}")]
    Mismatch(String),
    /// A saga's definition has faults.
    #[error("{saga}: {faults}")]
    Saga {
        /// The saga.
        saga: String,
        /// What is wrong with it.
        faults: String,
    },
    /// A resource cannot be made.
    #[error("cannot make {resource}: {why}")]
    Resource {
        /// The resource.
        resource: String,
        /// Why.
        why: String,
    },
}

/// What the cloud's resources are called.
pub(crate) fn names() -> Names {
    Names { stage: "local".to_owned(), region: "eu-central-1".to_owned(), account: "000000000000".to_owned() }
}

/// Everything in the cloud.
pub(crate) struct Inner {
    pub options: Options,
    pub shop: Shop,
    pub names: Names,
    pub clock: Arc<LocalClock>,
    pub ids: Arc<dyn UniqueIds>,
    pub driver: Arc<dyn Driver>,
    pub store: Arc<Store>,
    pub dynamodb: Arc<DynamoDb>,
    pub queues: Arc<Queues>,
    pub topics: Topics,
    pub buckets: Buckets,
    /// Where S3 is, as functions and browsers see it.
    pub s3_base: String,
    pub executions: Executions,
    pub mailbox: Arc<Mailbox>,
    pub secrets: BTreeMap<String, String>,
    pub permissions: Permissions,
    pub meter: Meter,
    pub functions: Deployment,
    pub stripe: Arc<FakeStripe>,
    pub stripe_base: String,
    pub webhooks_lost: AtomicBool,
    failed_records: Mutex<Vec<FailedRecord>>,
    stop: watch::Sender<bool>,
    itself: Weak<Inner>,
}

impl Inner {
    /// Makes the resources of `shop`, and makes `code` ready to run in it. Nothing runs yet. `url` is where the API will be.
    pub fn build(shop: Shop, code: Code, options: Options, url: &str) -> Result<Arc<Self>, CloudError> {
        let names = names();
        let Surroundings { clock, ids, driver, remains, .. } = options.surroundings.clone();
        let clock = clock.unwrap_or_else(LocalClock::real);
        let Remains { store, dynamodb, stripe } = match remains {
            Some(remains) => remains,
            None => open(&options, &clock)?,
        };
        let (queues, topics) = make_resources(&shop, &names, &dynamodb, &clock, &store, &ids)?;
        let buckets = make_buckets(
            &shop,
            &names,
            Buckets::new(Arc::clone(&queues), Arc::clone(&clock), Arc::clone(&store), &names.region),
        );
        let machines = load_sagas(&shop, &names, &code.sagas)?;
        let functions = deploy(&shop, &names, code.functions, &options)?;
        let secret = |(path, value): (&String, &String)| {
            let (context, name) = path.split_once('/')?;
            Some((names.resource(context, name), value.clone()))
        };
        let secrets: BTreeMap<String, String> = options.secrets.iter().filter_map(secret).collect();
        queues.set_courier(driver.clone());
        Ok(Arc::new_cyclic(|itself| Self {
            permissions: Permissions::new(&shop, &names),
            executions: Executions::new(machines, Arc::clone(&store)),
            mailbox: Arc::new(Mailbox::new(Arc::clone(&store))),
            failed_records: Mutex::new(store.load(STREAM_FAILURES).into_iter().map(|(_, record)| record).collect()),
            webhooks_lost: AtomicBool::new(false),
            stop: watch::channel(false).0,
            itself: Weak::clone(itself),
            stripe_base: STRIPE_BASE.to_owned(),
            s3_base: format!("{url}{}", s3::PATH),
            meter: Meter::default(),
            options,
            shop,
            names,
            clock,
            ids,
            driver,
            store,
            dynamodb,
            queues,
            topics,
            buckets,
            secrets,
            functions,
            stripe,
        }))
    }

    /// Stops everything at once, wherever it is: what a killed process leaves.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Runs `work` until it ends or the cloud stops.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stopped| *stopped) => {}
                () = work => {}
            }
        });
    }

    /// What surrounds a new environment of a function.
    pub fn runtime(&self, target: &str, settings: &Settings) -> Runtime {
        let (context, name) = target.split_once('/').unwrap_or_default();
        let credentials = Credentials::new(access_key(context, name), SECRET, None, None, "localcloud");
        let time = SdkTime(Arc::clone(&self.clock));
        let region = self.options.surroundings.sdk_region.as_ref().unwrap_or(&self.names.region);
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(SharedHttpClient::new(InProcess(Weak::clone(&self.itself))))
            .time_source(SharedTimeSource::new(time.clone()))
            .sleep_impl(SharedAsyncSleep::new(time))
            .retry_config(lambda::retries())
            .timeout_config(lambda::timeouts())
            .service_config(Endpoints { s3: self.s3_base.clone() })
            // Nothing is streamed in process.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        let clock = SkewedClock::of(&self.clock, self.driver.skew(target));
        Runtime { settings: settings.clone(), sdk, clock, ids: Arc::clone(&self.ids) }
    }

    /// What will be left when the process dies.
    pub fn remains(&self) -> Remains {
        Remains {
            store: Arc::clone(&self.store),
            dynamodb: Arc::clone(&self.dynamodb),
            stripe: Arc::clone(&self.stripe),
        }
    }

    /// `context/function` of a function's ARN, whatever its qualifier.
    pub fn function_of(&self, arn: &str) -> Option<String> {
        let rest = arn.strip_prefix(&self.names.function_prefix())?;
        let (context, name) = rest.split(':').next()?.split_once('-')?;
        Some(format!("{context}/{name}"))
    }

    pub fn keep_failed_record(&self, record: FailedRecord) {
        self.store.put(STREAM_FAILURES, &self.ids.unique().to_string(), &record);
        self.failed_records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }

    /// Takes all records that were given up.
    pub fn take_failed_records(&self) -> Vec<FailedRecord> {
        for (key, _) in self.store.load::<FailedRecord>(STREAM_FAILURES) {
            self.store.delete(STREAM_FAILURES, &key);
        }
        std::mem::take(&mut *self.failed_records.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn failed_records(&self) -> Vec<FailedRecord> {
        self.failed_records.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The addresses of services that are not where AWS has them. Browsers are given addresses in S3 that functions have signed,
/// and must find it: so it is at the API's address.
#[derive(Debug)]
struct Endpoints {
    s3: String,
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        // The SDK puts the bucket's name right behind it.
        (key.service_id() == "S3" && key.env() == "AWS_ENDPOINT_URL").then(|| format!("{}/", self.s3))
    }
}

fn open(options: &Options, clock: &Arc<LocalClock>) -> Result<Remains, CloudError> {
    let stripe = |store: &Store| crate::stripe::open(options, clock, store);
    let Some(folder) = &options.data else {
        let tables = DynamoDb::open(None, Arc::clone(clock));
        let tables =
            tables.map_err(|why| CloudError::Resource { resource: "DynamoDB".to_owned(), why: why.to_string() })?;
        let store = if options.surroundings.leaves_remains { Store::memory() } else { Store::forgetful() };
        return Ok(Remains { stripe: stripe(&store), store: Arc::new(store), dynamodb: Arc::new(tables) });
    };
    let failed = |why: String| CloudError::Data { path: folder.clone(), why };
    std::fs::create_dir_all(folder).map_err(|why| failed(why.to_string()))?;
    let store = Store::file(&folder.join("cloud.sqlite")).map_err(|why| failed(why.to_string()))?;
    let tables = DynamoDb::open(Some(&folder.join("dynamodb.sqlite")), Arc::clone(clock));
    let tables = tables.map_err(|why| failed(why.to_string()))?;
    Ok(Remains { stripe: stripe(&store), store: Arc::new(store), dynamodb: Arc::new(tables) })
}

fn make_resources(
    shop: &Shop,
    names: &Names,
    dynamodb: &DynamoDb,
    clock: &Arc<LocalClock>,
    store: &Arc<Store>,
    ids: &Arc<dyn UniqueIds>,
) -> Result<(Arc<Queues>, Topics), CloudError> {
    let queues = Arc::new(Queues::new(Arc::clone(clock), Arc::clone(store), Arc::clone(ids)));
    let topics = Topics::new(Arc::clone(&queues), Arc::clone(ids));
    for service in &shop.services {
        for (name, table) in &service.tables {
            let resource = names.resource(&service.context, name);
            let made = dynamodb.create_table(&resource, table);
            made.map_err(|why| CloudError::Resource { resource, why: why.to_string() })?;
        }
        for name in service.topics.keys() {
            topics.create_topic(&names.topic_arn(&service.context, name));
        }
        for (name, queue) in &service.queues {
            let made = make_queue(&queues, names, &service.context, name, queue);
            made.map_err(|why| CloudError::Resource {
                resource: names.resource(&service.context, name),
                why: why.to_string(),
            })?;
        }
    }
    for service in &shop.services {
        for (name, queue) in &service.queues {
            if let Some(subscription) = &queue.subscribe {
                let resource = names.resource(&service.context, name);
                let made = subscribe(&topics, names, &resource, subscription);
                made.map_err(|why| CloudError::Resource { resource, why })?;
            }
        }
    }
    Ok((queues, topics))
}

fn make_buckets(shop: &Shop, names: &Names, buckets: Buckets) -> Buckets {
    for service in &shop.services {
        for (name, bucket) in &service.buckets {
            let told = service
                .queues
                .iter()
                .find(|(_, queue)| queue.notified_by.as_ref().is_some_and(|notification| notification.bucket == *name));
            buckets.create(BucketConfig {
                name: names.bucket(&service.context, name),
                tells: told.map(|(queue, _)| names.resource(&service.context, queue)),
                served_at: bucket.served_at.clone(),
            });
        }
    }
    buckets
}

fn make_queue(
    queues: &Queues,
    names: &Names,
    context: &str,
    name: &str,
    queue: &topology::Queue,
) -> Result<(), AwsError> {
    let dead = Names::dead_letter(name);
    let config = |name: &str, visibility_seconds: u32| QueueConfig {
        name: names.resource(context, name),
        arn: names.queue_arn(context, name),
        url: names.queue_url(context, name),
        visibility: Duration::from_secs(u64::from(visibility_seconds)),
        redrive: None,
        default_delay: Duration::ZERO,
        retention: RETENTION,
    };
    queues.create(QueueConfig { retention: RETENTION_DEAD, ..config(&dead, 30) })?;
    let redrive = Redrive { dead_letter_arn: names.queue_arn(context, &dead), max_receives: queue.max_receives };
    let redrive = Some(redrive);
    queues.create(QueueConfig { redrive, ..config(name, queue.visibility_seconds) })
}

fn subscribe(topics: &Topics, names: &Names, queue: &str, subscription: &topology::Subscription) -> Result<(), String> {
    let (context, topic) = subscription.topic.split_once('/').unwrap_or_default();
    let filter = serde_json::json!({ "type": subscription.types });
    let wanted = crate::sns::Subscription::raw(queue, Some(filter));
    topics.subscribe(&names.topic_arn(context, topic), wanted).map_err(|why| why.to_string())
}

fn load_sagas(
    shop: &Shop,
    names: &Names,
    definitions: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Arc<StateMachine>>, CloudError> {
    let mut machines = BTreeMap::new();
    for service in &shop.services {
        for name in service.sagas.keys() {
            let saga = format!("{}/{name}", service.context);
            let failed = |faults: String| CloudError::Saga { saga: saga.clone(), faults };
            let definition = definitions.get(&saga).ok_or_else(|| failed("it has no definition".to_owned()))?;
            let machine = StateMachine::load(definition, &[("functions", &names.function_prefix())]);
            let machine = machine
                .map_err(|faults| failed(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
            machines.insert(names.saga_arn(&service.context, name), Arc::new(machine));
        }
    }
    Ok(machines)
}

/// Puts functions and their descriptions together. Each must have the other.
fn deploy(
    shop: &Shop,
    names: &Names,
    code: Vec<(&'static str, Vec<lambda::Function>)>,
    options: &Options,
) -> Result<Deployment, CloudError> {
    let mut deployment = Deployment::new();
    for (context, functions) in code {
        let service = shop.service(context);
        let service = service.ok_or_else(|| CloudError::Mismatch(format!("{context} has no service.yaml")))?;
        for function in functions {
            let name = function.name();
            let described = service.functions.get(name).ok_or_else(|| {
                CloudError::Mismatch(format!("services/{context}/service.yaml does not describe the function {name}"))
            })?;
            let deployed = Deployed {
                timeout: Duration::from_secs(u64::from(described.timeout_seconds)),
                settings: settings(names, shop, service, described, options),
                shared: OnceCell::new(),
                idle: Mutex::default(),
                function,
            };
            deployment.insert(format!("{context}/{name}"), deployed);
        }
        let missing = service.functions.keys().find(|name| !deployment.contains_key(&format!("{context}/{name}")));
        if let Some(name) = missing {
            return Err(CloudError::Mismatch(format!("services/{context} has no code for the function {name}")));
        }
    }
    Ok(deployment)
}

/// A function's settings, with references resolved.
pub(crate) fn settings(
    names: &Names,
    shop: &Shop,
    service: &Service,
    function: &topology::Function,
    options: &Options,
) -> Settings {
    let stripe = ("stripe_api_base".to_owned(), STRIPE_BASE.to_owned());
    let given = Given { sender: options.mail_sender.clone(), values: BTreeMap::from([stripe]), queues: shop.queues() };
    Settings::new(function.settings.iter().map(|(name, value)| {
        let value = options.settings.get(name).unwrap_or(value);
        (name.clone(), names.setting(&service.context, value, &given).unwrap_or_default())
    }))
}
