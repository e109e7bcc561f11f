//! Allocates stock to the queued orders of a sale, many in one transaction, and says which hold their units.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use contracts::events::{CloudEvent, ORDER_QUEUED, QueuedOrder, STOCK_ALLOCATED, StockAllocated};
use kernel::{Clock, Sku};
use lambda::{FunctionError, Handler, Message, Outbox, Runtime, StartError};

use crate::{
    adapters::{RecentShards, Reservations, ShardsTable},
    usecases::{Allocate, Outcome},
};

pub(crate) const NAME: &str = "allocate-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let topic = Outbox::new(&runtime, "STOCK_EVENTS_TOPIC")?;
    let (stock, shards) = (Reservations::new(&runtime)?, RecentShards::new(&runtime)?);
    let ports = Arc::new((stock, shards, ShardsTable::new(&runtime)?, runtime.clock, topic));
    Ok(lambda::queue_batch(move |messages| {
        let ports = Arc::clone(&ports);
        async move {
            let (stock, shards, units, clock, topic) = &*ports;
            allocate(Allocate { stock, shards, units, clock: &**clock }, topic, &messages).await
        }
    }))
}

async fn allocate(allocate: Allocate<'_>, topic: &Outbox, messages: &[Message]) -> Vec<Result<(), FunctionError>> {
    let clock = allocate.clock;
    let read: Vec<Result<QueuedOrder, FunctionError>> = messages.iter().map(queued).collect();
    let orders: Vec<QueuedOrder> = read.iter().filter_map(|order| order.as_ref().ok().cloned()).collect();
    let outcomes = allocate.allocate(&orders).await;
    // Where this fails everybody comes again, and finds the holds.
    let told = topic.publish(&news(clock, messages, &orders, &outcomes)).await.map_err(|(_, error)| error);
    let mut outcomes = outcomes.into_iter();
    let outcome = |order: Result<QueuedOrder, FunctionError>| {
        order?;
        outcomes.next().map_or(Ok(()), |outcome| outcome.map(|_| ()).map_err(FunctionError::from))?;
        told.clone()
    };
    read.into_iter().map(outcome).collect()
}

fn queued(message: &Message) -> Result<QueuedOrder, FunctionError> {
    let event: CloudEvent<QueuedOrder> = message.json()?;
    if event.kind == ORDER_QUEUED {
        return Ok(event.data);
    }
    Err(FunctionError::broken(format!("{} is no event about queued orders", event.kind)))
}

/// An event for each sku, which names each order once. A batch that comes again may be another one, so its events have another
/// id: that of its first message.
fn news(
    clock: &dyn Clock,
    messages: &[Message],
    orders: &[QueuedOrder],
    outcomes: &[Result<Outcome, crate::Error>],
) -> Vec<CloudEvent<StockAllocated>> {
    let mut by_sku: BTreeMap<&Sku, StockAllocated> = BTreeMap::new();
    let mut settled: Vec<_> =
        orders.iter().zip(outcomes).filter_map(|(order, outcome)| Some((order, outcome.as_ref().ok()?))).collect();
    settled.sort_by_key(|(queued, _)| queued.placed_at);
    let mut told = BTreeSet::new();
    for (QueuedOrder { order, .. }, outcome) in settled {
        let Some(line) = order.lines.first().filter(|_| told.insert(&order.order_id)) else { continue };
        let news = by_sku.entry(&line.sku).or_insert_with(|| StockAllocated {
            sku: line.sku.clone(),
            held: Vec::new(),
            refused: Vec::new(),
            sold_out: false,
        });
        news.sold_out |= *outcome == Outcome::SoldOut;
        let ids = if *outcome == Outcome::Held { &mut news.held } else { &mut news.refused };
        ids.push(order.order_id.clone());
    }
    let batch = messages.first().map(|message| message.id.as_str()).unwrap_or_default();
    let event = |(sku, news): (&Sku, StockAllocated)| {
        CloudEvent::new(STOCK_ALLOCATED, format!("{sku}:{batch}"), sku.to_string(), clock.now(), news)
    };
    by_sku.into_iter().map(event).collect()
}
