//! Making tables, and reading items.

use serde_json::{Map, Value, json};
use topology::{Key, Table};

use super::DynamoDb;
use crate::aws::AwsError;

impl DynamoDb {
    /// Makes a table, unless it is there already.
    ///
    /// # Errors
    /// DynamoDB does not take the definition.
    pub fn create_table(&self, name: &str, table: &Table) -> Result<(), AwsError> {
        let indexes = table.indexes.iter().map(|(index, definition)| {
            json!({
                "IndexName": index,
                "KeySchema": schema(&definition.key),
                "Projection": { "ProjectionType": "KEYS_ONLY" },
            })
        });
        let indexes: Vec<Value> = indexes.collect();
        let mut request = json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema(&table.key),
            "AttributeDefinitions": attributes(table),
        });
        if !indexes.is_empty() {
            request["GlobalSecondaryIndexes"] = indexes.into();
        }
        if table.stream.is_some() {
            request["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
        }
        match self.raw("CreateTable", request) {
            Err(error) if error.code == "ResourceInUseException" => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

fn schema(key: &Key) -> Value {
    let mut schema = vec![json!({ "AttributeName": key.hash, "KeyType": "HASH" })];
    schema.extend(key.range.iter().map(|range| json!({ "AttributeName": range, "KeyType": "RANGE" })));
    schema.into()
}

fn attributes(table: &Table) -> Value {
    let keys = std::iter::once(&table.key).chain(table.indexes.values().map(|index| &index.key));
    let mut names: Vec<&String> = keys.flat_map(|key| std::iter::once(&key.hash).chain(&key.range)).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect()
}

/// An item in DynamoDB's JSON as plain JSON: `{"n":{"N":"1"}}` becomes `{"n":1}`.
pub(super) fn plain(item: Value) -> Value {
    match item {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, plain_value(value))).collect())
        }
        other => other,
    }
}

/// Plain JSON as a value in DynamoDB's JSON.
pub(super) fn marshalled(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(items) => json!({ "L": items.iter().map(marshalled).collect::<Vec<_>>() }),
        Value::Object(fields) => {
            json!({ "M": fields.iter().map(|(name, value)| (name.clone(), marshalled(value))).collect::<Map<_, _>>() })
        }
    }
}

fn plain_value(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let Some((kind, inner)) = fields.into_iter().next() else { return Value::Null };
    match (kind.as_str(), inner) {
        ("NULL", _) => Value::Null,
        ("N", Value::String(number)) => serde_json::from_str(&number).unwrap_or(Value::String(number)),
        ("M", Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(k, v)| (k, plain_value(v))).collect::<Map<_, _>>())
        }
        ("L", Value::Array(list)) => list.into_iter().map(plain_value).collect(),
        (_, inner) => inner,
    }
}
