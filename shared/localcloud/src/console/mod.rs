//! What is inside the cloud, for people and scripts: `/_local`. Browsers get a page (`page/`), which asks the rest.

pub mod faults;
mod now;
mod page;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fakestripe::Authentication;
use kernel::Clock;
use lambda::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cloud::Inner;

use self::now::Orders;

type Cloud = State<Weak<Inner>>;

/// The console's routes.
pub(crate) fn router(cloud: Weak<Inner>) -> Router {
    Router::new()
        .route("/_local", get(index))
        .route("/_local/page/{file}", get(page::file))
        .route("/_local/now", get(happening))
        .route("/_local/saga", get(saga))
        .route("/_local/mails", get(mails))
        .route("/_local/mails/{id}/html", get(mail))
        .route("/_local/queues", get(queues))
        .route("/_local/queues/{context}/{name}/redrive", post(redrive))
        .route("/_local/executions", get(executions))
        .route("/_local/executions/{name}", get(execution))
        .route("/_local/tables", get(tables))
        .route("/_local/tables/{context}/{name}", get(table))
        .route("/_local/stripe", get(stripe))
        .route("/_local/stripe/payment_intents/{id}/authenticate", post(authenticate))
        .route("/_local/calls", get(calls))
        .route("/_local/clock", get(clock))
        .route("/_local/clock/advance", post(advance))
        .layer(Extension(Arc::new(Orders::default())))
        .with_state(cloud)
}

/// Answers with the cloud, unless it has stopped.
fn with(cloud: &Weak<Inner>, answer: impl FnOnce(Arc<Inner>) -> Result<Value, Problem>) -> Response {
    let cloud = cloud.upgrade().ok_or_else(Problem::unavailable);
    match cloud.and_then(answer) {
        Ok(value) => Json(value).into_response(),
        Err(problem) => refused(&problem),
    }
}

/// A problem, as a response.
pub fn refused(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_string(problem).unwrap_or_default();
    (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response()
}

async fn index(State(cloud): Cloud, headers: HeaderMap) -> Response {
    if page::is_wanted(&headers) {
        return page::index();
    }
    with(&cloud, |cloud| {
        Ok(json!({
            "about": "What is inside the local cloud. Production is AWS.",
            "see": {
                "/_local/mails": format!("{} mails", cloud.mailbox.mails().len()),
                "/_local/queues": "queues, their depths and their messages",
                "/_local/executions": format!("{} executions running", cloud.executions.running()),
                "/_local/tables": "the tables and their items",
                "/_local/stripe": format!("{} payment intents of the Stripe stand-in", cloud.stripe.intents().len()),
                "/_local/calls": format!("{} AWS requests so far, by function", cloud.meter.read().total_requests()),
                "/_local/clock": "the cloud's time",
                "/_local/now": "what is happening, for the page that browsers get here",
                "/_local/saga": "the state machine",
            },
            "do": {
                "POST /_local/token": { "subject": "ada", "scope": "customer or admin" },
                "POST /_local/stripe/payment_intents/{id}/authenticate": { "outcome": "succeed or fail" },
                "POST /_local/clock/advance": { "seconds": 3600 },
                "POST /_local/queues/{context}/{name}/redrive": "moves dead letters back",
                "POST /_local/check": "checks the shop's invariants",
            },
        }))
    })
}

async fn happening(State(cloud): Cloud, Extension(orders): Extension<Arc<Orders>>) -> Response {
    with(&cloud, |cloud| Ok(now::now(&cloud, &orders)))
}

async fn saga(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| now::saga(&cloud).ok_or_else(|| Problem::not_found("saga")))
}

async fn mails(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| Ok(json!({ "mails": cloud.mailbox.mails() })))
}

async fn mail(State(cloud): Cloud, Path(id): Path<String>) -> Response {
    let mails = cloud.upgrade().map(|cloud| cloud.mailbox.mails()).unwrap_or_default();
    match mails.into_iter().find(|mail| mail.id == id) {
        Some(mail) => page::mail(mail.html),
        None => refused(&Problem::not_found("mail")),
    }
}

async fn queues(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| Ok(json!({ "queues": cloud.queue_views(), "failed_stream_records": cloud.failed_records() })))
}

async fn redrive(State(cloud): Cloud, Path((context, name)): Path<(String, String)>) -> Response {
    with(&cloud, |cloud| {
        let queue = cloud.names.resource(&context, &topology::Names::dead_letter(&name));
        let moved = cloud.queues.redrive(&queue).map_err(|_| Problem::not_found("queue"))?;
        Ok(json!({ "moved": moved }))
    })
}

async fn executions(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| Ok(json!({ "executions": cloud.executions.all() })))
}

async fn execution(State(cloud): Cloud, Path(name): Path<String>) -> Response {
    with(&cloud, |cloud| {
        let found = cloud.executions.all().into_iter().find(|execution| execution.name == name);
        Ok(json!(found.ok_or_else(|| Problem::not_found("execution"))?))
    })
}

async fn tables(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| {
        let names = cloud.shop.services.iter().flat_map(|service| {
            service.tables.iter().map(|(name, table)| {
                json!({ "table": format!("{}/{name}", service.context), "about": table.about, "see": format!("/_local/tables/{}/{name}", service.context) })
            })
        });
        Ok(json!({ "tables": names.collect::<Vec<_>>() }))
    })
}

async fn table(State(cloud): Cloud, Path((context, name)): Path<(String, String)>) -> Response {
    with(&cloud, |cloud| {
        let items = cloud.dynamodb.scan(&cloud.names.resource(&context, &name));
        Ok(json!({ "items": items.map_err(|_| Problem::not_found("table"))? }))
    })
}

async fn stripe(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| Ok(json!({ "payment_intents": cloud.stripe.intents() })))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(default)]
    outcome: StepOutcome,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepOutcome {
    #[default]
    Succeed,
    Fail,
}

async fn authenticate(State(cloud): Cloud, Path(intent): Path<String>, body: Bytes) -> Response {
    with(&cloud, |cloud| {
        let step: Step = if body.is_empty() { Step::default() } else { parse(&body)? };
        let outcome = match step.outcome {
            StepOutcome::Succeed => Authentication::Succeed,
            StepOutcome::Fail => Authentication::Fail,
        };
        cloud.authenticate(&intent, outcome).map_err(|why| match why {
            fakestripe::AuthenticateError::NoSuchIntent => Problem::not_found("payment intent"),
            fakestripe::AuthenticateError::NotWaiting(_) => {
                Problem::new(409, "not-waiting", "The payment does not wait for its customer").detail(why.to_string())
            }
        })
    })
}

async fn calls(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| {
        let readings = cloud.meter.read();
        Ok(json!({
            "total_requests": readings.total_requests(),
            "total_write_units": readings.total_write_units(),
            "total_read_units": readings.total_read_units(),
            "by_function": readings,
        }))
    })
}

async fn clock(State(cloud): Cloud) -> Response {
    with(&cloud, |cloud| Ok(json!({ "now": cloud.clock.now() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

async fn advance(State(cloud): Cloud, body: Bytes) -> Response {
    const LONGEST: u64 = 366 * 86_400;
    with(&cloud, |cloud| {
        let Advance { seconds } = parse(&body)?;
        if seconds > LONGEST {
            return Err(Problem::invalid().field("/seconds", "must be a year at most"));
        }
        cloud.clock.advance(Duration::from_secs(seconds));
        Ok(json!({ "now": cloud.clock.now() }))
    })
}

/// A body, read.
///
/// # Errors
/// 400: it has another shape.
pub fn parse<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(Problem::malformed)
}
