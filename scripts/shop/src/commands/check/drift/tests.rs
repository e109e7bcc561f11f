//! Every comparison finds the difference it is there for.

use topology::Service;

use super::*;

const YAML: &str = r#"
context: shop
tables:
  things: { about: a, key: { hash: id, range: at }, indexes: { by-at: { key: { hash: at } } }, stream: new_and_old_images, ttl: gone_at }
topics: { news: { about: a } }
secrets: { word: { about: a } }
queues:
  inbox: { about: a, subscribe: { topic: shop/news, types: [a.v1, b.v1] }, visibility_seconds: 60, max_receives: 5 }
  dropped: { about: a, notified_by: { bucket: drop }, visibility_seconds: 30, max_receives: 5 }
buckets:
  drop: { about: a, expire_days: 7, takes_uploads: true }
  shown: { about: a, served_at: /shown }
sagas: { tale: { about: a, definition: tale.asl.json } }
functions:
  see:
    about: a
    trigger: { http: "GET /things", scope: admin }
    timeout_seconds: 5
    settings: { THINGS: table/things, INBOX: queue/inbox, BASE: stage/base }
    grants: { table/things: [Query], email/sender: [SendEmail] }
  take: { about: a, trigger: { queue: inbox, batch: 10 }, timeout_seconds: 5 }
  tell: { about: a, trigger: { stream: things, batch: 100 }, timeout_seconds: 5 }
  tidy: { about: a, trigger: { schedule: rate(5 minutes) }, timeout_seconds: 5 }
  step: { about: a, trigger: { saga: shop/tale }, timeout_seconds: 5 }
"#;

fn shop() -> Shop {
    Shop { services: vec![Service::parse(YAML).unwrap()] }
}

fn policy(statements: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn allow(actions: &[&str], on: &[&str], condition: Option<Value>) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Action": actions, "Resource": on });
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn resource(kind: &str, address: &str, values: &Value) -> Value {
    json!({ "mode": "managed", "type": kind, "address": format!("module.service[\"shop\"].{address}"), "values": values })
}

/// A function and its policy. The statement of its log comes first.
fn function(name: &str, variables: &Value, mut statements: Vec<Value>) -> [Value; 2] {
    let full = format!("emporium-drift-shop-{name}");
    let log = format!("arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/{full}:*");
    statements.insert(0, allow(&["logs:CreateLogStream", "logs:PutLogEvents"], &[&log], None));
    let module = format!("module.function[\"{name}\"]");
    let values = json!({
        "function_name": full, "handler": name, "memory_size": 128, "timeout": 5,
        "environment": [{ "variables": variables }],
    });
    let policy = json!({ "role": full, "policy": policy(&statements.into()) });
    [
        resource("aws_lambda_function", &format!("{module}.aws_lambda_function.this"), &values),
        resource("aws_iam_role_policy", &format!("{module}.aws_iam_role_policy.this"), &policy),
    ]
}

/// What Terraform plans for [`YAML`], as it has to be.
fn right() -> Vec<Value> {
    let things = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-drift-shop-things";
    let inbox = "arn:aws:sqs:eu-central-1:123456789012:emporium-drift-shop-inbox";
    let news = "arn:aws:sns:eu-central-1:123456789012:emporium-drift-shop-news";
    let step = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-drift-shop-step:live";
    let key = "arn:aws:kms:eu-central-1:123456789012:key/1";
    let via = json!({ "StringEquals": { "kms:ViaService": "dynamodb.eu-central-1.amazonaws.com" } });
    let from = json!({ "StringEquals": { "ses:FromAddress": "shop@example.com" } });
    let sees = vec![
        allow(&["dynamodb:Query"], &[things], None),
        allow(&["dynamodb:Query"], &[&format!("{things}/index/*")], None),
        allow(&["ses:SendEmail"], &["arn:aws:ses:eu-central-1:123456789012:identity/shop@example.com"], Some(from)),
        allow(&["kms:Decrypt"], &[key], Some(via)),
    ];
    let settings = json!({
        "THINGS": "emporium-drift-shop-things", "BASE": "the-stages-base",
        "INBOX": "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-drift-shop-inbox",
    });
    let takes = vec![allow(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], &[inbox], None)];
    let reads =
        ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(|one| format!("dynamodb:{one}"));
    let tells = vec![
        allow(&reads.each_ref().map(String::as_str), &[&format!("{things}/stream/*")], None),
        allow(&["s3:PutObject"], &["arn:aws:s3:::failed-records/*"], None),
        allow(&["s3:ListBucket"], &["arn:aws:s3:::failed-records"], None),
    ];
    let sends = |queue: &str| {
        let condition = json!({ "ArnEquals": { "aws:SourceArn": news } });
        json!({ "policy": policy(&json!([allow(&["sqs:SendMessage"], &[queue], Some(condition))])) })
    };
    let mut resources = Vec::new();
    resources.extend(function("see", &settings, sees));
    resources.extend(function("take", &Value::Null, takes));
    resources.extend(function("tell", &Value::Null, tells));
    resources.extend(function("tidy", &Value::Null, vec![]));
    resources.extend(function("step", &Value::Null, vec![]));
    let queue_source = json!({ "batch_size": 10, "scaling_config": [{ "maximum_concurrency": 10 }] });
    let stream_source = json!({ "batch_size": 100, "maximum_retry_attempts": 9, "starting_position": "TRIM_HORIZON" });
    resources.extend([
        resource("aws_lambda_event_source_mapping", "aws_lambda_event_source_mapping.queue[\"take\"]", &queue_source),
        resource("aws_lambda_event_source_mapping", "aws_lambda_event_source_mapping.stream[\"tell\"]", &stream_source),
        resource("aws_scheduler_schedule", "", &json!({
            "name": "emporium-drift-shop-tidy", "schedule_expression": "rate(5 minutes)",
        })),
        resource("aws_dynamodb_table", "", &json!({
            "name": "emporium-drift-shop-things", "hash_key": "id", "range_key": "at", "stream_enabled": true,
            "stream_view_type": "NEW_AND_OLD_IMAGES", "ttl": [{ "enabled": true, "attribute_name": "gone_at" }],
            "global_secondary_index": [{ "name": "by-at", "hash_key": "at", "range_key": null }],
        })),
        json!({
            "mode": "managed", "type": "aws_apigatewayv2_route", "index": "GET /things", "values": {
                "route_key": "GET /things", "authorization_type": "JWT", "authorization_scopes": ["admin"],
            },
        }),
        json!({
            "mode": "managed", "type": "aws_lambda_permission", "index": "GET /things",
            "values": { "function_name": "emporium-drift-shop-see" },
        }),
        resource("aws_sns_topic", "", &json!({ "name": "emporium-drift-shop-news" })),
        resource("aws_secretsmanager_secret", "", &json!({ "name": "emporium-drift-shop-word" })),
        resource("aws_sqs_queue", "module.queue[\"inbox\"].aws_sqs_queue.this", &json!({
            "name": "emporium-drift-shop-inbox", "visibility_timeout_seconds": 60,
        })),
        resource("aws_sqs_queue_policy", "a", &sends(inbox)),
        resource("aws_sqs_queue_policy", "b", &sends(&format!("{inbox}-dead"))),
        json!({
            "mode": "managed", "type": "aws_sns_topic_subscription",
            "address": "module.subscription[\"shop/inbox\"].aws_sns_topic_subscription.this",
            "values": { "filter_policy": r#"{"type":["a.v1","b.v1"]}"#, "raw_message_delivery": true },
        }),
        resource("aws_sfn_state_machine", "module.saga[\"tale\"].aws_sfn_state_machine.this", &json!({
            "name": "emporium-drift-shop-tale",
            "definition": json!({ "States": { "Step": { "Resource": step }, "End": {} } }).to_string(),
        })),
        resource("aws_iam_role_policy", "module.saga[\"tale\"].aws_iam_role_policy.this", &json!({
            "role": "emporium-drift-shop-tale-saga",
            "policy": policy(&json!([allow(&["lambda:InvokeFunction"], &[step], None), allow(&["logs:X"], &["*"], None)])),
        })),
    ]);
    resources.extend(buckets());
    resources
}

/// A bucket that takes uploads and tells a queue, and one that is shown.
fn buckets() -> Vec<Value> {
    let of = |bucket: &str, kind: &str, values: Value| {
        let address = format!("module.bucket[\"shop/{bucket}\"].{kind}.this");
        json!({ "mode": "managed", "type": kind, "address": address, "values": values })
    };
    let (queue, bucket) =
        ("arn:aws:sqs:eu-central-1:123456789012:emporium-drift-shop-dropped", "emporium-drift-shop-drop-123456789012");
    let told = json!({ "ArnEquals": { "aws:SourceArn": format!("arn:aws:s3:::{bucket}") } });
    let mut read = allow(&["s3:GetObject"], &["*"], None);
    read["Principal"] = json!({ "Service": "cloudfront.amazonaws.com" });
    let nobody = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" });
    vec![
        of("drop", "aws_s3_bucket", json!({ "bucket": bucket })),
        of("drop", "aws_s3_bucket_policy", json!({ "policy": policy(&json!([nobody])) })),
        of(
            "drop",
            "aws_s3_bucket_lifecycle_configuration",
            json!({
                "rule": [{ "id": "stopped", "expiration": [] }, { "id": "old", "expiration": [{ "days": 7 }] }],
            }),
        ),
        of("drop", "aws_s3_bucket_cors_configuration", json!({ "cors_rule": [{ "allowed_methods": ["PUT"] }] })),
        of("drop", "aws_s3_bucket_notification", json!({ "queue": [{ "queue_arn": queue }] })),
        of("shown", "aws_s3_bucket", json!({ "bucket": "emporium-drift-shop-shown-123456789012" })),
        of("shown", "aws_s3_bucket_policy", json!({ "policy": policy(&json!([nobody, read])) })),
        resource(
            "aws_sqs_queue",
            "module.queue[\"dropped\"].aws_sqs_queue.this",
            &json!({
                "name": "emporium-drift-shop-dropped", "visibility_timeout_seconds": 30,
            }),
        ),
        resource(
            "aws_sqs_queue_policy",
            "c",
            &json!({
                "policy": policy(&json!([allow(&["sqs:SendMessage"], &[queue], Some(told))])),
            }),
        ),
    ]
}

fn compared(resources: Vec<Value>) -> facts::Compared {
    let shop = shop();
    let imagined = imagined(&shop);
    let plan = json!({ "planned_values": { "root_module": { "child_modules": [{ "resources": resources }] } } });
    facts::compare(&described::facts(&shop, &imagined), &planned::facts(&plan, &imagined).unwrap())
}

#[test]
fn what_is_planned_as_described_has_no_faults() {
    let compared = compared(right());
    assert_eq!(compared.faults, Vec::<String>::new());
    assert_eq!(compared.unknown, 3, "which queue a mapping reads, and max_receives, need ARNs that AWS makes");
}

/// Changes the first resource whose JSON has `from` in it to have `to` instead: the fault begins with `fault`.
#[track_caller]
fn differs(from: &str, to: &str, fault: &str) {
    let mut resources = right();
    let changed = resources.iter_mut().find(|resource| resource.to_string().contains(from)).expect(from);
    *changed = serde_json::from_str(&changed.to_string().replacen(from, to, 1)).unwrap();
    let faults = compared(resources).faults;
    assert!(faults.iter().any(|found| found.starts_with(fault)), "no fault begins with {fault}: {faults:#?}");
}

#[test]
fn differences_of_functions_are_found() {
    differs(r#""handler":"see""#, r#""handler":"sea""#, "function shop-see: handler: service.yaml says see");
    differs(r#""memory_size":128"#, r#""memory_size":256"#, "function shop-see: memory_mb");
    differs(r#""timeout":5"#, r#""timeout":6"#, "function shop-see: timeout_seconds");
    differs("the-stages-base", "another", "function shop-see: setting BASE");
    differs(r#""THINGS""#, r#""THINGZ""#, "function shop-see: setting THINGS: service.yaml says");
    differs(r#""THINGS""#, r#""THINGZ""#, "function shop-see: setting THINGZ: Terraform plans");
}

#[test]
fn differences_of_permissions_are_found() {
    differs("dynamodb:Query", "dynamodb:Scan", "function shop-see: may dynamodb:Scan on arn:aws:dynamodb");
    differs("table/emporium-drift-shop-things/index/*", "table/x", "function shop-see: may dynamodb:Query on");
    differs("ses:FromAddress", "ses:Recipients", "function shop-see: may ses:SendEmail on");
    differs("kms:ViaService", "aws:ViaService", "function shop-see: may kms:Decrypt on");
    differs("dynamodb.eu-central-1", "rds.eu-central-1", "function shop-see: may kms:Decrypt on");
    differs("sqs:DeleteMessage", "sqs:PurgeQueue", "function shop-take: may sqs:PurgeQueue on");
    differs("s3:PutObject", "s3:GetObject", "function shop-tell: may s3:GetObject on");
    differs("lambda:InvokeFunction", "lambda:*", "saga shop-tale: may lambda:* on");
}

#[test]
fn differences_of_triggers_are_found() {
    differs(r#""batch_size":10,"#, r#""batch_size":11,"#, "function shop-take: batch");
    differs(r#""maximum_concurrency":10"#, r#""maximum_concurrency":2"#, "function shop-take: concurrency");
    differs(r#""maximum_retry_attempts":9"#, r#""maximum_retry_attempts":10"#, "function shop-tell: attempts");
    differs("rate(5 minutes)", "rate(1 hour)", "function shop-tidy: schedule");
    differs(r#"shop-step:live\"}"#, r#"shop-tidy:live\"}"#, "saga shop-tale: calls arn:aws:lambda");
    differs(r#"["admin"]"#, r#"["customer"]"#, "function shop-see: route GET /things: service.yaml says scope admin");
    differs(r#""JWT""#, r#""NONE""#, "function shop-see: route GET /things: service.yaml says scope admin");
    differs(r#""route_key":"GET /things""#, r#""route_key":"GET /all""#, "function shop-see: route GET /all");
    differs(r#""aws_lambda_permission""#, r#""aws_x""#, "function that nobody may invoke: route GET /things");
}

#[test]
fn differences_of_stores_are_found() {
    differs(r#""range_key":"at""#, r#""range_key":"on""#, "table shop-things: key");
    differs(r#""name":"by-at""#, r#""name":"by-on""#, "table shop-things: index by-at");
    differs("NEW_AND_OLD_IMAGES", "KEYS_ONLY", "table shop-things: stream");
    differs("gone_at", "left_at", "table shop-things: ttl");
    differs("emporium-drift-shop-news\"}", "emporium-drift-shop-olds\"}", "topic shop-news: exists");
    differs("emporium-drift-shop-word", "emporium-drift-shop-sword", "secret shop-word: exists");
    differs(
        r#""visibility_timeout_seconds":60"#,
        r#""visibility_timeout_seconds":6"#,
        "queue shop-inbox: visibility_seconds",
    );
    differs("aws:SourceArn", "aws:SourceAccount", "queue shop-inbox: who sends");
    differs("a.v1", "c.v1", "queue shop-inbox: types");
    differs(r#""raw_message_delivery":true"#, r#""raw_message_delivery":false"#, "queue shop-inbox: types");
}

#[test]
fn differences_of_buckets_are_found() {
    differs("drop-123456789012\"}", "drop-1\"}", "bucket shop-drop: name");
    differs(r#"[{"days":7}]"#, r#"[{"days":8}]"#, "bucket shop-drop: expire_days");
    differs(r#"[{"days":7}]"#, "[]", "bucket shop-drop: expire_days");
    differs(r#"["PUT"]"#, r#"["PUT","POST"]"#, "bucket shop-drop: takes");
    differs("shop-dropped\"}", "shop-inbox\"}", "bucket shop-drop: tells");
    differs("arn:aws:s3:::emporium", "arn:aws:s3:::other", "queue shop-dropped: who sends");
    differs("cloudfront.amazonaws.com", "lambda.amazonaws.com", "bucket shop-shown: is read by");
    differs("aws_s3_bucket_cors_configuration", "aws_x", "bucket shop-drop: takes");
}

#[test]
fn code_and_descriptions_are_compared_both_ways() {
    let mut shop = local::shop().unwrap();
    assert_eq!(code(&shop), Vec::<String>::new());
    let renamed = shop.services[0].functions.shift_remove("list-products").unwrap();
    shop.services[0].functions.insert("list-wares".to_owned(), renamed);
    assert_eq!(
        code(&shop),
        [
            "function catalog/list-products: there is code, and service.yaml does not describe it",
            "function catalog/list-wares: described in service.yaml, and there is no code for it",
        ]
    );
}

#[test]
fn environments_that_differ_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for (stage, text) in [("dev", "a"), ("prod", "b")] {
        fs::create_dir(folder.path().join(stage)).unwrap();
        fs::write(folder.path().join(stage).join("main.tf"), text).unwrap();
    }
    let faults = alike(folder.path()).unwrap();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("prod/main.tf"), "{faults:?}");
}

#[test]
fn each_value_of_the_stage_is_imagined() {
    let yaml = "context: x\nfunctions: { f: { about: a, trigger: { http: GET /x }, timeout_seconds: 1, \
                settings: { A: stage/one } } }";
    let shop = Shop { services: vec![Service::parse(yaml).unwrap()] };
    assert_eq!(imagined(&shop).given.values["one"], "the-stages-one");
}
