//! What Terraform plans, as facts. The plan is what `terraform show -json` prints (its format: "JSON output format" in
//! Terraform's documentation); a value that is known only after apply is absent from it.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{Imagined, facts::Facts};

/// Services whose use of the key may be implied by a permission on something of theirs.
const KEYED: [&str; 6] = ["dynamodb", "sns", "sqs", "states", "secretsmanager", "s3"];

/// The facts of a plan.
pub fn facts(plan: &Value, imagined: &Imagined) -> anyhow::Result<Facts> {
    let prefix = format!("emporium-{}-", imagined.names.stage);
    let mut resources = Vec::new();
    collect(&plan["planned_values"]["root_module"], &mut resources);
    let mut facts = Facts::default();
    for resource in &resources {
        let resource = Resource { json: resource, prefix: &prefix };
        match resource.text("/type") {
            Some("aws_lambda_function") => function(&mut facts, &resource),
            Some("aws_iam_role_policy") => role_policy(&mut facts, &resource)?,
            Some("aws_iam_role_policy_attachment") => {
                // What is attached is not seen here; nothing needs it.
                facts.say(resource.address(), "policy", resource.known("/policy_arn"));
            }
            Some("aws_lambda_event_source_mapping") => mapping(&mut facts, &resource),
            Some("aws_scheduler_schedule") => {
                facts.say(&format!("function {}", resource.name()), "schedule", resource.known("/schedule_expression"));
            }
            Some("aws_dynamodb_table") => table(&mut facts, &resource),
            Some("aws_sns_topic") => facts.say(&format!("topic {}", resource.name()), "exists", true),
            Some("aws_secretsmanager_secret") => facts.say(&format!("secret {}", resource.name()), "exists", true),
            Some("aws_sqs_queue") if resource.address().ends_with("aws_sqs_queue.this") => queue(&mut facts, &resource),
            Some("aws_sqs_queue_policy") => queue_policy(&mut facts, &resource)?,
            Some("aws_sns_topic_subscription") => subscription(&mut facts, &resource)?,
            Some("aws_sfn_state_machine") => saga(&mut facts, &resource)?,
            Some(kind) if kind.starts_with("aws_s3_bucket") => bucket(&mut facts, &resource, kind)?,
            Some("aws_cognito_user_pool") => user_pool(&mut facts, &resource),
            _ => {}
        }
    }
    routes(&mut facts, &resources, &prefix);
    Ok(facts)
}

fn collect<'a>(module: &'a Value, into: &mut Vec<&'a Value>) {
    into.extend(module["resources"].as_array().into_iter().flatten().filter(|resource| resource["mode"] == "managed"));
    module["child_modules"].as_array().into_iter().flatten().for_each(|child| collect(child, into));
}

/// One resource of the plan.
struct Resource<'a> {
    json: &'a Value,
    /// What comes before `<context>-<name>`.
    prefix: &'a str,
}

impl<'a> Resource<'a> {
    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.json.pointer(pointer)?.as_str()
    }

    fn address(&self) -> &'a str {
        self.text("/address").unwrap_or_default()
    }

    fn value(&self, pointer: &str) -> Option<&'a Value> {
        self.json["values"].as_object()?;
        self.json.pointer(&format!("/values{pointer}")).filter(|value| !value.is_null())
    }

    /// A value as text, if it is known.
    fn known(&self, pointer: &str) -> String {
        self.if_known(pointer).unwrap_or_else(|| "nothing".to_owned())
    }

    fn if_known(&self, pointer: &str) -> Option<String> {
        Some(plain(self.value(pointer)?))
    }

    /// `<context>-<name>`.
    fn name(&self) -> String {
        let name = self.known("/name");
        name.strip_prefix(self.prefix).unwrap_or(&name).to_owned()
    }

    /// `<context>-<key>` of the module and the key of `for_each` that the resource or its module has last.
    fn by_address(&self) -> String {
        let keys: Vec<&str> = self.address().split('"').skip(1).step_by(2).collect();
        keys.join("-").replace('/', "-")
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn function(facts: &mut Facts, resource: &Resource<'_>) {
    let name = resource.known("/function_name");
    let thing = format!("function {}", name.strip_prefix(resource.prefix).unwrap_or(&name));
    facts.say(&thing, "handler", resource.known("/handler"));
    facts.say(&thing, "memory_mb", resource.known("/memory_size"));
    facts.say(&thing, "timeout_seconds", resource.known("/timeout"));
    for (setting, value) in resource.value("/environment/0/variables").and_then(Value::as_object).into_iter().flatten()
    {
        facts.say(&thing, &format!("setting {setting}"), plain(value));
    }
}

/// What a function or a saga may do.
fn role_policy(facts: &mut Facts, resource: &Resource<'_>) -> anyhow::Result<()> {
    let role = resource.known("/role");
    let role = role.strip_prefix(resource.prefix).unwrap_or(&role);
    let thing = if resource.address().contains(".module.function[") {
        format!("function {role}")
    } else if resource.address().contains(".module.saga[") {
        format!("saga {}", role.strip_suffix("-saga").unwrap_or(role))
    } else {
        // A schedule's role, which may invoke what is known after apply.
        return Ok(());
    };
    let Some(policy) = resource.value("/policy") else {
        facts.say(&thing, "policy", "what is known after apply only, and cannot be compared");
        return Ok(());
    };
    let permissions = permissions(&plain(policy)).with_context(|| resource.address().to_owned())?;
    let services: BTreeSet<&str> =
        permissions.iter().filter_map(|(action, ..)| Some(action.split_once(':')?.0)).collect();
    for (action, on, condition) in &permissions {
        let key = action.starts_with("kms:");
        let own_logs = thing.starts_with("saga") && !action.starts_with("lambda:");
        if own_logs || key && by_service(condition, &services) {
            continue;
        }
        facts.say(&thing, &format!("may {action} on {on}"), condition.as_deref().unwrap_or("always"));
    }
    Ok(())
}

/// Whether a condition limits the use of the key to services that the role may use anyway.
fn by_service(condition: &Option<String>, services: &BTreeSet<&str>) -> bool {
    let condition: Option<Value> = condition.as_ref().and_then(|text| serde_json::from_str(text).ok());
    let Some(via) = condition.as_ref().map(|condition| &condition["StringEquals"]["kms:ViaService"]) else {
        return false;
    };
    let named = list(via);
    let allowed = |host: &String| {
        host.split_once('.').is_some_and(|(service, _)| KEYED.contains(&service) && services.contains(service))
    };
    !named.is_empty() && named.iter().all(allowed)
}

/// Action, resource and condition of everything that a policy allows, one by one.
fn permissions(policy: &str) -> anyhow::Result<Vec<(String, String, Option<String>)>> {
    let policy: Value = serde_json::from_str(policy)?;
    let mut found = Vec::new();
    for statement in policy["Statement"].as_array().into_iter().flatten().filter(|one| one["Effect"] == "Allow") {
        ensure!(
            statement.get("NotAction").or(statement.get("NotResource")).is_none(),
            "a policy allows all but something"
        );
        let condition = statement.get("Condition").map(ToString::to_string);
        for action in list(&statement["Action"]) {
            let pairs = list(&statement["Resource"]).into_iter().map(|on| (action.clone(), on, condition.clone()));
            found.extend(pairs);
        }
    }
    Ok(found)
}

/// IAM writes a list of one as its only item.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Null => Vec::new(),
        one => vec![plain(one)],
    }
}

fn mapping(facts: &mut Facts, resource: &Resource<'_>) {
    let thing = format!("function {}", resource.by_address());
    facts.say(&thing, "batch", resource.known("/batch_size"));
    if resource.value("/starting_position").is_some() {
        let attempts = resource.value("/maximum_retry_attempts").and_then(Value::as_u64);
        facts.say_if_known(&thing, "attempts", attempts.map(|retries| (retries + 1).to_string()));
        facts.say(&thing, "reads a stream", true);
    } else {
        facts.say(&thing, "concurrency", resource.known("/scaling_config/0/maximum_concurrency"));
        facts.say_if_known(&thing, "queue", resource.if_known("/event_source_arn"));
    }
}

fn table(facts: &mut Facts, resource: &Resource<'_>) {
    let thing = format!("table {}", resource.name());
    let key = |hash: &Value, range: &Value| match range.as_str() {
        Some(range) if !range.is_empty() => format!("{}, {range}", plain(hash)),
        _ => plain(hash),
    };
    let values = &resource.json["values"];
    facts.say(&thing, "key", key(&values["hash_key"], &values["range_key"]));
    for index in values["global_secondary_index"].as_array().into_iter().flatten() {
        let name = plain(&index["name"]);
        facts.say(&thing, &format!("index {name}"), key(&index["hash_key"], &index["range_key"]));
    }
    let streams = values["stream_enabled"] == true;
    facts.say(&thing, "stream", if streams { resource.known("/stream_view_type") } else { "none".to_owned() });
    let ttl = values.pointer("/ttl/0").filter(|ttl| ttl["enabled"] == true);
    facts.say(&thing, "ttl", ttl.map_or("none".to_owned(), |ttl| plain(&ttl["attribute_name"])));
}

/// Which function a user pool asks: its ARN ends in the name and the alias.
fn user_pool(facts: &mut Facts, resource: &Resource<'_>) {
    let arn = resource.known("/lambda_config/0/pre_token_generation_config/0/lambda_arn");
    let name = arn.split(':').nth(6).unwrap_or_default();
    let thing = format!("function {}", name.strip_prefix(resource.prefix).unwrap_or(name));
    let how = if arn.ends_with(":live") { "pre token generation" } else { "pre token generation, by no alias" };
    facts.say(&thing, "user pool", how);
}

fn queue(facts: &mut Facts, resource: &Resource<'_>) {
    let thing = format!("queue {}", resource.name());
    facts.say(&thing, "visibility_seconds", resource.known("/visibility_timeout_seconds"));
    let redrive = resource.if_known("/redrive_policy").and_then(|text| serde_json::from_str::<Value>(&text).ok());
    facts.say_if_known(&thing, "max_receives", redrive.map(|redrive| plain(&redrive["maxReceiveCount"])));
}

/// Which topics may send to a queue. Its policy names the queue, as it has to.
fn queue_policy(facts: &mut Facts, resource: &Resource<'_>) -> anyhow::Result<()> {
    let Some(policy) = resource.value("/policy") else { return Ok(()) };
    for (action, on, condition) in permissions(&plain(policy)).with_context(|| resource.address().to_owned())? {
        let condition: Value = condition.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default();
        let senders = list(&condition["ArnEquals"]["aws:SourceArn"]);
        let name = on.rsplit(':').next().unwrap_or_default();
        let thing = format!("queue {}", name.strip_prefix(resource.prefix).unwrap_or(name));
        let only = action == "sqs:SendMessage" && !senders.is_empty();
        let who = if only { senders.join(", ") } else { format!("whoever may {action}") };
        facts.say(&thing, "who sends", who);
    }
    Ok(())
}

/// A bucket and what belongs to it, each of which is a resource of its own.
fn bucket(facts: &mut Facts, resource: &Resource<'_>, kind: &str) -> anyhow::Result<()> {
    let thing = format!("bucket {}", resource.by_address());
    match kind {
        "aws_s3_bucket" => facts.say(&thing, "name", resource.known("/bucket")),
        "aws_s3_bucket_lifecycle_configuration" => {
            let rules = resource.value("/rule").and_then(Value::as_array).into_iter().flatten();
            for days in rules.filter_map(|rule| rule.pointer("/expiration/0/days")).filter(|days| !days.is_null()) {
                facts.say(&thing, "expire_days", days);
            }
        }
        "aws_s3_bucket_cors_configuration" => {
            let methods = resource.value("/cors_rule/0/allowed_methods").cloned().unwrap_or_default();
            facts.say(&thing, "takes", list(&methods).join(", "));
        }
        "aws_s3_bucket_notification" => facts.say_if_known(&thing, "tells", resource.if_known("/queue/0/queue_arn")),
        "aws_s3_bucket_policy" => {
            let policy: Value = serde_json::from_str(&resource.known("/policy"))
                .with_context(|| format!("the policy of {}", resource.address()))?;
            let statements = policy["Statement"].as_array().into_iter().flatten();
            for readers in statements.filter(|statement| statement["Effect"] == "Allow") {
                facts.say(&thing, "is read by", list(&readers["Principal"]["Service"]).join(", "));
            }
        }
        _ => {}
    }
    Ok(())
}

fn subscription(facts: &mut Facts, resource: &Resource<'_>) -> anyhow::Result<()> {
    let filter: Value = serde_json::from_str(&resource.known("/filter_policy"))
        .with_context(|| format!("the filter policy of {}", resource.address()))?;
    let raw = resource.value("/raw_message_delivery") == Some(&Value::Bool(true));
    let types = list(&filter["type"]).join(", ");
    let types = if raw { types } else { format!("{types}, wrapped by SNS") };
    facts.say(&format!("queue {}", resource.by_address()), "types", types);
    Ok(())
}

/// Which functions a saga's definition calls.
fn saga(facts: &mut Facts, resource: &Resource<'_>) -> anyhow::Result<()> {
    let thing = format!("saga {}", resource.name());
    let definition: Value = serde_json::from_str(&resource.known("/definition"))
        .with_context(|| format!("the definition of {}", resource.address()))?;
    let states = definition["States"].as_object().into_iter().flatten();
    for step in states.filter_map(|(_, state)| state["Resource"].as_str()) {
        facts.say(&thing, &format!("calls {step}"), true);
    }
    Ok(())
}

/// Routes, with the function behind each and who may call it.
fn routes(facts: &mut Facts, resources: &[&Value], prefix: &str) {
    let of_type = |kind: &'static str| resources.iter().filter(move |resource| resource["type"] == kind);
    for route in of_type("aws_apigatewayv2_route") {
        let key = plain(&route["index"]);
        // The function that a route leads to is known after apply; the one that it may invoke is known now.
        let permission = of_type("aws_lambda_permission").find(|permission| permission["index"] == route["index"]);
        let name =
            permission.map_or("that nobody may invoke".to_owned(), |allows| plain(&allows["values"]["function_name"]));
        let values = &route["values"];
        let scopes = list(&values["authorization_scopes"]);
        let who = match values["authorization_type"].as_str() {
            Some("JWT") if !scopes.is_empty() => format!("scope {}", scopes.join(", ")),
            Some("NONE") => "anybody".to_owned(),
            other => format!("authorization {}", other.unwrap_or("that is unknown")),
        };
        let thing = format!("function {}", name.strip_prefix(prefix).unwrap_or(&name));
        facts.say(&thing, &format!("route {}", plain(&values["route_key"])), &who);
        if values["route_key"] != route["index"] {
            facts.say(&thing, &format!("permission for {key}"), who);
        }
    }
}
