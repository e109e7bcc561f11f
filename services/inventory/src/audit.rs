//! The invariants of a whole database, checked on its items as they are stored.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{OrderId, Sku};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    adapters::{HoldItem, StockItem, StoredState},
    domain::ShardKey,
};

/// Everything that is wrong with these items of the tables `stock` and `holds`, given as plain JSON objects. The two
/// must have been read while nothing was written.
pub fn audit(stock: &[Value], holds: &[Value]) -> Vec<String> {
    let mut violations = Vec::new();
    let stock: Vec<StockItem> = readable("stock", stock, &mut violations);
    let holds: Vec<HoldItem> = readable("hold", holds, &mut violations);
    violations.extend(stock.iter().flat_map(stock_faults));
    violations.extend(missing_shards(&stock));
    violations.extend(holds.iter().flat_map(hold_faults));
    violations.extend(refused_yet_holding(&holds));
    violations.extend(lost_or_invented(&stock, &holds));
    violations
}

fn readable<T: DeserializeOwned>(what: &str, items: &[Value], violations: &mut Vec<String>) -> Vec<T> {
    let mut readable = Vec::with_capacity(items.len());
    for item in items {
        match T::deserialize(item) {
            Ok(item) => readable.push(item),
            Err(why) => violations.push(format!("a {what} item cannot be read: {why}: {item}")),
        }
    }
    readable
}

fn stock_faults(item: &StockItem) -> Vec<String> {
    let name = &item.sku_shard;
    let mut faults = Vec::new();
    let key = ShardKey { sku: item.sku.clone(), shard: item.shard }.to_string();
    if *name != key {
        faults.push(format!("stock {name} says that it is {key}"));
    }
    for (figure, units) in
        [("available", item.available), ("received", item.received), ("written off", item.written_off)]
    {
        if units < 0 {
            faults.push(format!("stock {name} has {units} units {figure}"));
        }
    }
    faults
}

/// Skus whose shards are not exactly those that shard 0 counts.
fn missing_shards(stock: &[StockItem]) -> Vec<String> {
    let mut shards: BTreeMap<&Sku, BTreeSet<u32>> = BTreeMap::new();
    for item in stock {
        shards.entry(&item.sku).or_default().insert(item.shard);
    }
    let count = |sku: &Sku| stock.iter().find(|item| item.sku == *sku && item.shard == 0).map_or(0, |item| item.shards);
    shards
        .into_iter()
        .filter(|(sku, numbers)| !numbers.iter().copied().eq(0..count(sku)))
        .map(|(sku, numbers)| format!("stock of {sku} has the shards {numbers:?} of {}", count(sku)))
        .collect()
}

fn hold_faults(item: &HoldItem) -> Vec<String> {
    let name = format!("hold {} {}", item.order_id, item.sku);
    let over = matches!(item.state, StoredState::Released | StoredState::Refused);
    let mut faults = Vec::new();
    if (item.quantity == 0) != (item.state == StoredState::Refused) {
        faults.push(format!("{name} is {} with {} units", item.state.name(), item.quantity));
    }
    if over != item.reason.is_some() {
        faults.push(format!("{name} is {} with the reason {:?}", item.state.name(), item.reason));
    }
    if over != item.forget_at.is_some() {
        faults.push(format!("{name} is {} and to be forgotten at {:?}", item.state.name(), item.forget_at));
    }
    faults
}

/// Orders with a tombstone that says nothing was ever held, beside another hold.
fn refused_yet_holding(holds: &[HoldItem]) -> Vec<String> {
    let mut by_order: BTreeMap<&OrderId, Vec<StoredState>> = BTreeMap::new();
    for item in holds {
        by_order.entry(&item.order_id).or_default().push(item.state);
    }
    by_order
        .into_iter()
        .filter(|(_, states)| states.len() > 1 && states.contains(&StoredState::Refused))
        .map(|(order_id, _)| format!("order {order_id} was refused before it held anything, and has other holds"))
        .collect()
}

/// Skus that break `received = available + held + committed + written off`, over all shards.
fn lost_or_invented(stock: &[StockItem], holds: &[HoldItem]) -> Vec<String> {
    #[derive(Default)]
    struct Book {
        received: i128,
        available: i128,
        written_off: i128,
        held: i128,
        committed: i128,
    }
    let mut books: BTreeMap<&Sku, Book> = BTreeMap::new();
    for item in stock {
        let book = books.entry(&item.sku).or_default();
        book.received += i128::from(item.received);
        book.available += i128::from(item.available);
        book.written_off += i128::from(item.written_off);
    }
    for item in holds {
        match item.state {
            StoredState::Held => books.entry(&item.sku).or_default().held += i128::from(item.quantity),
            StoredState::Committed => books.entry(&item.sku).or_default().committed += i128::from(item.quantity),
            StoredState::Released | StoredState::Refused => {}
        }
    }
    books
        .into_iter()
        .filter(|(_, book)| book.received != book.available + book.held + book.committed + book.written_off)
        .map(|(sku, Book { received, available, written_off, held, committed })| {
            format!(
                "{sku}: {received} received, but {available} available + {held} held + {committed} committed + \
                 {written_off} written off"
            )
        })
        .collect()
}
