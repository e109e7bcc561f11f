//! `/_local/now` and `/_local/saga`: what is happening, for a page that draws it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::{Clock, SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{cloud::Inner, executions::Execution, step_functions::EventKind};

/// So many executions that are over are shown.
const OVER_SHOWN: usize = 30;

/// How long the count of orders may be shown, which takes a look at all of them.
const ORDERS_FOR: Duration = Duration::from_secs(2);

/// An execution as a drawing shows it.
#[derive(Debug, Serialize)]
struct View {
    name: String,
    order_id: Value,
    direction: Value,
    status: String,
    started_at: Timestamp,
    stopped_at: Option<Timestamp>,
    /// The state that it entered last.
    state: Option<String>,
    path: Vec<Visit>,
    retries: usize,
    error: Option<String>,
    cause: Option<String>,
}

/// A state that an execution entered.
#[derive(Debug, Serialize)]
struct Visit {
    state: String,
    at: Timestamp,
}

impl From<Execution> for View {
    fn from(execution: Execution) -> Self {
        let retries = execution.history.iter().filter(|event| event.kind == EventKind::TaskRetried).count();
        let visit = |event: crate::step_functions::HistoryEvent| {
            let state = event.state.filter(|_| event.kind.is_entered())?;
            Some(Visit { state, at: event.at })
        };
        let path: Vec<_> = execution.history.into_iter().filter_map(visit).collect();
        Self {
            name: execution.name,
            order_id: execution.input["order"]["order_id"].clone(),
            direction: execution.input["direction"].clone(),
            status: execution.status,
            started_at: execution.started_at,
            stopped_at: execution.stopped_at,
            state: path.last().map(|visit| visit.state.clone()),
            path,
            retries,
            error: execution.error,
            cause: execution.cause,
        }
    }
}

/// How many orders there are, by status, as it was a moment ago.
#[derive(Debug, Default)]
pub(super) struct Orders(Mutex<Option<(Timestamp, BTreeMap<String, u64>)>>);

impl Orders {
    fn count(&self, cloud: &Inner) -> BTreeMap<String, u64> {
        let now = cloud.clock.now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |at: Timestamp| now.duration_since(at) < SignedDuration::try_from(ORDERS_FOR).unwrap_or_default();
        if let Some((at, counted)) = &*known
            && fresh(*at)
        {
            return counted.clone();
        }
        let mut counted = BTreeMap::new();
        for order in cloud.dynamodb.scan(&cloud.names.resource("orders", "orders")).unwrap_or_default() {
            *counted.entry(order["status"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        *known = Some((now, counted.clone()));
        counted
    }
}

/// What is happening.
pub(super) fn now(cloud: &Inner, orders: &Orders) -> Value {
    let (running, over): (Vec<_>, Vec<_>) =
        cloud.executions.latest(OVER_SHOWN).into_iter().partition(|execution| execution.status == "RUNNING");
    let executions = running.into_iter().chain(over).map(View::from);
    let queue = |view: crate::front::QueueView| {
        json!({ "name": view.name, "dead_letter": view.dead_letter, "ready": view.depth.visible,
            "in_flight": view.depth.in_flight, "delayed": view.depth.delayed })
    };
    json!({
        "now": cloud.clock.now(),
        "executions": executions.collect::<Vec<_>>(),
        "queues": cloud.queue_views().into_iter().map(queue).collect::<Vec<_>>(),
        "mails": cloud.mailbox.mails().len(),
        "orders": orders.count(cloud),
        "requests": cloud.meter.read().total_requests(),
        "failed_records": cloud.failed_records().len(),
    })
}

/// The state machine, to be drawn.
pub(super) fn saga(cloud: &Inner) -> Option<Value> {
    let (context, name) =
        cloud.shop.services.iter().find_map(|service| Some((&service.context, service.sagas.keys().next()?)))?;
    let machine = cloud.executions.machine(&cloud.names.saga_arn(context, name))?;
    Some(json!({ "name": format!("{context}/{name}"), "start_at": machine.start_at(), "states": machine.states() }))
}
