//! Smaller samples: the OpenTelemetry demo, Google's microservices-demo, and AWS's samples. Found by reading where no issue
//! is named.

use std::time::Duration;

use futures::future::join_all;
use localcloud::{driver::Outcome, issuer::Scope};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Exhibit, Peer,
    Proof::{Elsewhere, Nothing, Test},
};
use crate::stage::{LATEST, Stage};

pub const PEERS: &[Peer] = &[
    Peer {
        name: "OpenTelemetry demo",
        repository: "open-telemetry/opentelemetry-demo",
        read: "commit 054282e",
        exhibits: &[
            Exhibit {
                seen_in: &["src/checkout/main.go"],
                defect: "What was charged is kept when the rest fails.",
                here: "It is given back, and the units too.",
                proof: Test("otel_demo_checkout_what_was_charged_for_nothing_is_given_back"),
            },
            Exhibit {
                seen_in: &["src/checkout/main.go"],
                defect: "Card numbers are attributes of spans.",
                here: "A card is an id of Stripe's; a number is refused, and kept nowhere.",
                proof: Test("otel_demo_checkout_a_card_number_is_kept_nowhere"),
            },
            Exhibit {
                seen_in: &["#1663", "#3034", "#2924", "open-telemetry/opentelemetry.io#10566"],
                defect: "It needs more memory than people have.",
                here: "",
                proof: Nothing("no defect of correctness"),
            },
        ],
    },
    Peer {
        name: "Google microservices-demo",
        repository: "GoogleCloudPlatform/microservices-demo",
        read: "",
        exhibits: &[
            Exhibit {
                seen_in: &["#180"],
                defect: "There are no rollbacks.",
                here: "A decline leaves every line as it was.",
                proof: Test("microservices_demo_180_a_decline_rolls_every_line_back"),
            },
            Exhibit {
                seen_in: &["#3474"],
                defect: "A slow payment is a slow answer, and a lost one takes ten seconds.",
                here: "The customer is answered when the order is written down.",
                proof: Test("microservices_demo_3474_a_payment_that_stalls_does_not_stall_the_customer"),
            },
        ],
    },
    Peer {
        name: "retail-store-sample-app",
        repository: "aws-containers/retail-store-sample-app",
        read: "commit 1a28474",
        exhibits: &[
            Exhibit {
                seen_in: &["AfterSave"],
                defect: "Saving and publishing are two writes.",
                here: "The table's stream is the outbox, and what is published twice counts once.",
                proof: Test("retail_store_after_save_a_change_is_published_although_its_writer_died"),
            },
            Exhibit {
                seen_in: &["orders"],
                defect: "Payments are made up, and the tax is a constant.",
                here: "",
                proof: Nothing("payments are Stripe's; there are no taxes"),
            },
        ],
    },
    Peer {
        name: "serverless-rust-demo",
        repository: "aws-samples/serverless-rust-demo",
        read: "commit b63a56b",
        exhibits: &[
            Exhibit {
                seen_in: &["the DynamoDB store"],
                defect: "No write has a condition.",
                here: "A change names the version that it changes.",
                proof: Test("rust_demo_put_product_simultaneous_changes_of_one_version_are_one_change"),
            },
            Exhibit {
                seen_in: &["the product"],
                defect: "A price is a floating-point number.",
                here: "It is a whole number of minor units.",
                proof: Test("rust_demo_price_a_price_is_no_floating_point_number"),
            },
            Exhibit {
                seen_in: &["#25"],
                defect: "It does not run locally.",
                here: "",
                proof: Nothing("no defect of correctness"),
            },
        ],
    },
    Peer {
        name: "serverless-shopping-cart",
        repository: "aws-samples/aws-serverless-shopping-cart",
        read: "commit 66a863f",
        exhibits: &[Exhibit {
            seen_in: &["db_stream_handler.py"],
            defect: "A batch that comes again is added again.",
            here: "Nothing is added by events: versions and conditions decide.",
            proof: Test("shopping_cart_stream_handler_what_comes_twice_counts_once"),
        }],
    },
    Peer {
        name: "serverless-coffee",
        repository: "aws-samples/serverless-coffee",
        read: "commit 082d2e3",
        exhibits: &[Exhibit {
            seen_in: &["the order processor"],
            defect: "Orders are admitted by ListExecutions, which may be asked five times a second.",
            here: "",
            proof: Nothing("nothing counts executions: API Gateway throttles"),
        }],
    },
    Peer {
        name: "long-lived transactions",
        repository: "aws-samples/aws-step-functions-long-lived-transactions",
        read: "commit 5ca56b7",
        exhibits: &[
            Exhibit {
                seen_in: &["the state machine"],
                defect: "A time-out or an unknown error ends the execution, and nothing is undone.",
                here: "It ends the execution and no order: the watchdog starts another.",
                proof: Test("long_lived_transactions_catch_an_unknown_error_is_no_end"),
            },
            Exhibit {
                seen_in: &["the state machine"],
                defect: "The same, of the definition.",
                here: "Every state catches States.ALL.",
                proof: Elsewhere(
                    "tests/it/saga.rs",
                    "every_task_has_a_time_limit_above_its_functions_retries_with_full_jitter_and_a_catch",
                ),
            },
            Exhibit {
                seen_in: &["the reservation"],
                defect: "To reserve only writes a record.",
                here: "It takes the units.",
                proof: Test("datadog_inventory_two_units_of_one_product_hold_two"),
            },
        ],
    },
];

/// There (open-telemetry/opentelemetry-demo, `src/checkout/main.go`): the card is charged, then the goods are shipped, and
/// when that fails the money is kept.
/// Here what follows the charge is one conditional write. When it says no, the money is given back and the units too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn otel_demo_checkout_what_was_charged_for_nothing_is_given_back() {
    let Some((stage, faults)) = Stage::with_faults("a function has to die").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    faults.strike("orders/confirm-order", "UpdateItem", Outcome::KilledBefore);
    let id = stage.order(&ada, "paid", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    assert_eq!(stage.at_rest(&ada, &id).await["status"], "PENDING");
    assert_eq!(stage.charged(&id), (1, 1290));
    stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &id, "CANCELLED").await;
    assert_eq!((stage.charged(&id), stage.available("MUG-01").await), ((1, 0), before));
    stage.mailed(&id, "order_cancelled").await;
    stage.finish(&[]).await;
}

/// There (open-telemetry/opentelemetry-demo): card numbers and their CVVs are attributes of spans.
/// Here a card is an id of Stripe's. A number where that id should be is refused, repeated nowhere, and kept nowhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn otel_demo_checkout_a_card_number_is_kept_nowhere() {
    const NUMBER: &str = "4242424242424242";
    let Some(stage) = Stage::local("looks at everything that is kept").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("MUG-01", 1, NUMBER);
    let refused = stage.place(&ada, "number", &body).await.expect(422);
    body["payment_method"] = json!("pm_card_visa");
    body["card"] = json!({ "number": NUMBER, "cvc": "123" });
    let unknown = stage.place(&ada, "card", &body).await;
    assert!(unknown.status.is_client_error());
    for answer in [refused, unknown] {
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(NUMBER), "the answer repeats it");
    }
    let id = stage.order(&ada, "id", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;
    let cloud = stage.cloud();
    let mut kept = format!("{:?} {:?} {:?}", cloud.executions(), cloud.mails(), cloud.queue_views());
    for service in &cloud.shop().services {
        for table in service.tables.keys() {
            kept.push_str(&json!(cloud.scan(&service.context, table).unwrap()).to_string());
        }
    }
    assert!(kept.contains("pm_card_visa") && !kept.contains(NUMBER));
    stage.finish(&[]).await;
}

/// There (<https://github.com/GoogleCloudPlatform/microservices-demo/issues/180>): rollbacks are not relevant.
/// Here a card that is declined leaves every one of the order's lines as it was, and no money set aside.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn microservices_demo_180_a_decline_rolls_every_line_back() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let skus = ["MUG-01", "PEN-01", "BAG-01"];
    let levels = async || {
        let mut levels = Vec::new();
        for sku in skus {
            levels.push(stage.available(sku).await);
        }
        levels
    };
    let before = levels().await;
    let mut body = stage.order_of("MUG-01", 1, "pm_card_visa_chargeDeclined");
    body["items"] = skus.iter().map(|sku| json!({ "sku": stage.sku(sku), "quantity": 2 })).collect();
    let id = stage.order(&ada, "declined", &body).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "payment_declined");
    assert_eq!(levels().await, before);
    assert_eq!(stage.intents(&id)[0]["status"], "canceled");
    stage.finish(&[]).await;
}

/// There (<https://github.com/GoogleCloudPlatform/microservices-demo/issues/3474>): calls have no deadlines of their own; two
/// seconds more in the payment are two seconds more for the customer, and a lost answer is ten.
/// Here the customer is answered when the order is written down, and a call that is not answered is made again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn microservices_demo_3474_a_payment_that_stalls_does_not_stall_the_customer() {
    let Some((stage, faults)) = Stage::with_faults("a payment has to stall").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let create = ("payments/authorize-payment", "POST /v1/payment_intents");
    faults.stall(create.0, create.1);
    let id = stage.order(&ada, "mug", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    assert!(stage.eventually(async || faults.strikes(create.0, create.1) > 0).await);
    assert_eq!(stage.get(&format!("/orders/{id}"), &ada).await.expect(200).json()["status"], "PENDING");
    faults.mend();
    // Nobody waits for a call longer than this.
    stage.pass(Duration::from_secs(5)).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.charged(&id), (1, 1290));
    stage.finish(&[]).await;
}

/// There (aws-containers/retail-store-sample-app, and the order service's AfterSave): saving and publishing are two writes, the
/// second of which a death in between swallows.
/// Here the customer hears of an order whose writer died right after the write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retail_store_after_save_a_change_is_published_although_its_writer_died() {
    let Some((stage, faults)) = Stage::with_faults("functions have to die").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    faults.strike("orders/confirm-order", "UpdateItem", Outcome::KilledAfter);
    let id = stage.order(&ada, "mug", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;

    // The publisher dies too, after it has published, and publishes the same again.
    let publish = ("orders/publish-order-events", "PublishBatch");
    faults.strike(publish.0, publish.1, Outcome::KilledAfter);
    let before = faults.performed(publish.0, publish.1);
    let id = stage.order(&ada, "sold-out", &stage.order_of("LAMP-01", 4, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CANCELLED").await;
    stage.mailed(&id, "order_cancelled").await;
    assert!(stage.eventually(async || faults.performed(publish.0, publish.1) >= before + 2).await);
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    assert_eq!(stage.mails(&id).await, ["order_cancelled"]);
    stage.finish(&[]).await;
}

/// There (aws-samples/serverless-rust-demo): no write has a condition, so that of simultaneous changes the last one wins.
/// Here one of eight changes of the same version is made, and the others are told that it has changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_demo_put_product_simultaneous_changes_of_one_version_are_one_change() {
    let stage = Stage::start().await;
    let path = format!("/products/{}", stage.sku("MUG-01"));
    let change = async |number: i64| {
        let admin = stage.token("admin", Scope::Admin);
        let price = json!({ "amount_minor": 1000 + number, "currency": "EUR" });
        let mug = json!({ "name": format!("Mug {number}"), "description": "", "price": price });
        let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
        stage.send(Method::PUT, &path, &admin, &headers, mug.to_string().into_bytes()).await
    };
    let answers = join_all((0..8).map(change)).await;
    let made: Vec<Value> = answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.json()).collect();
    assert_eq!((made.len(), answers.iter().filter(|answer| answer.status == 412).count()), (1, 7));
    let read = stage.get(&path, "").await.expect(200);
    assert_eq!((read.headers["etag"].to_str().unwrap(), &read.json()["name"]), ("\"2\"", &made[0]["name"]));
    stage.finish(&[]).await;
}

/// There (aws-samples/serverless-rust-demo): a price is an `f64`.
/// Here it is a whole number of minor units, and seven times 0.70 is 4.90.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_demo_price_a_price_is_no_floating_point_number() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let path = format!("/products/{}", stage.sku("GUM-01"));
    let put = async |amount: Value| {
        let gum = json!({ "name": "Gum", "description": "", "price": { "amount_minor": amount, "currency": "EUR" } });
        let headers = [("if-none-match", "*"), ("content-type", "application/json")];
        stage.send(Method::PUT, &path, &admin, &headers, gum.to_string().into_bytes()).await
    };
    for amount in [json!(0.7), json!(70.0), json!("70"), json!(7e1)] {
        let answer = put(amount.clone()).await;
        assert!(answer.status.is_client_error(), "{amount}: {answer:?}");
    }
    put(json!(70)).await.expect(201);
    let delivery = json!({ "delta": 7, "reason": "delivery" });
    let stock = format!("/stock/{}", stage.sku("GUM-01"));
    stage.post(&stock, &admin, &[("idempotency-key", "gum")], &delivery).await.expect(200);
    let mut body = stage.order_of("GUM-01", 7, "pm_card_visa");
    body["expected_total"] = json!({ "amount_minor": 490, "currency": "EUR" });
    assert!(stage.eventually(async || stage.place(&ada, "gum", &body).await.status == 202).await);
    let id = stage.order(&ada, "gum", &body).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.charged(&id), (1, 490));
    stage.finish(&[]).await;
}

/// There (aws-samples/aws-serverless-shopping-cart, `db_stream_handler.py`): the stream's handler adds differences to totals,
/// and counts them twice when its batch comes again.
/// Here every batch of every stream, every message of every topic and every webhook comes twice, and nothing is counted twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shopping_cart_stream_handler_what_comes_twice_counts_once() {
    let Some((stage, faults)) = Stage::with_faults("everything has to come twice").await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    faults.repeat_everything();
    faults.send_webhooks(2);
    let before = stage.available("MUG-01").await;
    for version in 1..4 {
        let price = json!({ "amount_minor": 1000 + version, "currency": "EUR" });
        let mug = json!({ "name": "Mug", "description": "", "price": price });
        let headers = [("if-match", &*format!("\"{version}\"")), ("content-type", "application/json")];
        stage.send(Method::PUT, "/products/MUG-01", &admin, &headers, mug.to_string().into_bytes()).await.expect(200);
    }
    let bought = stage.order(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    let parked = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &bought, "CONFIRMED").await;
    stage.reaches(&ada, &parked, "ACTION_REQUIRED").await;
    stage.authenticate(&parked, localcloud::Authentication::Succeed).await;
    stage.reaches(&ada, &parked, "CONFIRMED").await;
    stage.mailed(&bought, "order_confirmed").await;
    stage.mailed(&parked, "order_confirmed").await;
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    stage.pass(LATEST).await;
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    let prices = stage.cloud().scan("orders", "prices").unwrap();
    let mug = prices.iter().find(|price| price["sku"] == "MUG-01").unwrap();
    assert_eq!((&mug["version"], &mug["price"]["amount_minor"]), (&json!(4), &json!(1003)));
    assert!(faults.repetitions() > 10, "little came twice: {}", faults.repetitions());
    // A mail that another sender may be sending comes again after its visibility timeout.
    stage.pass(Duration::from_secs(181)).await;
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    assert_eq!(stage.mails(&bought).await, ["order_confirmed"]);
    assert_eq!(stage.mails(&parked).await.len(), 2);
    assert_eq!(stage.available("MUG-01").await, before - 2);
    stage.finish(&[]).await;
}

/// There (aws-samples/aws-step-functions-long-lived-transactions): a Catch lists the saga's own errors only, and a time-out
/// or an unknown error ends the execution with nothing undone.
/// Here any error ends an execution and no order: every step dies once, of an error that no Retry lists.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_lived_transactions_catch_an_unknown_error_is_no_end() {
    let Some((stage, faults)) = Stage::with_faults("functions have to die").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let forward = [
        ("inventory/reserve-stock", "TransactWriteItems"),
        ("payments/authorize-payment", "POST /v1/payment_intents"),
        ("inventory/commit-stock", "UpdateItem"),
        ("payments/capture-payment", "/capture"),
        ("orders/confirm-order", "UpdateItem"),
    ];
    let undo = [
        ("inventory/refuse-stock", "PutItem"),
        ("payments/cancel-payment", "/cancel"),
        ("inventory/release-stock", "TransactWriteItems"),
        ("orders/abandon-order", "UpdateItem"),
    ];
    forward.iter().for_each(|(function, call)| faults.strike(function, call, Outcome::KilledBefore));
    let id = stage.order(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.watched_until(&ada, &id, "CONFIRMED").await;
    undo.iter().for_each(|(function, call)| faults.strike(function, call, Outcome::KilledBefore));
    let id = stage.order(&ada, "declined", &stage.order_of("MUG-01", 1, "pm_card_visa_chargeDeclined")).await;
    assert_eq!(stage.watched_until(&ada, &id, "CANCELLED").await["reason"], "payment_declined");
    assert_eq!(stage.available("MUG-01").await, before - 1);
    let died = stage.cloud().executions().iter().filter(|execution| execution.status == "FAILED").count();
    assert_eq!(died, forward.len() + undo.len());
    stage.finish(&[]).await;
}
