//! `/_local/faults`: what is switched on.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use lambda::Problem;
use serde_json::{Value, json};

use super::{parse, refused};
use crate::{
    front::Cloud,
    switches::{Faults, Switches},
};

/// The switches, and every function there is.
type Shared = State<(Arc<Switches>, Arc<Vec<String>>)>;

/// The routes of a cloud that these switches drive.
pub fn router(cloud: &Cloud, switches: Arc<Switches>) -> Router {
    let mut functions: Vec<String> = cloud.inner.functions.keys().cloned().collect();
    functions.sort();
    Router::new().route("/_local/faults", get(shown).put(set)).with_state((switches, Arc::new(functions)))
}

async fn shown(State((switches, functions)): Shared) -> Json<Value> {
    body(&switches, &functions)
}

async fn set(State((switches, functions)): Shared, text: Bytes) -> Response {
    let known = |faults: Faults| match faults.killed.iter().find(|killed| !functions.contains(killed)) {
        Some(unknown) => Err(Problem::invalid().field("/killed", format!("there is no function {unknown}"))),
        None => Ok(faults),
    };
    match parse(&text).and_then(known) {
        Ok(faults) => {
            switches.set(faults);
            body(&switches, &functions).into_response()
        }
        Err(problem) => refused(&problem),
    }
}

fn body(switches: &Switches, functions: &[String]) -> Json<Value> {
    let mut body = json!(switches.faults());
    body["functions"] = json!(functions);
    Json(body)
}
