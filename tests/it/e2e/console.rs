//! The console at `/_local`: looking at the shop at work, and breaking it on purpose.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

impl Stage {
    async fn switch(&self, faults: &Value) -> Value {
        let body = faults.to_string().into_bytes();
        self.send(Method::PUT, "/_local/faults", "", &[], body).await.expect(200).json()
    }

    async fn now(&self) -> Value {
        self.get("/_local/now", "").await.expect(200).json()
    }
}

const WELL: &str = r#"{ "stripe": "up", "webhooks": "once", "messages": "once", "killed": [] }"#;

fn broken(field: &str, value: Value) -> Value {
    let mut faults: Value = serde_json::from_str(WELL).unwrap();
    faults[field] = value;
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_get_the_page_with_its_files_and_others_get_json() {
    let Some((stage, _)) = Stage::with_switches("it has no console").await else { return };
    let page =
        stage.send(Method::GET, "/_local", "", &[("accept", "text/html,*/*;q=0.8")], Vec::new()).await.expect(200);
    let html = String::from_utf8(page.bytes.clone()).unwrap();
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let files: Vec<&str> = html.split('"').filter(|part| part.starts_with("/_local/page/")).collect();
    assert!(files.len() > 2, "{files:?}");
    for file in files {
        stage.get(file, "").await.expect(200);
    }
    stage.get("/_local/page/nothing.js", "").await.expect(404);
    assert!(stage.get("/_local", "").await.expect(200).json()["see"].is_object());
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_saga_is_drawn_from_its_definition_and_executions_from_their_history() {
    let Some((stage, _)) = Stage::with_switches("it has no console").await else { return };
    let saga = stage.get("/_local/saga", "").await.expect(200).json();
    let states: Vec<_> = saga["states"].as_array().unwrap().iter().map(|state| state["name"].clone()).collect();
    assert!(states.contains(&saga["start_at"]), "{saga}");
    stage.post("/_local/orders", "", &[], &json!({ "count": 3, "card": "visa" })).await.expect(202);
    let mut now = Value::Null;
    let over = stage.eventually(async || {
        now = stage.now().await;
        // An order is confirmed a moment before its execution has ended.
        let ended = |execution: &Value| execution["status"] != "RUNNING";
        now["orders"]["CONFIRMED"] == 3 && now["executions"].as_array().unwrap().iter().all(ended)
    });
    assert!(over.await, "{now}");
    let executions = now["executions"].as_array().unwrap();
    assert_eq!(executions.len(), 3);
    for execution in executions {
        assert_eq!((&execution["status"], &execution["direction"]), (&json!("SUCCEEDED"), &json!("forward")));
        let path: Vec<_> = execution["path"].as_array().unwrap().iter().map(|visit| visit["state"].clone()).collect();
        assert_eq!(path.first(), Some(&saga["start_at"]));
        assert!(path.iter().all(|state| states.contains(state)) && path.contains(&json!("CapturePayment")), "{path:?}");
        assert_eq!(path.last(), Some(&execution["state"]));
        let once: std::collections::BTreeSet<String> = path.iter().map(Value::to_string).collect();
        assert_eq!(once.len(), path.len(), "each state is entered once: {path:?}");
    }
    assert!(now["queues"].as_array().unwrap().iter().any(|queue| queue["name"] == "orders/watch"));
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bill_is_per_order_and_can_be_begun_anew() {
    let Some((stage, _)) = Stage::with_switches("it has no console").await else { return };
    stage.post("/_local/bill/reset", "", &[], &json!({})).await.expect(200);
    let none = stage.get("/_local/bill", "").await.expect(200).json();
    assert_eq!((&none["orders"], &none["usd_per_order"]), (&json!(0), &Value::Null));
    stage.post("/_local/orders", "", &[], &json!({ "count": 2, "card": "visa" })).await.expect(202);
    let billed = stage.eventually(async || {
        let bill = stage.get("/_local/bill", "").await.expect(200).json();
        bill["orders"] == 2 && bill["write_units_per_order"].as_f64().unwrap() > 5.0
    });
    assert!(billed.await);
    let bill = stage.get("/_local/bill", "").await.expect(200).json();
    let lines: f64 = bill["lines"].as_array().unwrap().iter().map(|line| line["usd"].as_f64().unwrap()).sum();
    assert!((lines - bill["usd"].as_f64().unwrap()).abs() < 1e-9 && lines > 0.0, "{bill}");
    let functions = bill["by_function"].as_array().unwrap();
    assert!(functions.iter().any(|row| row["function"] == "orders/place-order" && row["invocations"] == 2), "{bill}");
    stage.post("/_local/bill/reset", "", &[], &json!({})).await.expect(200);
    assert_eq!(stage.get("/_local/bill", "").await.expect(200).json()["orders"], 0);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_broken_heals_and_nothing_is_lost() {
    let Some((stage, _)) = Stage::with_switches("it breaks things").await else { return };
    for faults in [
        broken("stripe", json!("down")),
        broken("killed", json!(["inventory/reserve-stock", "orders/confirm-order"])),
        broken("killed", json!(["accounts/grant-scopes", "payments/capture-payment"])),
        broken("messages", json!("twice")),
        broken("webhooks", json!("twice")),
        broken("webhooks", json!("lost")),
    ] {
        let shown = stage.switch(&faults).await;
        assert!(faults.as_object().unwrap().iter().all(|(name, value)| shown[name] == *value), "{shown}");
        let known = stage.now().await["executions"].to_string();
        let placed = stage.post("/_local/orders", "", &[], &json!({ "count": 3, "card": "visa" })).await.expect(202);
        assert_eq!(placed.json()["placed"], 3, "{faults}");
        if faults["stripe"] == "down" || faults["killed"] != json!([]) {
            let failed = stage.eventually(async || {
                let now = stage.now().await;
                let is_new = |execution: &Value| !known.contains(execution["name"].as_str().unwrap());
                let failed = |execution: &&Value| execution["status"] == "FAILED" && is_new(execution);
                now["executions"].as_array().unwrap().iter().any(|execution| failed(&execution))
            });
            assert!(failed.await, "{faults}: no execution fails");
        }
        stage.switch(&serde_json::from_str(WELL).unwrap()).await;
        let settled = stage.eventually(async || {
            stage.pass(Duration::from_secs(61)).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let orders = stage.cloud().scan("orders", "orders").unwrap();
            orders.iter().all(|order| ["CONFIRMED", "CANCELLED"].iter().any(|status| order["status"] == *status))
        });
        assert!(settled.await, "{faults}");
    }
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switches_and_orders_that_make_no_sense_are_refused() {
    let Some((stage, switches)) = Stage::with_switches("it has no switches").await else { return };
    for (body, status) in [
        (broken("killed", json!(["orders/nothing"])).to_string(), 422),
        (broken("stripe", json!("odd")).to_string(), 400),
        (r#"{"stripe":"down"}"#.to_owned(), 400),
        ("{".to_owned(), 400),
    ] {
        let refused = stage.send(Method::PUT, "/_local/faults", "", &[], body.clone().into_bytes()).await;
        assert_eq!(refused.status, status, "{body}");
        assert_eq!(switches.faults(), localcloud::switches::Faults::default(), "{body}");
    }
    for (count, card, status) in [(0, "visa", 422), (101, "visa", 422), (1, "gold", 400)] {
        stage.post("/_local/orders", "", &[], &json!({ "count": count, "card": card })).await.expect(status);
    }
    stage.finish(&[]).await;
}
