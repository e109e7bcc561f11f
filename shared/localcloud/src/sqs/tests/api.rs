//! The JSON protocol.

use serde_json::{Value, json};

use super::{super::query_code, *};

impl Bench {
    async fn call(&self, action: &str, mut body: Value) -> Result<Value, String> {
        if body.get("QueueUrl").is_none() && !["GetQueueUrl", "StartMessageMoveTask"].contains(&action) {
            body["QueueUrl"] = config(MAIN).url.into();
        }
        self.queues.handle(action, body).await.map_err(|error| error.code)
    }
}

fn refused<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_through_the_api_with_its_sums() {
    let bench = Bench::new();
    let attributes = json!({
        "timestamp": { "DataType": "Number", "StringValue": "1493147359900" },
        "type": { "DataType": "String", "StringValue": "shop.order.confirmed.v1" },
        "raw": { "DataType": "Binary", "BinaryValue": "AAH/" },
    });
    let sent =
        bench.call("SendMessage", json!({ "MessageBody": "hello", "MessageAttributes": attributes })).await.unwrap();
    // The sums were computed by AWS's published rule in another language.
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(sent["MD5OfMessageAttributes"], "416a727bb08e8f525b10b4c39f16c099");

    let request =
        json!({ "MessageSystemAttributeNames": ["ApproximateReceiveCount"], "MessageAttributeNames": ["time.*"] });
    let received = bench.call("ReceiveMessage", request).await.unwrap();
    let message = &received["Messages"][0];
    assert_eq!(message["Body"], "hello");
    assert_eq!(message["MessageId"], sent["MessageId"]);
    assert_eq!(message["MD5OfBody"], sent["MD5OfMessageBody"]);
    assert_eq!(message["Attributes"], json!({ "ApproximateReceiveCount": "1" }));
    assert_eq!(message["MessageAttributes"], json!({ "timestamp": attributes["timestamp"] }));
    assert_eq!(message["MD5OfMessageAttributes"], "235c5c510d26fb653d073faed50ae77c");

    bench.advance(VISIBILITY);
    let request = json!({ "AttributeNames": ["All"], "MessageAttributeNames": ["All"] });
    let received = bench.call("ReceiveMessage", request).await.unwrap();
    let message = &received["Messages"][0];
    assert_eq!(message["MessageAttributes"], attributes);
    assert_eq!(message["Attributes"].as_object().unwrap().len(), 3);

    let receipt = json!({ "ReceiptHandle": message["ReceiptHandle"] });
    assert_eq!(bench.call("DeleteMessage", receipt).await, Ok(json!({})));
    assert_eq!(bench.queues.peek(MAIN, 10).unwrap(), vec![]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_shown_that_was_not_asked_for() {
    let bench = Bench::new();
    let attributes = json!({ "type": { "DataType": "String", "StringValue": "t" } });
    bench.call("SendMessage", json!({ "MessageBody": "a", "MessageAttributes": attributes })).await.unwrap();
    let received = bench.call("ReceiveMessage", json!({})).await.unwrap();
    let mut names: Vec<&String> = received["Messages"][0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["Body", "MD5OfBody", "MessageId", "ReceiptHandle"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_fails_in_part() {
    let bench = Bench::new();
    let with = |data_type: &str| json!({ "n": { "DataType": data_type, "StringValue": "x" } });
    let entries = json!([
        { "Id": "good", "MessageBody": "a" },
        { "Id": "late", "MessageBody": "b", "DelaySeconds": 901 },
        { "Id": "odd", "MessageBody": "c\u{1}" },
        { "Id": "empty", "MessageBody": "" },
        { "Id": "typed", "MessageBody": "d", "MessageAttributes": with("Number") },
        { "Id": "untyped", "MessageBody": "e", "MessageAttributes": with("Odd") },
        { "Id": "delayed", "MessageBody": "f", "DelaySeconds": 5 },
    ]);
    let answer = bench.call("SendMessageBatch", json!({ "Entries": entries })).await.unwrap();
    let of = |list: &str, field: &str| -> Vec<Value> {
        answer[list].as_array().unwrap().iter().map(|entry| entry[field].clone()).collect()
    };
    assert_eq!(of("Successful", "Id"), ["good", "delayed"]);
    assert_eq!(of("Failed", "Id"), ["late", "odd", "empty", "typed", "untyped"]);
    let value = "InvalidParameterValue";
    assert_eq!(of("Failed", "Code"), [value, "InvalidMessageContents", "MissingParameter", value, value]);
    assert!(of("Failed", "SenderFault").iter().all(|fault| *fault == json!(true)));
    assert_eq!(bench.queues.depth(MAIN).unwrap().visible, 1);
    assert_eq!(bench.queues.depth(MAIN).unwrap().delayed, 1);
}

#[tokio::test(start_paused = true)]
async fn deletes_and_visibility_changes_fail_in_part_too() {
    let bench = Bench::new();
    for _ in 0..2 {
        bench.send("a");
    }
    let receipts: Vec<String> =
        bench.queues.receive(MAIN, 2).unwrap().into_iter().map(|message| message.receipt).collect();
    let entries = json!([
        { "Id": "0", "ReceiptHandle": receipts[0], "VisibilityTimeout": 0 },
        { "Id": "1", "ReceiptHandle": receipts[1], "VisibilityTimeout": 43_201 },
        { "Id": "2", "ReceiptHandle": "rubbish", "VisibilityTimeout": 0 },
    ]);
    let answer = bench.call("ChangeMessageVisibilityBatch", json!({ "Entries": entries })).await.unwrap();
    assert_eq!(answer["Successful"], json!([{ "Id": "0" }]));
    assert_eq!(answer["Failed"][0]["Code"], "InvalidParameterValue");
    assert_eq!(answer["Failed"][1]["Code"], "ReceiptHandleIsInvalid");
    assert_eq!(bench.queues.depth(MAIN).unwrap().visible, 1);
    let entries = json!([{ "Id": "0", "ReceiptHandle": receipts[0] }, { "Id": "1", "ReceiptHandle": "rubbish" }]);
    let answer = bench.call("DeleteMessageBatch", json!({ "Entries": entries })).await.unwrap();
    assert_eq!((&answer["Successful"], &answer["Failed"][0]["Id"]), (&json!([{ "Id": "0" }]), &json!("1")));
    assert_eq!(bench.queues.peek(MAIN, 10).unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn sizes_count_attributes_and_batches_count_together() {
    let bench = Bench::new();
    const MOST: usize = 1_048_576;
    let send = |size: usize| bench.call("SendMessage", json!({ "MessageBody": "x".repeat(size) }));
    assert!(send(MOST).await.is_ok());
    assert_eq!(send(MOST + 1).await, refused("InvalidParameterValue"));
    let attributes = json!({ "n": { "DataType": "String", "StringValue": "v" } });
    let body = "x".repeat(MOST - "nStringv".len() + 1);
    let heavy = json!({ "MessageBody": body, "MessageAttributes": attributes });
    assert_eq!(bench.call("SendMessage", heavy).await, refused("InvalidParameterValue"));
    let half = |size: usize, id: &str| json!({ "Id": id, "MessageBody": "x".repeat(size) });
    let batch = |extra: usize| json!({ "Entries": [half(MOST / 2, "a"), half(MOST / 2 + extra, "b")] });
    assert!(bench.call("SendMessageBatch", batch(0)).await.is_ok());
    assert_eq!(bench.call("SendMessageBatch", batch(1)).await, refused("BatchRequestTooLong"));
    let many: Vec<Value> = (0..11).map(|id| half(1, &id.to_string())).collect();
    let many = json!({ "Entries": many });
    assert_eq!(bench.call("SendMessageBatch", many).await, refused("TooManyEntriesInBatchRequest"));
}

#[tokio::test(start_paused = true)]
async fn attributes_have_legal_names_and_at_most_ten_of_them() {
    let bench = Bench::new();
    let value = json!({ "DataType": "String", "StringValue": "v" });
    for name in ["", "a b", ".a", "a.", "a..b", "AWS.a", "amazon.a", &"n".repeat(257)] {
        let request = json!({ "MessageBody": "a", "MessageAttributes": { name: value } });
        assert_eq!(bench.call("SendMessage", request).await, refused("InvalidParameterValue"), "{name}");
    }
    for value in [
        json!({ "DataType": "String" }),
        json!({ "DataType": "Binary", "StringValue": "v" }),
        json!({ "DataType": "String", "StringValue": "" }),
    ] {
        let request = json!({ "MessageBody": "a", "MessageAttributes": { "n": value } });
        assert_eq!(bench.call("SendMessage", request).await, refused("InvalidParameterValue"), "{value}");
    }
    let named = |count: usize| {
        let attributes: serde_json::Map<_, _> = (0..count).map(|n| (format!("n{n}"), value.clone())).collect();
        json!({ "MessageBody": "a", "MessageAttributes": attributes })
    };
    assert!(bench.call("SendMessage", named(10)).await.is_ok());
    assert_eq!(bench.call("SendMessage", named(11)).await, refused("InvalidParameterValue"));
}

#[tokio::test(start_paused = true)]
async fn numbers_have_bounds_and_unknown_things_are_refused() {
    let bench = Bench::new();
    let wrong = [
        ("ReceiveMessage", json!({ "MaxNumberOfMessages": 0 })),
        ("ReceiveMessage", json!({ "MaxNumberOfMessages": 11 })),
        ("ReceiveMessage", json!({ "WaitTimeSeconds": 21 })),
        ("ReceiveMessage", json!({ "VisibilityTimeout": -1 })),
        ("SendMessage", json!({ "MessageBody": "a", "DelaySeconds": -1 })),
        ("SendMessage", json!({ "MessageBody": "a", "MessageGroupId": "g" })),
        ("SendMessage", json!({ "MessageBody": 7 })),
        ("SendMessage", json!({})),
    ];
    for (action, request) in wrong {
        assert_eq!(bench.call(action, request.clone()).await, refused("InvalidParameterValue"), "{action} {request}");
    }
    assert_eq!(bench.call("CreateQueue", json!({})).await, refused("UnknownOperationException"));
    let nowhere =
        json!({ "QueueUrl": "https://sqs.eu-central-1.amazonaws.com/000000000000/nowhere", "MessageBody": "a" });
    assert_eq!(bench.call("SendMessage", nowhere).await, refused("QueueDoesNotExist"));
    assert_eq!(query_code("QueueDoesNotExist"), "AWS.SimpleQueueService.NonExistentQueue");
    assert_eq!(query_code("MessageNotInflight"), "AWS.SimpleQueueService.MessageNotInflight");
    assert_eq!(query_code("ReceiptHandleIsInvalid"), "ReceiptHandleIsInvalid");
}

#[tokio::test(start_paused = true)]
async fn a_queue_tells_about_itself() {
    let bench = Bench::new();
    bench.send("a");
    bench.send("b");
    bench.one(MAIN).unwrap();
    let url = bench.call("GetQueueUrl", json!({ "QueueName": MAIN })).await;
    assert_eq!(url, Ok(json!({ "QueueUrl": config(MAIN).url })));
    let all = bench.call("GetQueueAttributes", json!({ "AttributeNames": ["All"] })).await.unwrap();
    let all = &all["Attributes"];
    assert_eq!(all["ApproximateNumberOfMessages"], "1");
    assert_eq!(all["ApproximateNumberOfMessagesNotVisible"], "1");
    assert_eq!(all["MessageRetentionPeriod"], "345600");
    let policy: Value = serde_json::from_str(all["RedrivePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(policy, json!({ "deadLetterTargetArn": config(DEAD).arn, "maxReceiveCount": MAX_RECEIVES }));
    let two = json!({ "AttributeNames": ["QueueArn", "VisibilityTimeout"] });
    let two = bench.call("GetQueueAttributes", two).await.unwrap();
    assert_eq!(two["Attributes"], json!({ "QueueArn": config(MAIN).arn, "VisibilityTimeout": "30" }));
    let odd = bench.call("GetQueueAttributes", json!({ "AttributeNames": ["Odd"] })).await;
    assert_eq!(odd, refused("InvalidAttributeName"));
    bench.call("PurgeQueue", json!({})).await.unwrap();
    assert_eq!(bench.queues.peek(MAIN, 10).unwrap(), vec![]);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_move_back_or_elsewhere() {
    let bench = Bench::new();
    bench.queues.create(config("elsewhere")).unwrap();
    let bury = |body: &str| {
        bench.send(body);
        for _ in 0..=MAX_RECEIVES {
            bench.one(MAIN);
            bench.advance(VISIBILITY);
        }
    };
    bury("back");
    let task = json!({ "SourceArn": config(DEAD).arn });
    assert!(bench.call("StartMessageMoveTask", task).await.unwrap()["TaskHandle"].is_string());
    assert_eq!(bench.bodies(MAIN, 10), ["back"]);
    bench.queues.purge(MAIN).unwrap();
    bury("elsewhere");
    let task = json!({ "SourceArn": config(DEAD).arn, "DestinationArn": config("elsewhere").arn });
    bench.call("StartMessageMoveTask", task).await.unwrap();
    assert_eq!(bench.bodies("elsewhere", 10), ["elsewhere"]);

    let move_from = |source: &str, destination: &str| json!({ "SourceArn": source, "DestinationArn": destination });
    let (dead, nowhere) = (config(DEAD).arn, "arn:nowhere");
    for (task, code) in [
        (move_from(nowhere, &dead), "ResourceNotFoundException"),
        (move_from(&dead, nowhere), "ResourceNotFoundException"),
        (move_from(&dead, &dead), "InvalidParameterValue"),
        (move_from(&config(MAIN).arn, &dead), "InvalidParameterValue"),
    ] {
        assert_eq!(bench.call("StartMessageMoveTask", task.clone()).await, refused(code), "{task}");
    }
}
