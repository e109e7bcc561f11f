//! Filter policies: what each accepts, and which are refused. Most examples are from SNS's own documentation.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::filter::{FilterPolicy, FilterScope};
use crate::sqs::{AttributeValue, MessageAttribute};

fn attribute(data_type: &str, value: &str) -> MessageAttribute {
    MessageAttribute { data_type: data_type.to_owned(), value: AttributeValue::Text(value.to_owned()) }
}

fn accepts(policy: Value, attributes: &[(&str, MessageAttribute)]) -> bool {
    let policy = FilterPolicy::parse(&policy, FilterScope::MessageAttributes).unwrap();
    let attributes: BTreeMap<_, _> =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    policy.accepts(&attributes, "the body is not looked at")
}

/// Whether a condition on the attribute `k` accepts it with this type and value.
fn one(condition: Value, data_type: &str, value: &str) -> bool {
    accepts(json!({ "k": [condition] }), &[("k", attribute(data_type, value))])
}

#[test]
fn texts() {
    let table = [
        (json!("rugby"), "rugby", true),
        (json!("rugby"), "Rugby", false),
        (json!("rugby"), "rugby ", false),
        (json!({ "prefix": "bas" }), "baseball", true),
        (json!({ "prefix": "bas" }), "rugby", false),
        (json!({ "suffix": "ball" }), "baseball", true),
        (json!({ "suffix": "ball" }), "ballad", false),
        (json!({ "equals-ignore-case": "tennis" }), "TENNIS", true),
        (json!({ "equals-ignore-case": "tennis" }), "table tennis", false),
        (json!({ "anything-but": "rugby" }), "tennis", true),
        (json!({ "anything-but": "rugby" }), "rugby", false),
        (json!({ "anything-but": ["rugby", "tennis"] }), "tennis", false),
        (json!({ "anything-but": ["rugby", "tennis"] }), "baseball", true),
        (json!({ "anything-but": { "prefix": "order-" } }), "order-entry", false),
        (json!({ "anything-but": { "prefix": "order-" } }), "data-entry", true),
        (json!({ "anything-but": { "suffix": "ball" } }), "baseball", false),
        (json!({ "anything-but": { "suffix": "ball" } }), "rugby", true),
        (json!({ "exists": true }), "anything", true),
        (json!({ "exists": false }), "anything", false),
        // Types do not mix.
        (json!(1), "1", false),
        (json!({ "numeric": ["=", 1] }), "1", false),
        (json!({ "anything-but": [1] }), "1", true),
    ];
    for (condition, value, expected) in table {
        assert_eq!(one(condition.clone(), "String", value), expected, "{condition} on {value}");
    }
}

#[test]
fn numbers() {
    let table = [
        (json!(100), "100", true),
        (json!(100), "100.0", true),
        (json!(100), "1e2", true),
        (json!(100), "100.1", false),
        (json!({ "numeric": ["=", 301.5] }), "301.50", true),
        // Five digits after the decimal point count.
        (json!({ "numeric": ["=", 0.3] }), "0.3000001", true),
        (json!({ "numeric": ["=", 0.3] }), "0.30001", false),
        (json!({ "numeric": ["<", 0] }), "-1", true),
        (json!({ "numeric": ["<", 0] }), "0", false),
        (json!({ "numeric": ["<=", 0] }), "0", true),
        (json!({ "numeric": [">", 0, "<=", 150] }), "150", true),
        (json!({ "numeric": [">", 0, "<=", 150] }), "0", false),
        (json!({ "numeric": [">=", 0, "<", 150] }), "150", false),
        (json!({ "anything-but": [100, 500] }), "101", true),
        (json!({ "anything-but": [100, 500] }), "500", false),
        (json!("100"), "100", false),
        (json!({ "prefix": "1" }), "100", false),
    ];
    for (condition, value, expected) in table {
        assert_eq!(one(condition.clone(), "Number", value), expected, "{condition} on {value}");
    }
}

#[test]
fn lists_match_by_any_of_their_values() {
    let table = [
        (json!("rugby"), r#"["soccer","rugby"]"#, true),
        (json!("rugby"), r#"["soccer"]"#, false),
        (json!(5), "[1,5]", true),
        (json!(true), "[true]", true),
        (json!(null), "[null]", true),
        (json!(null), "[false]", false),
        (json!({ "anything-but": ["rugby", "tennis"] }), r#"["rugby","baseball"]"#, true),
        (json!({ "anything-but": ["rugby", "tennis"] }), r#"["rugby"]"#, false),
        (json!({ "exists": true }), "[]", true),
    ];
    for (condition, value, expected) in table {
        assert_eq!(one(condition.clone(), "String.Array", value), expected, "{condition} on {value}");
    }
}

#[test]
fn an_absent_attribute_meets_only_its_absence() {
    let there = [("other", attribute("String", "x"))];
    for (condition, expected) in [
        (json!("x"), false),
        (json!({ "anything-but": "x" }), false),
        (json!({ "exists": true }), false),
        (json!({ "exists": false }), true),
    ] {
        assert_eq!(accepts(json!({ "k": [condition.clone()] }), &there), expected, "{condition}");
    }
    let binary = MessageAttribute { data_type: "Binary".to_owned(), value: AttributeValue::Binary(vec![1]) };
    assert!(accepts(json!({ "k": [{ "exists": false }] }), &[("k", binary)]));
}

#[test]
fn keys_are_all_needed_and_conditions_are_choices() {
    let policy = json!({ "store": ["example_corp"], "price": [{ "numeric": [">=", 100] }, { "numeric": ["=", 1] }] });
    let order = |store: &str, price: &str| {
        accepts(policy.clone(), &[("store", attribute("String", store)), ("price", attribute("Number", price))])
    };
    assert!(order("example_corp", "100"));
    assert!(order("example_corp", "1"));
    assert!(!order("example_corp", "2"));
    assert!(!order("other", "100"));
    assert!(!accepts(policy.clone(), &[("store", attribute("String", "example_corp"))]));
    let either = json!({ "$or": [{ "store": ["a"] }, { "price": [1], "store": ["b"] }] });
    assert!(accepts(either.clone(), &[("store", attribute("String", "a"))]));
    assert!(accepts(either.clone(), &[("store", attribute("String", "b")), ("price", attribute("Number", "1"))]));
    assert!(!accepts(either, &[("store", attribute("String", "b"))]));
}

#[test]
fn bodies() {
    let accepts = |policy: &Value, body: &str| {
        FilterPolicy::parse(policy, FilterScope::MessageBody).unwrap().accepts(&BTreeMap::new(), body)
    };
    let policy = json!({ "type": [{ "prefix": "shop." }], "data": { "total": { "currency": ["EUR"] } } });
    let event = |kind: &str, currency: &str| {
        json!({ "type": kind, "data": { "total": { "currency": currency, "amount_minor": 5 } } }).to_string()
    };
    assert!(accepts(&policy, &event("shop.order.confirmed.v1", "EUR")));
    assert!(!accepts(&policy, &event("shop.order.confirmed.v1", "USD")));
    assert!(!accepts(&policy, &event("other", "EUR")));
    for body in [r#"{"type":"shop.x"}"#, "shop.x", "[]", ""] {
        assert!(!accepts(&policy, body), "{body}");
    }
    let lines = json!({ "lines": { "sku": ["A"], "n": [{ "numeric": [">", 1] }] } });
    assert!(accepts(&lines, r#"{"lines":[{"sku":"A","n":2},{"sku":"B","n":1}]}"#));
    assert!(!accepts(&lines, r#"{"lines":[{"sku":"A","n":1},{"sku":"B","n":2}]}"#));
    assert!(accepts(&json!({ "tags": ["x"] }), r#"{"tags":["y","x"]}"#));
    assert!(accepts(&json!({ "a": { "b": [{ "exists": false }] } }), "{}"));
    assert!(!accepts(&json!({ "a": { "b": [{ "exists": true }] } }), r#"{"a":{"b":{"c":1}}}"#));
    assert!(accepts(&json!({ "flag": [true, null] }), r#"{"flag":null}"#));
}

#[test]
fn what_is_not_understood_is_refused() {
    let refused = [
        json!([]),
        json!({}),
        json!({ "k": "x" }),
        json!({ "k": [] }),
        json!({ "k": [["x"]] }),
        json!({ "k": { "nested": ["x"] } }),
        json!({ "k": [{ "cidr": "10.0.0.0/24" }] }),
        json!({ "k": [{ "wildcard": "*" }] }),
        json!({ "k": [{}] }),
        json!({ "k": [{ "prefix": "a", "suffix": "b" }] }),
        json!({ "k": [{ "prefix": "" }] }),
        json!({ "k": [{ "prefix": 1 }] }),
        json!({ "k": [{ "exists": "true" }] }),
        json!({ "k": [{ "anything-but": [] }] }),
        json!({ "k": [{ "anything-but": [["x"]] }] }),
        json!({ "k": [{ "anything-but": { "numeric": ["=", 1] } }] }),
        json!({ "k": [{ "numeric": [] }] }),
        json!({ "k": [{ "numeric": ["="] }] }),
        json!({ "k": [{ "numeric": ["!=", 1] }] }),
        json!({ "k": [{ "numeric": ["<", 2, ">", 1] }] }),
        json!({ "k": [{ "numeric": [">", 2, "<", 1] }] }),
        json!({ "k": [{ "numeric": ["=", 1, "=", 1] }] }),
        json!({ "k": [{ "numeric": ["=", 1_000_000_001] }] }),
        json!({ "k": [{ "numeric": ["=", "1"] }] }),
        json!({ "$or": [{ "k": ["x"] }] }),
        json!({ "$or": ["k", "l"] }),
        json!({ "$or": [{ "k": ["x"] }, {}] }),
        json!({ "a": ["x"], "b": ["x"], "c": ["x"], "d": ["x"], "e": ["x"], "f": ["x"] }),
    ];
    for policy in refused {
        assert!(FilterPolicy::parse(&policy, FilterScope::MessageAttributes).is_err(), "{policy}");
    }
}
