//! Each limit binds at its number and not below, in virtual time.

use std::{sync::Arc, time::Duration};

use kernel::{Clock, Timestamp};
use lambda::{Function, Handler};
use serde_json::{Value, json};
use topology::{Service, Shop};

use super::{Enforced, Limits, TABLE, Workflow};
use crate::{
    Cloud, LocalClock, Options,
    cloud::Code,
    driver::{Call, Driver, InvocationOutcome, Outcome, RealTime},
    sqs::NewMessage,
    surroundings::Surroundings,
};

const SHOP: &str = r#"
context: store
tables:
  stock: { about: Stock., key: { hash: sku } }
  holds: { about: Holds., key: { hash: order_id, range: sku } }
queues:
  work: { about: Work., visibility_seconds: 600, max_receives: 3 }
sagas:
  tale: { about: Three states., definition: tale.json }
functions:
  worker: { about: Works., trigger: { queue: work, batch: 1, concurrency: 20 }, timeout_seconds: 60 }
"#;

const STOCK: &str = "emporium-local-store-stock";
const HOLDS: &str = "emporium-local-store-holds";

struct World {
    clock: Arc<LocalClock>,
    driver: Enforced,
}

fn shop() -> Shop {
    Shop { services: vec![Service::parse(SHOP).unwrap()] }
}

fn limits(numbers: &[(&str, u64)]) -> Limits {
    let mut limits = Limits::default();
    numbers.iter().for_each(|(name, number)| limits.set(name, *number).unwrap());
    limits
}

fn world_of(limits: Limits, workflow: Workflow, seed: u64) -> World {
    let clock = LocalClock::starting_at(Timestamp::from_second(1_800_000_000).unwrap());
    let driver = Enforced::new(Arc::new(RealTime), &shop(), Arc::clone(&clock), limits, workflow, seed);
    World { clock, driver }
}

fn world() -> World {
    world_of(Limits::default(), Workflow::Express, 1)
}

impl World {
    fn ask(&self, service: &str, action: &str, body: &[u8]) -> Outcome {
        let call = Call { function: "store/worker", request_id: "1", number: 1, service, action, body };
        self.driver.call(&call).outcome
    }

    fn tables(&self, action: &str, body: &Value) -> Outcome {
        self.ask("dynamodb", action, body.to_string().as_bytes())
    }

    fn update(&self, sku: &str) -> Outcome {
        self.tables("UpdateItem", &json!({ "TableName": STOCK, "Key": { "sku": { "S": sku } } }))
    }

    fn transact(&self, sku: &str) -> Outcome {
        let update = json!({ "Update": { "TableName": STOCK, "Key": { "sku": { "S": sku } } } });
        self.tables("TransactWriteItems", &json!({ "TransactItems": [update] }))
    }

    fn transact_read(&self, sku: &str) -> Outcome {
        let get = json!({ "Get": { "TableName": STOCK, "Key": { "sku": { "S": sku } } } });
        self.tables("TransactGetItems", &json!({ "TransactItems": [get] }))
    }

    fn get(&self, sku: &str, consistent: bool) -> Outcome {
        let key = json!({ "sku": { "S": sku } });
        self.tables("GetItem", &json!({ "TableName": STOCK, "Key": key, "ConsistentRead": consistent }))
    }

    /// How often this can be done now before it is throttled, by a limit that must be this one.
    fn most(&self, limit: &str, ask: impl Fn(u64) -> Outcome) -> u64 {
        self.driver.reset();
        let most = (0..100_000).find(|number| ask(*number) == Outcome::Throttled).expect("it is throttled");
        assert_eq!(self.driver.walls()[0].limit, limit);
        most
    }

    async fn pass(&self, millis: u64) {
        self.clock.sleep(Duration::from_millis(millis)).await;
    }
}

#[test]
fn limits_are_set_by_the_names_of_the_table() {
    let mut limits = Limits::default();
    assert_eq!(limits.get("stripe-requests"), 100);
    limits.set("stripe-requests", 500).unwrap();
    assert_eq!(limits.get("stripe-requests"), 500);
    let refused = limits.set("stripe-request", 1).unwrap_err().to_string();
    assert!(
        refused.starts_with("there is no limit stripe-request; there are dynamodb-partition-writes, "),
        "{refused}"
    );
    let names: std::collections::BTreeSet<_> = TABLE.iter().map(|limit| limit.name).collect();
    assert_eq!(names.len(), TABLE.len(), "every name is one limit's");
    assert!(names.iter().all(|name| refused.contains(name)));
}

#[tokio::test(start_paused = true)]
async fn a_hot_item_takes_a_thousand_writes_a_second_and_half_as_many_transactions() {
    let world = world();
    let limit = "dynamodb-partition-writes";
    assert_eq!(world.most(limit, |_| world.update("mug")), 1_000);
    assert_eq!(world.update("cup"), Outcome::Performed, "another item");
    world.pass(250).await;
    assert_eq!(world.most(limit, |_| world.update("mug")), 250);
    let lenient = world_of(limits(&[("dynamodb-item-transactions", 2)]), Workflow::Express, 1);
    assert_eq!(lenient.most(limit, |_| lenient.transact("mug")), 500);
    assert_eq!(lenient.driver.walls()[0].of, "store/stock mug");
}

#[tokio::test(start_paused = true)]
async fn reads_cost_by_their_consistency() {
    let world = world();
    let limit = "dynamodb-partition-reads";
    assert_eq!(world.most(limit, |_| world.get("a", true)), 3_000);
    assert_eq!(world.most(limit, |_| world.get("b", false)), 6_000);
    world.pass(1_000).await;
    assert_eq!(world.most(limit, |_| world.transact_read("c")), 1_500);
    let query = json!({
        "TableName": HOLDS, "ConsistentRead": true, "KeyConditionExpression": "#k = :o AND begins_with(sku, :s)",
        "ExpressionAttributeNames": { "#k": "order_id" },
        "ExpressionAttributeValues": { ":o": { "S": "o-1" }, ":s": { "S": "mug" } },
    });
    assert_eq!(world.most(limit, |_| world.tables("Query", &query)), 3_000);
    assert_eq!(world.driver.walls()[0].of, "store/holds o-1");
}

#[tokio::test(start_paused = true)]
async fn a_table_takes_so_much_however_it_is_spread() {
    let world = world();
    assert_eq!(world.most("dynamodb-table-writes", |number| world.update(&number.to_string())), 4_000);
    assert_eq!(world.most("dynamodb-table-reads", |number| world.get(&number.to_string(), true)), 12_000);
    // One item too much, and none of the transaction's is written.
    world.pass(1_000).await;
    assert_eq!(world.most("dynamodb-partition-writes", |_| world.update("mug")), 1_000);
    let put = |sku: &str| json!({ "Put": { "TableName": STOCK, "Item": { "sku": { "S": sku } } } });
    let both = json!({ "TransactItems": [put("cup"), put("mug")] });
    assert_eq!(world.tables("TransactWriteItems", &both), Outcome::Throttled);
    assert_eq!(world.most("dynamodb-partition-writes", |_| world.update("cup")), 1_000);
}

#[tokio::test(start_paused = true)]
async fn whoever_meets_a_transaction_is_refused() {
    let world = world();
    assert_eq!(world.transact("mug"), Outcome::Performed);
    for outcome in [world.transact("mug"), world.update("mug"), world.transact_read("mug")] {
        assert_eq!(outcome, Outcome::Conflict);
    }
    assert_eq!((world.get("mug", true), world.transact("cup")), (Outcome::Performed, Outcome::Performed));
    let wall = &world.driver.walls()[0];
    assert_eq!((wall.limit, wall.of.as_str(), wall.times), ("dynamodb-item-transactions", "store/stock mug ", 3));
    // Longer than any transaction of this seed takes.
    world.pass(60).await;
    assert_eq!((world.update("mug"), world.update("mug")), (Outcome::Performed, Outcome::Performed));
    assert_eq!(world.transact("mug"), Outcome::Performed, "plain writes stop nobody but those who read together");
    world.pass(60).await;
    assert_eq!(world.update("mug"), Outcome::Performed);
    assert_eq!(world.transact_read("mug"), Outcome::Conflict);
    // Items of one partition are items of their own.
    let hold = |sku: &str| {
        let item = json!({ "order_id": { "S": "o-1" }, "sku": { "S": sku } });
        json!({ "TransactItems": [{ "Put": { "TableName": HOLDS, "Item": item } }] })
    };
    let outcomes = ["a", "b", "a"].map(|sku| world.tables("TransactWriteItems", &hold(sku)));
    assert_eq!(outcomes, [Outcome::Performed, Outcome::Performed, Outcome::Conflict]);
}

#[tokio::test(start_paused = true)]
async fn services_take_so_much_a_second() {
    let world = world();
    assert_eq!(world.most("stripe-requests", |_| world.ask("stripe", "POST /v1/payment_intents", b"")), 100);
    assert_eq!(world.most("ses-mails", |_| world.ask("ses", "SendEmail", b"")), 14);
    assert_eq!(world.most("sns-publishes", |_| world.ask("sns", "Publish", b"Message=a")), 3_000);
    world.pass(1_000).await;
    let two = b"Entries.member.1.Message=a&Entries.member.2.Message=b";
    assert_eq!(world.most("sns-publishes", |_| world.ask("sns", "PublishBatch", two)), 1_500);
    assert_eq!(world.most("express-starts", |_| world.ask("states", "StartExecution", b"{}")), 6_000);
    let standard = world_of(Limits::default(), Workflow::Standard, 1);
    let start = |_| standard.ask("states", "StartExecution", b"{}");
    assert_eq!(standard.most("standard-starts", start), 1_300);
    standard.pass(1_000).await;
    assert_eq!(standard.most("standard-starts", start), 300);
}

#[tokio::test(start_paused = true)]
async fn transitions_wait_in_a_standard_workflow_only() {
    let (express, standard) = (world(), world_of(Limits::default(), Workflow::Standard, 1));
    assert!((0..20_000).all(|_| express.driver.transition("e").is_zero()));
    assert!((0..5_000).all(|_| standard.driver.transition("e").is_zero()));
    let waits = [(); 3].map(|()| standard.driver.transition("e").as_micros());
    assert_eq!(waits, [200, 400, 600]);
    assert_eq!(standard.driver.transitions(), 5_003);
    let wall = &standard.driver.walls()[0];
    assert_eq!((wall.limit, wall.times), ("standard-transitions", 3));
}

#[tokio::test(start_paused = true)]
async fn invocations_are_limited_at_once_and_in_how_fast_they_grow() {
    let world = world_of(limits(&[("lambda-concurrency", 1_500)]), Workflow::Express, 1);
    let runs = |function: &str| world.driver.invocation(function).outcome == InvocationOutcome::Run;
    assert_eq!((0..1_400).filter(|_| runs("store/a")).count(), 1_000, "the ramp");
    world.pass(1_000).await;
    assert_eq!((0..200).filter(|_| runs("store/a")).count(), 100, "a tenth of the ramp");
    assert_eq!((0..500).filter(|_| runs("store/b")).count(), 400, "all at once");
    world.driver.invoked("store/b");
    assert!(runs("store/a") || runs("store/b"));
    let names: Vec<_> = world.driver.walls().iter().map(|wall| (wall.limit, wall.of.clone())).collect();
    assert!(names.contains(&("lambda-concurrency-ramp", "store/a".to_owned())), "{names:?}");
    assert!(names.contains(&("lambda-concurrency", "store/b".to_owned())), "{names:?}");
    let peaks = world.driver.peaks();
    let most = peaks.iter().find(|peak| peak.limit == "lambda-concurrency" && peak.of == "account").unwrap();
    assert_eq!((most.most, most.limit_number), (1_500.0, 1_500));
}

#[tokio::test(start_paused = true)]
async fn a_new_environment_takes_a_while_and_stays() {
    let world = world();
    let wait = || world.driver.invocation("store/a").wait.as_millis();
    assert!((30..200).contains(&wait()), "cold");
    world.pass(2_000).await;
    world.driver.invoked("store/a");
    assert!((1..20).contains(&wait()), "warm");
    let seconds = world.driver.invocation_seconds()["store/a"];
    assert!((1.97..2.0).contains(&seconds), "{seconds}: without Lambda's own part");
}

#[tokio::test(start_paused = true)]
async fn pollers_start_few_and_grow_while_they_are_too_few() {
    let world = world();
    let queue = "emporium-local-store-work";
    let grown = |wanted| world.driver.pollers(queue, wanted);
    assert_eq!((grown(5), grown(6)), (5, 5));
    world.pass(10_000).await;
    assert_eq!(grown(60), 55, "300 a minute");
    assert_eq!(grown(50), 50, "enough of them");
    world.pass(10_000).await;
    assert_eq!(grown(60), 55, "no more than are needed");
    world.pass(600_000).await;
    assert_eq!(grown(2_000), 1_250);
    world.pass(61_000).await;
    assert_eq!((grown(1), grown(60)), (1, 5), "after a rest");
    let wall = &world.driver.walls()[0];
    assert_eq!((wall.limit, wall.of.as_str()), ("sqs-pollers-ramp", "store/work"));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_decides_the_same() {
    let decide = |seed| {
        let world = world_of(Limits::default(), Workflow::Standard, seed);
        let call = |number: u32| {
            let body = json!({ "TableName": STOCK, "Key": { "sku": { "S": "mug" } } }).to_string();
            let (service, action) =
                if number.is_multiple_of(2) { ("stripe", "POST /") } else { ("dynamodb", "UpdateItem") };
            let body = body.as_bytes();
            world.driver.call(&Call { function: "store/worker", request_id: "1", number, service, action, body })
        };
        (0..300).map(call).collect::<Vec<_>>()
    };
    assert_eq!(decide(7), decide(7));
    assert_ne!(decide(7), decide(8));
    let mut stripe: Vec<_> = decide(7).iter().step_by(2).map(|fate| (fate.there + fate.back).as_millis()).collect();
    stripe.sort_unstable();
    assert!((250..350).contains(&stripe[75]), "{} ms is the median", stripe[75]);
    assert!(stripe[145] > 500, "{} ms is the tail", stripe[145]);
}

#[tokio::test(start_paused = true)]
async fn state_is_thrown_away_and_usage_forgotten() {
    let world = world();
    for round in 0..5 {
        for number in 0..1_000 {
            assert_eq!(world.update(&format!("{round} {number}")), Outcome::Performed);
        }
        world.pass(1_000).await;
    }
    assert!(world.driver.buckets() <= 1_001, "{} buckets", world.driver.buckets());
    let hottest = world.driver.peaks();
    assert_eq!((hottest[0].limit, hottest[0].most), ("dynamodb-table-writes", 1_000.0));
    assert_eq!(hottest.len(), 21, "the table, and twenty partitions");
    world.driver.reset();
    assert!(world.driver.peaks().is_empty() && world.driver.walls().is_empty());
}

/// A cloud whose worker takes ten seconds a message.
fn cloud(limits: Limits) -> (Cloud, Arc<Enforced>) {
    let clock = LocalClock::starting_at(Timestamp::from_second(1_800_000_000).unwrap());
    let enforced = Enforced::new(Arc::new(RealTime), &shop(), Arc::clone(&clock), limits, Workflow::Standard, 1);
    let driver = Arc::new(enforced);
    let time = Arc::clone(&clock);
    let worker = Function::new("worker", move |_| {
        let time = Arc::clone(&time);
        let handler: Handler = lambda::queue(move |_| {
            let time = Arc::clone(&time);
            async move {
                time.sleep(Duration::from_secs(10)).await;
                Ok(())
            }
        });
        async { Ok(handler) }
    });
    let pass = |next: &str| json!({ "Type": "Pass", "Next": next });
    let states = json!({ "A": pass("B"), "B": pass("C"), "C": pass("D"), "D": { "Type": "Succeed" } });
    let tale = json!({ "StartAt": "A", "States": states }).to_string();
    let code = Code { functions: vec![("store", vec![worker])], sagas: [("store/tale".to_owned(), tale)].into() };
    let surroundings = Surroundings { clock: Some(clock), driver: driver.clone(), ..Surroundings::default() };
    let options = Options { surroundings, ..Options::default() };
    (Cloud::start(shop(), code, options, "http://localhost").unwrap(), driver)
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_handed_over_by_as_many_as_there_are_by_then() {
    let (cloud, driver) = cloud(limits(&[("sqs-pollers-start", 2), ("sqs-pollers-ramp", 60)]));
    let queue = cloud.queue_name("store", "work");
    for _ in 0..100 {
        cloud.queues().send(&queue, NewMessage::text("work")).unwrap();
    }
    let in_flight = || cloud.queues().depth(&queue).unwrap().in_flight;
    cloud.clock().sleep(Duration::from_millis(500)).await;
    assert_eq!(in_flight(), 2);
    cloud.clock().sleep(Duration::from_secs(5)).await;
    assert_eq!(in_flight(), 7, "one more a second");
    cloud.clock().sleep(Duration::from_secs(30)).await;
    assert_eq!(in_flight(), 20, "the trigger's own concurrency");
    cloud.clock().sleep(Duration::from_secs(60)).await;
    assert_eq!(driver.walls()[0].limit, "sqs-pollers-ramp");
    let seconds = driver.invocation_seconds()["store/worker"];
    assert!((1_000.0..1_010.0).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn an_execution_waits_for_its_transitions() {
    let slow = limits(&[("standard-transitions", 2), ("standard-transitions-burst", 2)]);
    let (cloud, driver) = cloud(slow);
    let machine = cloud.inner.names.saga_arn("store", "tale");
    cloud.inner.start_execution(&machine, &json!({ "name": "one" })).unwrap();
    cloud.clock().sleep(Duration::from_secs(10)).await;
    let execution = &cloud.executions()[0];
    let took = execution.stopped_at.unwrap().duration_since(execution.started_at).as_millis();
    assert!((1_000..1_010).contains(&took), "{took} ms: four states, two at once and two in a second");
    assert_eq!((execution.status.as_str(), driver.transitions()), ("SUCCEEDED", 4));
    assert!((1.0..1.01).contains(&driver.execution_seconds()));
    assert!(cloud.clock().now() > execution.started_at);
}
