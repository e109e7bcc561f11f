//! Every operator of Choice rules.

use super::*;

/// Whether a condition holds for this input, or the error that deciding it gives.
async fn decide(mut condition: Value, input: Value) -> Result<bool, String> {
    condition["Next"] = json!("Yes");
    let machine = machine(json!({
        "A": { "Type": "Choice", "Choices": [condition], "Default": "No" },
        "Yes": { "Type": "Pass", "Result": true, "End": true },
        "No": { "Type": "Pass", "Result": false, "End": true },
    }));
    match FakeHost::new([]).run(&machine, input).await.0 {
        Outcome::Succeeded(answer) => Ok(answer.as_bool().unwrap()),
        other => Err(failed(other)),
    }
}

async fn check(operator: &str, operand: Value, value: Value, holds: bool) {
    let rule = json!({ "Variable": "$.x", operator: operand });
    let input = json!({ "x": value });
    assert_eq!(decide(rule, input).await, Ok(holds), "{value} {operator} {operand}");
}

/// An operand, with a value below, one that is equal and one above it, and some of other types.
fn classes() -> [(&'static str, Value, [Value; 3], Vec<Value>); 4] {
    let others = [json!(null), json!([]), json!({})];
    let with = |more: Value| others.iter().cloned().chain([more]).collect();
    [
        ("String", json!("b"), [json!("a"), json!("b"), json!("ba")], with(json!(1))),
        ("Numeric", json!(2), [json!(-1.5), json!(2.0), json!(3)], with(json!("2"))),
        (
            "Timestamp",
            json!("2026-03-01T10:00:00Z"),
            [json!("2026-03-01T10:59:59+01:00"), json!("2026-03-01T11:00:00+01:00"), json!("2026-03-01T10:00:00.001Z")],
            with(json!("2026-03-01")),
        ),
        ("Boolean", json!(true), [json!(false), json!(true), json!(true)], with(json!("true"))),
    ]
}

#[tokio::test]
async fn comparisons_and_their_path_variants() {
    let relations = [
        ("Equals", [false, true, false]),
        ("LessThan", [true, false, false]),
        ("LessThanEquals", [true, true, false]),
        ("GreaterThan", [false, false, true]),
        ("GreaterThanEquals", [false, true, true]),
    ];
    for (class, operand, [below, equal, above], others) in classes() {
        for (relation, [if_below, if_equal, if_above]) in relations {
            if class == "Boolean" && relation != "Equals" {
                continue;
            }
            let operator = format!("{class}{relation}");
            let if_above = if class == "Boolean" { if_equal } else { if_above };
            let cases = [(&below, if_below), (&equal, if_equal), (&above, if_above)];
            for (value, holds) in cases.into_iter().chain(others.iter().map(|other| (other, false))) {
                check(&operator, operand.clone(), value.clone(), holds).await;
                let rule = json!({ "Variable": "$.x", format!("{operator}Path"): "$.y" });
                let input = json!({ "x": value, "y": operand });
                assert_eq!(decide(rule, input).await, Ok(holds), "{value} {operator}Path {operand}");
            }
        }
    }
}

#[tokio::test]
async fn large_whole_numbers_are_compared_exactly() {
    check("NumericEquals", json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false).await;
    check("NumericGreaterThan", json!(-1), json!(u64::MAX), true).await;
}

#[tokio::test]
async fn types() {
    let values = [
        ("IsNull", json!(null)),
        ("IsString", json!("a")),
        ("IsNumeric", json!(1.5)),
        ("IsBoolean", json!(false)),
        ("IsTimestamp", json!("2026-03-01T10:00:00Z")),
    ];
    for (operator, _) in &values {
        for (of, value) in &values {
            let is = operator == of || (*operator == "IsString" && *of == "IsTimestamp");
            check(operator, json!(true), value.clone(), is).await;
            check(operator, json!(false), value.clone(), !is).await;
        }
    }
    for no_timestamp in ["2026-03-01T10:00:00", "2026-03-01t10:00:00Z", "2026-03-01T10:00:00z", "2026-03-01 10:00:00Z"]
    {
        check("IsTimestamp", json!(true), json!(no_timestamp), false).await;
    }
}

#[tokio::test]
async fn patterns() {
    for (pattern, text, holds) in [
        ("log-*.txt", "log-1.txt", true),
        ("log-*.txt", "log-.txt", true),
        ("log-*.txt", "log.txt", false),
        ("*", "", true),
        ("a*a", "a", false),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("", "a", false),
        ("a\\*", "a*", true),
        ("a\\*", "ab", false),
        ("a\\\\*", "a\\b", true),
    ] {
        check("StringMatches", json!(pattern), json!(text), holds).await;
    }
    check("StringMatches", json!("*"), json!(1), false).await;
}

#[tokio::test]
async fn a_missing_variable_fails_the_execution_unless_asked_for() {
    let is_present = |wanted: bool| json!({ "Variable": "$.x", "IsPresent": wanted });
    assert_eq!(decide(is_present(true), json!({ "x": null })).await, Ok(true));
    assert_eq!(decide(is_present(true), json!({})).await, Ok(false));
    assert_eq!(decide(is_present(false), json!({})).await, Ok(true));
    for rule in [
        json!({ "Variable": "$.x", "StringEquals": "a" }),
        json!({ "Variable": "$.x", "IsNull": true }),
        json!({ "Variable": "$.y", "StringEqualsPath": "$.x" }),
    ] {
        assert_eq!(decide(rule, json!({ "y": "a" })).await, Err("States.Runtime".to_owned()));
    }
}

#[tokio::test]
async fn conditions_are_combined_and_the_first_deciding_one_is_the_last_one_looked_at() {
    let x = json!({ "Variable": "$.x", "NumericEquals": 1 });
    let missing = json!({ "Variable": "$.missing", "NumericEquals": 1 });
    let one = || json!({ "x": 1 });
    let other = || json!({ "x": 2 });
    for (rule, input, holds) in [
        (json!({ "Not": x }), one(), false),
        (json!({ "And": [x, x] }), one(), true),
        (json!({ "And": [x, missing] }), other(), false),
        (json!({ "Or": [x, missing] }), one(), true),
        (json!({ "Or": [x, { "Not": x }] }), other(), true),
        (json!({ "Or": [x, x] }), other(), false),
    ] {
        assert_eq!(decide(rule.clone(), input).await, Ok(holds), "{rule}");
    }
    assert_eq!(decide(json!({ "And": [x, missing] }), one()).await, Err("States.Runtime".to_owned()));
}

#[tokio::test]
async fn the_first_rule_that_holds_decides_and_none_is_an_error() {
    let is = |value: i64, next: &str| json!({ "Variable": "$", "NumericGreaterThan": value, "Next": next });
    let choice = machine(json!({
        "A": { "Type": "Choice", "InputPath": "$.n", "OutputPath": "$", "Choices": [is(10, "Ten"), is(5, "Five")] },
        "Ten": { "Type": "Pass", "Parameters": { "ten.$": "$" }, "End": true },
        "Five": { "Type": "Pass", "Parameters": { "five.$": "$" }, "End": true },
    }));
    let run = async |n: i64| FakeHost::new([]).run(&choice, json!({ "n": n })).await.0;
    assert_eq!(run(11).await, Outcome::Succeeded(json!({ "ten": 11 })));
    assert_eq!(run(6).await, Outcome::Succeeded(json!({ "five": 6 })));
    assert_eq!(failed(run(1).await), "States.NoChoiceMatched");
}
