//! PUT and DELETE /products/{id}: every condition, on every state that a product can be in.

use lambda::FieldError;
use serde_json::{Value, json};

use crate::{Answer, Call, Catalogue, mug, put};

fn delete(id: &str) -> Call {
    Call::new("delete-product").id(id)
}

/// A catalogue in which `MUG-01` is on sale in version 2, and `GONE` was deleted in version 2.
async fn stocked() -> Catalogue {
    let catalogue = Catalogue::new();
    catalogue.create("MUG-01").await;
    assert_eq!(catalogue.call(put("MUG-01").header("if-match", "\"1\"")).await.status, 200);
    catalogue.create("GONE").await;
    catalogue.remove("GONE", "\"1\"").await;
    catalogue
}

fn outcome(answer: &Answer) -> (u64, Option<&str>) {
    (answer.status, answer.etag())
}

#[tokio::test]
async fn a_put_does_what_its_condition_says() {
    for (id, name, value, expected) in [
        ("NEW", "", "", (201, Some("\"1\""))),
        ("NEW", "if-none-match", "*", (201, Some("\"1\""))),
        ("NEW", "if-match", "\"1\"", (412, None)),
        ("NEW", "if-match", "*", (412, None)),
        ("GONE", "", "", (201, Some("\"3\""))),
        ("GONE", "if-none-match", "*", (201, Some("\"3\""))),
        ("GONE", "if-match", "\"2\"", (412, None)),
        ("GONE", "if-match", "*", (412, None)),
        ("MUG-01", "", "", (428, None)),
        ("MUG-01", "if-none-match", "*", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "\"2\"", (200, Some("\"3\""))),
        ("MUG-01", "if-match", "\"9\", \"2\"", (200, Some("\"3\""))),
        ("MUG-01", "if-match", "*", (200, Some("\"3\""))),
        ("MUG-01", "if-match", "\"1\"", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "\"3\"", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "W/\"2\"", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "\"x\"", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "2", (400, None)),
        ("MUG-01", "if-none-match", "\"9\"", (400, None)),
    ] {
        let catalogue = stocked().await;
        let before = catalogue.get(id).await;
        let call = put(id).body(&mug("Bigger mug"));
        let answer = catalogue.call(if name.is_empty() { call } else { call.header(name, value) }).await;
        assert_eq!(outcome(&answer), expected, "{id} {name}: {value}");
        let after = catalogue.get(id).await;
        if answer.status < 300 {
            assert_eq!((&after.body, after.etag()), (&answer.body, answer.etag()), "{id} {name}: {value}");
            assert_eq!(after.body["name"], "Bigger mug");
        } else {
            answer.problem();
            assert_eq!(after, before, "{id} {name}: {value}");
        }
    }
}

#[tokio::test]
async fn a_delete_does_what_its_condition_says() {
    for (id, name, value, expected) in [
        ("NEW", "if-match", "*", (404, None)),
        ("GONE", "if-match", "\"2\"", (404, None)),
        ("GONE", "if-match", "*", (404, None)),
        ("mug", "if-match", "*", (404, None)),
        ("MUG-01", "", "", (428, None)),
        ("MUG-01", "if-match", "\"1\"", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "W/\"2\"", (412, Some("\"2\""))),
        ("MUG-01", "if-match", "\"2\"", (204, None)),
        ("MUG-01", "if-match", "*", (204, None)),
        ("MUG-01", "if-match", "2", (400, None)),
        ("MUG-01", "if-none-match", "*", (400, None)),
    ] {
        let catalogue = stocked().await;
        let before = catalogue.get(id).await;
        let call = delete(id);
        let answer = catalogue.call(if name.is_empty() { call } else { call.header(name, value) }).await;
        assert_eq!(outcome(&answer), expected, "{id} {name}: {value}");
        let after = catalogue.get(id).await;
        if answer.status == 204 { assert_eq!(after.status, 404) } else { assert_eq!(after, before) }
    }
}

#[tokio::test]
async fn the_kinds_of_problem_are_stable() {
    let catalogue = stocked().await;
    let kind = async |call: Call| catalogue.call(call).await.problem_kind();
    assert_eq!(kind(put("MUG-01")).await, "/problems/precondition-required");
    assert_eq!(kind(delete("MUG-01")).await, "/problems/precondition-required");
    assert_eq!(kind(put("MUG-01").header("if-none-match", "*")).await, "/problems/precondition-failed");
    assert_eq!(kind(delete("MUG-01").header("if-match", "\"1\"")).await, "/problems/precondition-failed");
    assert_eq!(kind(put("MUG-01").header("if-match", "1")).await, "/problems/malformed-request");
    assert_eq!(kind(put("ill formed")).await, "/problems/invalid-request");
}

#[tokio::test]
async fn of_two_that_change_the_same_version_one_is_refused() {
    let catalogue = stocked().await;
    let change = |name: &str| put("MUG-01").header("if-match", "\"2\"").body(&mug(name));
    let (one, other) = tokio::join!(catalogue.call(change("One")), catalogue.call(change("Other")));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(catalogue.get("MUG-01").await.etag(), Some("\"3\""));
}

#[tokio::test]
async fn versions_go_on_through_deletions() {
    let catalogue = Catalogue::new();
    let mut version = 1;
    for _ in 0..3 {
        let created = catalogue.create("MUG-01").await;
        assert_eq!(created.body["version"], version);
        catalogue.remove("MUG-01", &format!("\"{version}\"")).await;
        version += 2;
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_written() {
    let catalogue = Catalogue::new();
    let body =
        json!({ "name": "\n", "description": "x".repeat(2_001), "price": { "amount_minor": 0, "currency": "eur" } });
    let answer = catalogue.call(put("MUG-01").body(&body)).await;
    assert_eq!((answer.status, answer.problem_kind().as_str()), (422, "/problems/invalid-request"));
    let errors: Vec<FieldError> = answer.problem().errors;
    let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/description", "/price/currency", "/price/amount_minor"]);
    assert_eq!(catalogue.get("MUG-01").await.status, 404);
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused() {
    let catalogue = Catalogue::new();
    let with = |field: &str, value: Value| {
        let mut body = mug("Mug");
        body[field] = value;
        body
    };
    for body in [json!({}), json!([]), with("stock", 3.into()), with("name", Value::Null), with("price", 1980.into())] {
        assert_eq!(catalogue.call(put("MUG-01").body(&body)).await.status, 422, "{body}");
    }
    let mut call = put("MUG-01");
    call.event["body"] = "{".into();
    assert_eq!(catalogue.call(call).await.status, 400);
}
