//! 3-D Secure, webhooks and the stream: what becomes known without anybody having asked.

use super::*;

/// An order whose customer has to authenticate, parked.
async fn parked(payments: &Payments) -> OrderFacts {
    let order = payments.order(1, "pm_card_threeDSecure2Required");
    for _ in 0..2 {
        match payments.authorize(&order).await.unwrap() {
            AuthorizePaymentAnswer::ActionRequired { client_secret } => assert!(client_secret.contains("_secret_")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(payments.statuses(), ["action_required"]);
    payments.deliver_webhooks().await;
    assert!(payments.queued().is_empty(), "what we did ourselves is no news");
    order
}

#[tokio::test]
async fn a_customer_who_authenticates_is_heard_of_through_the_webhook() {
    let payments = Payments::new();
    let order = parked(&payments).await;
    payments.authenticate(Authentication::Succeed);
    assert_eq!(payments.deliver_webhooks().await, [200]);
    let events = payments.queued();
    assert_eq!(payments.process(&events).await, Vec::<String>::new());
    assert_eq!(payments.statuses(), ["authorized"]);
    payments.audit();

    payments.bench.clock().advance(Duration::from_secs(5));
    let intent_id = payments.authorized(&order).await;
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), CapturePaymentAnswer::Captured);
    payments.process(&[events.clone(), events].concat()).await;
    let row = &payments.bench.scan("payments")[0];
    assert_eq!((&row["status"], row["events"].as_array().unwrap().len()), (&json!("captured"), 1));
    let time = |entry: &str| row[entry]["at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(time("authorized") < time("captured"), "an entry keeps its time");
    payments.audit();
}

#[tokio::test]
async fn a_customer_who_fails_is_declined_and_the_saga_is_told_so() {
    let payments = Payments::new();
    let order = parked(&payments).await;
    payments.authenticate(Authentication::Fail);
    payments.deliver_webhooks().await;
    payments.process(&payments.queued()).await;
    let row = payments.bench.scan("payments").remove(0);
    assert_eq!((&row["status"], &row["reason"]), (&json!("declined"), &json!("authentication_failed")));
    assert_eq!(payments.authorize(&order).await.unwrap(), refused_authorization(Refusal::AuthenticationFailed));
    payments.audit();
    assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    assert_eq!(payments.statuses(), ["canceled"]);
    payments.audit();
}

#[tokio::test]
async fn an_event_that_comes_after_the_fact_moves_nothing_back() {
    let payments = Payments::new();
    let order = parked(&payments).await;
    payments.authenticate(Authentication::Succeed);
    payments.deliver_webhooks().await;
    assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    let before = payments.bench.scan("payments");
    assert_eq!(payments.process(&payments.queued()).await, Vec::<String>::new());
    assert_eq!(payments.bench.scan("payments"), before);
    payments.audit();
}

#[tokio::test]
async fn only_stripe_can_send_webhooks() {
    let payments = Payments::new();
    parked(&payments).await;
    payments.authenticate(Authentication::Succeed);
    let webhook = payments.bench.stripe().drain_webhooks().remove(0);
    let now = payments.bench.clock().now();
    let signature = payments.bench.stripe().sign(&webhook.body, now);
    assert_eq!(payments.receive(&webhook.body.replace("1980", "1"), &signature).await, 400);
    assert_eq!(payments.receive(&webhook.body, "").await, 400);
    let old = payments.bench.stripe().sign(&webhook.body, now - SignedDuration::from_secs(301));
    assert_eq!(payments.receive(&webhook.body, &old).await, 400);
    assert!(payments.queued().is_empty());
    assert_eq!(payments.receive(&webhook.body, &signature).await, 200);
    assert_eq!(payments.queued().len(), 1);
}

#[tokio::test]
async fn a_message_that_makes_no_sense_fails_alone() {
    let payments = Payments::new();
    parked(&payments).await;
    payments.authenticate(Authentication::Succeed);
    payments.deliver_webhooks().await;
    let foreign = json!({ "event_id": "evt_x", "type": "payment_intent.canceled", "intent_id": "pi_x",
        "order_id": OrderId::from_bytes([9; 16]) });
    let bodies = [vec!["nonsense".to_owned(), foreign.to_string()], payments.queued()].concat();
    assert_eq!(payments.process(&bodies).await, ["0", "1"]);
    assert_eq!(payments.statuses(), ["authorized"]);
}

#[tokio::test]
async fn a_payment_can_be_looked_at_with_its_ledger() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_card_visa");
    for id in [order.order_id.as_str(), "nonsense"] {
        let (status, body) = payments.look(id).await;
        assert_eq!((status, &body["type"]), (404, &json!("/problems/not-found")));
    }
    let intent_id = payments.authorized(&order).await;
    payments.capture(&order, &intent_id).await.unwrap();
    payments.cancel(&order, true).await.unwrap();
    let (status, body) = payments.look(order.order_id.as_str()).await;
    assert_eq!(status, 200);
    assert_eq!(body["status"], "refunded");
    assert_eq!(body["payment_intent_id"], intent_id);
    assert_eq!(body["amount"], json!({ "amount_minor": 1980, "currency": "EUR" }));
    let kinds: Vec<&Value> = body["ledger"].as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["authorized", "captured", "refunded"]);
}

#[tokio::test]
async fn a_change_of_a_row_is_published() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_card_visa");
    payments.authorized(&order).await;
    payments.cancel(&order, false).await.unwrap();
    let row = payments.bench.scan("payments").remove(0);
    let change = json!({
        "ApproximateCreationDateTime": 1_790_000_000, "Keys": image(&json!({ "order_id": order.order_id })),
        "NewImage": image(&row), "SequenceNumber": "1", "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    let record = json!({
        "awsRegion": "eu-central-1", "dynamodb": change, "eventID": "1", "eventName": "INSERT",
        "eventSource": "aws:dynamodb", "eventVersion": "1.1",
        "eventSourceARN": "arn:aws:dynamodb:::table/payments/stream/1",
    });
    let runtime = payments.bench.runtime("publish-payment-events");
    let answer: Value = invoke(runtime, "publish-payment-events", &json!({ "Records": [record] })).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(payments.bench.readings().requests["payments/publish-payment-events"]["sns:PublishBatch"], 1);
}

/// An item as a stream record has it.
fn image(item: &Value) -> Value {
    fn attribute(value: &Value) -> Value {
        match value {
            Value::String(text) => json!({ "S": text }),
            Value::Number(number) => json!({ "N": number.to_string() }),
            Value::Object(map) => {
                json!({ "M": map.iter().map(|(k, v)| (k.clone(), attribute(v))).collect::<serde_json::Map<_, _>>() })
            }
            Value::Array(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
            Value::Bool(flag) => json!({ "BOOL": flag }),
            Value::Null => json!({ "NULL": true }),
        }
    }
    item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}
