//! What a DynamoDB request touches, and what that costs.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde_json::Value;
use topology::{Key, Names, Shop};

use super::{
    Limits,
    rate::{Buckets, Need, Rate, TOKEN},
    usage::Usage,
};
use crate::dynamodb::touched;

/// The shop's tables, and how much each takes.
pub(super) struct Capacity {
    /// By what a request calls them.
    tables: BTreeMap<String, Table>,
    partition: Rates,
    table: Rates,
}

struct Table {
    /// `context/name`.
    name: String,
    key: Key,
}

struct Rates {
    reads: Rate,
    writes: Rate,
}

/// A request, as far as limits go.
pub(super) struct Request {
    pub kind: RequestKind,
    pub touches: Vec<Touch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestKind {
    /// It neither writes nor is a transaction.
    Read,
    Write,
    TransactRead,
    TransactWrite,
}

/// An item or a partition that a request touches.
pub(super) struct Touch {
    /// `context/name` of the table.
    table: String,
    /// Table and partition key, unless it is a scan.
    partition: Option<String>,
    /// Table and whole key, if it is an item.
    pub item: Option<String>,
    /// What it costs, in parts of a unit.
    parts: i128,
}

impl Capacity {
    pub fn new(shop: &Shop, names: &Names, limits: &Limits) -> Self {
        let tables = shop.services.iter().flat_map(|service| {
            let tables = service.tables.iter();
            tables.map(|(name, table)| {
                let known = Table { name: format!("{}/{name}", service.context), key: table.key.clone() };
                (names.resource(&service.context, name), known)
            })
        });
        let rates =
            |reads, writes| Rates { reads: Rate::per_second(limits, reads), writes: Rate::per_second(limits, writes) };
        Self {
            tables: tables.collect(),
            partition: rates("dynamodb-partition-reads", "dynamodb-partition-writes"),
            table: rates("dynamodb-table-reads", "dynamodb-table-writes"),
        }
    }

    /// What a request touches. What DynamoDB would not take touches nothing.
    pub fn request(&self, operation: &str, body: &[u8]) -> Request {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let kind = match operation {
            "TransactWriteItems" => RequestKind::TransactWrite,
            "TransactGetItems" => RequestKind::TransactRead,
            "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" => RequestKind::Write,
            _ => RequestKind::Read,
        };
        let found = touched(operation, &body).into_iter().enumerate();
        let touches = found.flat_map(|(place, (table, _))| {
            let known = self.tables.get(&table);
            let parts = parts(operation, &body, place, &table);
            parts.into_iter().filter_map(move |part| touch(known?, kind, part)).collect::<Vec<_>>()
        });
        Request { kind, touches: touches.collect() }
    }

    /// Takes what a request costs, or nothing when any of it is too much: whether it did.
    pub fn take(&self, request: &Request, buckets: &mut Buckets, now: Timestamp, usage: &mut Usage) -> bool {
        let writes = matches!(request.kind, RequestKind::Write | RequestKind::TransactWrite);
        let rate = |rates: &Rates| if writes { rates.writes } else { rates.reads };
        let (partition, table) = (rate(&self.partition), rate(&self.table));
        let mut costs: BTreeMap<&str, (Rate, i128)> = BTreeMap::new();
        for touch in &request.touches {
            // A partition's name is never a table's: it is longer.
            costs.entry(&touch.table).or_insert((table, 0)).1 += touch.parts;
            if let Some(key) = &touch.partition {
                costs.entry(key).or_insert((partition, 0)).1 += touch.parts;
            }
        }
        let needs: Vec<Need<'_>> = costs.into_iter().map(|(of, (rate, parts))| Need { rate, of, parts }).collect();
        buckets.take(&needs, now, usage)
    }
}

/// The parts of a request that the `place`th of its touched tables stands for.
fn parts<'a>(operation: &str, body: &'a Value, place: usize, table: &str) -> Vec<&'a Value> {
    let list = |value: &'a Value| value.as_array().map(Vec::as_slice).unwrap_or_default();
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = list(&body["TransactItems"]).iter().filter_map(Value::as_object).flatten();
            parts.map(|(_, part)| part).skip(place).take(1).collect()
        }
        "BatchGetItem" => list(&body["RequestItems"][table]["Keys"]).iter().collect(),
        "BatchWriteItem" => {
            let requests = list(&body["RequestItems"][table]).iter().filter_map(Value::as_object).flatten();
            requests.map(|(_, request)| request).collect()
        }
        // Indexes have capacity of their own, which is not modelled.
        _ if !body["IndexName"].is_null() => Vec::new(),
        _ => vec![body],
    }
}

/// What one part of a request touches.
fn touch(table: &Table, kind: RequestKind, part: &Value) -> Option<Touch> {
    // A put has the whole item, a batch of reads bare keys, everything else a key.
    let attributes = [&part["Item"], &part["Key"], part].into_iter().find(|attributes| attributes.is_object())?;
    let text = |attribute: &str| attributes[attribute]["S"].as_str();
    let hash = text(&table.key.hash);
    let range = table.key.range.as_deref().map_or(Some(""), text);
    let partition = hash.or_else(|| queried(&table.key, part)).map(|hash| format!("{} {hash}", table.name));
    let item = hash.and(partition.as_ref()).zip(range).map(|(partition, range)| format!("{partition} {range}"));
    let consistent = part["ConsistentRead"] == true;
    let parts = match kind {
        RequestKind::TransactWrite | RequestKind::TransactRead => 2 * TOKEN,
        RequestKind::Write => TOKEN,
        RequestKind::Read if consistent => TOKEN,
        RequestKind::Read => TOKEN / 2,
    };
    Some(Touch { table: table.name.clone(), partition, item, parts })
}

/// The partition that a query asks for: its expression compares the partition key with one value, and with `=`.
fn queried<'a>(key: &Key, body: &'a Value) -> Option<&'a str> {
    let expression = body["KeyConditionExpression"].as_str()?;
    let names = &body["ExpressionAttributeNames"];
    let between = |letter: char| letter.is_whitespace() || "=()".contains(letter);
    let mut words = expression.split(between).filter(|word| !word.is_empty());
    words.find(|word| names[*word].as_str().unwrap_or(word) == key.hash)?;
    body["ExpressionAttributeValues"][words.next()?]["S"].as_str()
}
