//! Publishing, over the query protocol as the SDK writes it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_smithy_xml::decode::Document;
use lambda::UniqueIds;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{FilterScope, Notification, Subscription, Topics};
use crate::{
    LocalClock, Store,
    aws::AwsError,
    sqs::{Courier, Delivery, Depth, MessageAttribute, QueueConfig, Queues, RETENTION},
};

const TOPIC: &str = "arn:aws:sns:eu-central-1:000000000000:order-events";

#[derive(Default)]
struct Counted(AtomicU64);

impl UniqueIds for Counted {
    fn unique(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)))
    }
}

struct Bench {
    clock: Arc<LocalClock>,
    queues: Arc<Queues>,
    topics: Topics,
}

impl Bench {
    /// A topic with the queues `a` and `b`, which are not subscribed.
    fn new() -> Self {
        let clock = LocalClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
        let ids: Arc<dyn UniqueIds> = Arc::new(Counted::default());
        let queues = Arc::new(Queues::new(Arc::clone(&clock), Arc::new(Store::forgetful()), Arc::clone(&ids)));
        for name in ["a", "b"] {
            let config = QueueConfig {
                name: name.to_owned(),
                arn: format!("arn:{name}"),
                url: format!("https://{name}"),
                visibility: Duration::from_secs(30),
                redrive: None,
                default_delay: Duration::ZERO,
                retention: RETENTION,
            };
            queues.create(config).unwrap();
        }
        let topics = Topics::new(Arc::clone(&queues), ids);
        topics.create_topic(TOPIC);
        Self { clock, queues, topics }
    }

    fn subscribed(self, subscription: Subscription) -> Self {
        self.topics.subscribe(TOPIC, subscription).unwrap();
        self
    }

    fn bodies(&self, queue: &str) -> Vec<String> {
        self.queues.receive(queue, 10).unwrap().into_iter().map(|message| message.body).collect()
    }

    /// Calls with these fields and `TopicArn`.
    fn call(&self, action: &str, fields: &[(&str, &str)]) -> Result<String, AwsError> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", action).append_pair("Version", "2010-03-31").append_pair("TopicArn", TOPIC);
        form.extend_pairs(fields);
        self.topics.handle(&form.finish())
    }

    fn refused(&self, action: &str, fields: &[(&str, &str)]) -> String {
        self.call(action, fields).unwrap_err().code
    }
}

/// What stands in the elements at the end of `path`, in document order.
fn texts(xml: &str, path: &[&str]) -> Vec<String> {
    let mut document = Document::try_from(xml.as_bytes()).unwrap();
    let (mut open, mut found) = (Vec::new(), Vec::new());
    while let Some(element) = document.next_start_element() {
        open.truncate(element.depth());
        open.push(element.local().to_owned());
        if open == path {
            found.push(aws_smithy_xml::decode::try_data(&mut document).unwrap().into_owned());
        }
    }
    found
}

const SUCCESSFUL: [&str; 5] = ["PublishBatchResponse", "PublishBatchResult", "Successful", "member", "Id"];
const FAILED: [&str; 5] = ["PublishBatchResponse", "PublishBatchResult", "Failed", "member", "Id"];
const FAILED_CODE: [&str; 5] = ["PublishBatchResponse", "PublishBatchResult", "Failed", "member", "Code"];

#[tokio::test(start_paused = true)]
async fn raw_delivery_hands_on_the_message_and_its_attributes() {
    let bench = Bench::new().subscribed(Subscription::raw("a", None));
    let fields = [
        ("Message", "a & b <é>"),
        ("Subject", "not delivered"),
        ("MessageAttributes.entry.1.Name", "type"),
        ("MessageAttributes.entry.1.Value.DataType", "String"),
        ("MessageAttributes.entry.1.Value.StringValue", "shop.order.confirmed.v1"),
    ];
    let answer = bench.call("Publish", &fields).unwrap();
    assert_eq!(texts(&answer, &["PublishResponse", "PublishResult", "MessageId"]).len(), 1);
    assert_eq!(texts(&answer, &["PublishResponse", "ResponseMetadata", "RequestId"]).len(), 1);
    let received = bench.queues.receive("a", 10).unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body, "a & b <é>");
    let attributes = BTreeMap::from([("type".to_owned(), MessageAttribute::text("shop.order.confirmed.v1"))]);
    assert_eq!(received[0].message_attributes, attributes);
    assert!(bench.bodies("b").is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_raw_delivery_there_is_an_envelope() {
    let bench = Bench::new().subscribed(Subscription { raw_delivery: false, ..Subscription::raw("a", None) });
    let attributes = BTreeMap::from([("type".to_owned(), MessageAttribute::text("t"))]);
    let notification = Notification { message: "{}".to_owned(), subject: Some("Hello".to_owned()), attributes };
    let id = bench.topics.publish(TOPIC, &notification).unwrap();
    let received = bench.queues.receive("a", 10).unwrap().remove(0);
    assert!(received.message_attributes.is_empty());
    let envelope: Value = serde_json::from_str(&received.body).unwrap();
    let expected = json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": TOPIC,
        "Subject": "Hello",
        "Message": "{}",
        "Timestamp": "2026-01-01T00:00:00.000Z",
        "SignatureVersion": "1",
        "Signature": "none",
        "SigningCertURL": "none",
        "UnsubscribeURL": "none",
        "MessageAttributes": { "type": { "Type": "String", "Value": "t" } },
    });
    assert_eq!(envelope, expected);
}

#[tokio::test(start_paused = true)]
async fn each_queue_gets_what_its_filter_wants() {
    let by_body = Subscription {
        scope: FilterScope::MessageBody,
        ..Subscription::raw("b", Some(json!({ "n": [{ "numeric": [">", 1] }] })))
    };
    let bench = Bench::new().subscribed(Subscription::raw("a", Some(json!({ "type": ["x"] })))).subscribed(by_body);
    for (kind, body) in [("x", r#"{"n":1}"#), ("y", r#"{"n":2}"#), ("x", r#"{"n":3}"#), ("y", "no JSON")] {
        let attributes = BTreeMap::from([("type".to_owned(), MessageAttribute::text(kind))]);
        let notification = Notification { message: body.to_owned(), subject: None, attributes };
        bench.topics.publish(TOPIC, &notification).unwrap();
    }
    assert_eq!(bench.bodies("a"), [r#"{"n":1}"#, r#"{"n":3}"#]);
    assert_eq!(bench.bodies("b"), [r#"{"n":2}"#, r#"{"n":3}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_keeps_its_order_and_fails_in_part() {
    let bench = Bench::new().subscribed(Subscription::raw("a", None));
    let names: Vec<(String, String)> = (1..=10)
        .flat_map(|n| {
            let field = |name: &str| format!("PublishBatchRequestEntries.member.{n}.{name}");
            let message = if n == 3 { "odd \u{1}".to_owned() } else { format!("m{n}") };
            let mut fields = vec![(field("Id"), format!("id{n}"))];
            // The fifth has no message at all.
            if n != 5 {
                fields.push((field("Message"), message));
            }
            if n == 7 {
                fields.push((field("MessageAttributes.entry.1.Name"), "n".to_owned()));
                fields.push((field("MessageAttributes.entry.1.Value.DataType"), "Number".to_owned()));
                fields.push((field("MessageAttributes.entry.1.Value.StringValue"), "x".to_owned()));
            }
            fields
        })
        .collect();
    let fields: Vec<(&str, &str)> = names.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = bench.call("PublishBatch", &fields).unwrap();
    assert_eq!(texts(&answer, &SUCCESSFUL), ["id1", "id2", "id4", "id6", "id8", "id9", "id10"]);
    assert_eq!(texts(&answer, &FAILED), ["id3", "id5", "id7"]);
    assert_eq!(texts(&answer, &FAILED_CODE), ["InvalidParameter"; 3]);
    assert_eq!(bench.bodies("a"), ["m1", "m2", "m4", "m6", "m8", "m9", "m10"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_wrong_as_a_whole_publishes_nothing() {
    let bench = Bench::new().subscribed(Subscription::raw("a", None));
    let one = |n: usize, id: &str, size: usize| {
        let field = |name: &str| format!("PublishBatchRequestEntries.member.{n}.{name}");
        [(field("Id"), id.to_owned()), (field("Message"), "x".repeat(size))]
    };
    let call = |entries: Vec<[(String, String); 2]>| {
        let fields: Vec<_> = entries.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        bench.call("PublishBatch", &fields).map(|_| ()).map_err(|error| error.code)
    };
    let refused = |code: &str| Err(code.to_owned());
    assert_eq!(bench.refused("PublishBatch", &[("PublishBatchRequestEntries", "")]), "EmptyBatchRequest");
    assert_eq!(call(vec![]), refused("EmptyBatchRequest"));
    assert_eq!(call(vec![one(1, "a", 1), one(2, "a", 1)]), refused("BatchEntryIdsNotDistinct"));
    assert_eq!(call(vec![one(1, "a b", 1)]), refused("InvalidBatchEntryId"));
    let eleven = (1..=11).map(|n| one(n, &n.to_string(), 1)).collect();
    assert_eq!(call(eleven), refused("TooManyEntriesInBatchRequest"));
    assert_eq!(call(vec![one(1, "a", 131_072), one(2, "b", 131_073)]), refused("BatchRequestTooLong"));
    assert_eq!(bench.queues.depth("a").unwrap(), Depth::default());
    assert_eq!(call(vec![one(1, "a", 131_072), one(2, "b", 131_072)]), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn messages_have_limits_and_unknown_things_are_refused() {
    let bench = Bench::new();
    let (most, too_much) = ("x".repeat(262_144), "x".repeat(262_145));
    assert!(bench.call("Publish", &[("Message", &most)]).is_ok());
    let array = [
        ("Message", "a"),
        ("MessageAttributes.entry.1.Name", "tags"),
        ("MessageAttributes.entry.1.Value.DataType", "String.Array"),
        ("MessageAttributes.entry.1.Value.StringValue", "no list"),
    ];
    for fields in [
        &[("Message", too_much.as_str())][..],
        &[("Message", "")],
        &[],
        &[("Message", "a"), ("Subject", "two\nlines")],
        &[("Message", "a"), ("MessageStructure", "json")],
        &[("Message", "a"), ("MessageGroupId", "g")],
        &array,
    ] {
        assert_eq!(bench.refused("Publish", fields), "InvalidParameter", "{fields:.100?}");
    }
    assert_eq!(bench.refused("CreateTopic", &[]), "UnknownOperationException");
    let nowhere = "Action=Publish&Version=2010-03-31&TopicArn=arn:nowhere&Message=a";
    let error = bench.topics.handle(nowhere).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (404, "NotFound"));
    let nowhere =
        "Action=PublishBatch&Version=2010-03-31&TopicArn=arn:nowhere&PublishBatchRequestEntries.member.1.Id=a";
    assert_eq!(bench.topics.handle(nowhere).unwrap_err().code, "NotFound");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_subscribed() {
    let bench = Bench::new();
    let code = |arn: &str, subscription| bench.topics.subscribe(arn, subscription).unwrap_err().code;
    assert_eq!(code("arn:nowhere", Subscription::raw("a", None)), "NotFound");
    assert_eq!(code(TOPIC, Subscription::raw("nowhere", None)), "QueueDoesNotExist");
    let policy = json!({ "type": [{ "cidr": "10.0.0.0/24" }] });
    assert_eq!(code(TOPIC, Subscription::raw("a", Some(policy))), "InvalidParameter");
    bench.topics.publish(TOPIC, &Notification { message: "a".to_owned(), ..Notification::default() }).unwrap();
    assert!(bench.bodies("a").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_a_queue_cannot_take_is_given_up_and_others_are_not() {
    let envelope = Subscription { raw_delivery: false, ..Subscription::raw("b", None) };
    let bench = Bench::new().subscribed(Subscription::raw("a", None)).subscribed(envelope);
    let attributes = (0..11).map(|n| (format!("n{n}"), MessageAttribute::text("v"))).collect();
    let notification = Notification { message: "a".to_owned(), subject: None, attributes };
    bench.topics.publish(TOPIC, &notification).unwrap();
    assert_eq!((bench.bodies("a").len(), bench.bodies("b").len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_courier_delays_and_repeats_deliveries_and_loses_none() {
    struct Slow;
    impl Courier for Slow {
        fn delivery(&self, _: &str) -> Delivery {
            Delivery { after: Duration::from_secs(1_000), again: Some(Duration::from_secs(2_000)) }
        }
    }
    let bench = Bench::new().subscribed(Subscription::raw("a", None));
    bench.queues.set_courier(Arc::new(Slow));
    bench.topics.publish(TOPIC, &Notification { message: "m".to_owned(), ..Notification::default() }).unwrap();
    assert_eq!(bench.queues.depth("a").unwrap(), Depth { delayed: 2, ..Depth::default() });
    bench.clock.advance(Duration::from_secs(999));
    assert!(bench.bodies("a").is_empty());
    bench.clock.advance(Duration::from_secs(1));
    let first = bench.queues.receive("a", 10).unwrap().remove(0);
    bench.queues.delete("a", &first.receipt).unwrap();
    bench.clock.advance(Duration::from_secs(1_000));
    let second = bench.queues.receive("a", 10).unwrap().remove(0);
    // Two messages of SQS, so two ids: what is repeated is known by what is in it.
    assert_eq!(first.body, second.body);
    assert_ne!(first.id, second.id);
}

#[tokio::test(start_paused = true)]
async fn a_courier_is_told_of_what_a_topic_takes_and_of_nothing_else() {
    #[derive(Default)]
    struct Picky(std::sync::Mutex<Vec<String>>);
    impl Courier for Picky {
        fn fails_entry(&self, _: &str) -> bool {
            self.0.lock().unwrap().len() == 1
        }
        fn published(&self, topic: &str, message: &str) {
            assert_eq!(topic, TOPIC);
            self.0.lock().unwrap().push(message.to_owned());
        }
    }
    let (bench, courier) = (Bench::new(), Arc::new(Picky::default()));
    bench.queues.set_courier(courier.clone());
    let form = [
        ("Action", "PublishBatch"),
        ("Version", "2010-03-31"),
        ("TopicArn", TOPIC),
        ("PublishBatchRequestEntries.member.1.Id", "0"),
        ("PublishBatchRequestEntries.member.1.Message", "taken"),
        ("PublishBatchRequestEntries.member.2.Id", "1"),
        ("PublishBatchRequestEntries.member.2.Message", "failed"),
    ];
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    bench.topics.handle(&form).unwrap();
    assert_eq!(*courier.0.lock().unwrap(), ["taken"]);
}
