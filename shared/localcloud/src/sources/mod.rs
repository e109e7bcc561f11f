//! Event sources: what reads queues and streams, watches the clock, and invokes functions with what it finds.

mod queues;
mod schedules;
mod streams;
pub(crate) mod webhooks;

use std::sync::Arc;

use topology::Trigger;

use crate::cloud::Inner;

pub use streams::FailedRecord;
pub(crate) use streams::STREAM_FAILURES;

/// Starts every event source of the shop.
pub(crate) fn start(cloud: &Arc<Inner>) {
    for service in &cloud.shop.services {
        for (name, function) in &service.functions {
            let target = format!("{}/{name}", service.context);
            if !cloud.functions.contains_key(&target) {
                continue;
            }
            match &function.trigger {
                Trigger::Queue { queue, batch, concurrency } => {
                    let queue = cloud.names.resource(&service.context, queue);
                    cloud.spawn(queues::poll(Arc::clone(cloud), target, queue, *batch, *concurrency));
                }
                Trigger::Stream { table, batch, attempts } => {
                    let table = cloud.names.resource(&service.context, table);
                    cloud.spawn(streams::follow(Arc::clone(cloud), target, table, *batch, *attempts));
                }
                Trigger::Schedule { every_seconds, .. } => {
                    cloud.spawn(schedules::repeat(Arc::clone(cloud), target, *every_seconds));
                }
                Trigger::Http { .. } | Trigger::Saga { .. } | Trigger::UserPool => {}
            }
        }
    }
}
