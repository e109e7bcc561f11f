//! Tells the other contexts what changed: the table's stream is the outbox.

use contracts::events::{CloudEvent, STOCK_CHANGED, StockEvent};
use lambda::{Change, Handler, Outbox, Runtime, StartError, publisher};

use crate::adapters::StockItem;

pub(crate) const NAME: &str = "publish-stock-events";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let topic = Outbox::new(&runtime, "STOCK_EVENTS_TOPIC")?;
    Ok(publisher(topic, |change: &Change<StockItem>| event(change).into_iter().collect()))
}

/// The figures after a change, if any of them changed. Stock items are never deleted.
fn event(change: &Change<StockItem>) -> Option<CloudEvent<StockEvent>> {
    let new = change.new.as_ref().map(figures)?;
    if change.old.as_ref().map(figures).as_ref() == Some(&new) {
        return None;
    }
    let id = format!("{}#{}:{}", new.sku, new.shard, change.sequence_number);
    Some(CloudEvent::new(STOCK_CHANGED, id, new.sku.to_string(), change.at, new))
}

fn figures(item: &StockItem) -> StockEvent {
    let StockItem { available, received, written_off, shard, .. } = *item;
    StockEvent { sku: item.sku.clone(), shard, available, received, written_off }
}

#[cfg(test)]
mod tests {
    use kernel::{Sku, Timestamp};

    use super::*;

    fn item(available: i64, updated_at: i64) -> StockItem {
        let sku = Sku::parse("MUG-01").unwrap();
        let sku_shard = "MUG-01#0".to_owned();
        let (shard, received, written_off, shards, in_use) = (0, 10, 1, 1, None);
        StockItem { sku_shard, sku, shard, available, received, written_off, shards, in_use, updated_at }
    }

    fn change(old: Option<StockItem>, new: Option<StockItem>) -> Change<StockItem> {
        Change { old, new, at: Timestamp::UNIX_EPOCH, sequence_number: "42".to_owned() }
    }

    #[test]
    fn a_change_of_figures_is_an_event() {
        for old in [None, Some(item(5, 1))] {
            let event = event(&change(old, Some(item(4, 2)))).unwrap();
            assert_eq!((event.id.as_str(), event.subject.as_str()), ("MUG-01#0:42", "MUG-01"));
            assert_eq!(event.data.available, 4);
        }
    }

    #[test]
    fn what_changes_no_figure_is_none() {
        assert_eq!(event(&change(Some(item(5, 1)), Some(item(5, 2)))), None);
        assert_eq!(event(&change(Some(item(5, 1)), None)), None);
    }
}
