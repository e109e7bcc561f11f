//! The products table: one item per product, keyed by its sku; a deleted product stays as a tombstone.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use kernel::{Sku, Timestamp};
use lambda::{Runtime, StartError};

use super::shared::{failure, number, text, unreadable};
use crate::{
    Error,
    domain::{Details, Expected, Precondition, Product},
    ports::{FindProduct, ListProducts, PutProduct, RemoveProduct, Write},
};

/// A product that is on sale. An item that does not exist has no `deleted`, and fails it.
const EXISTS: &str = "deleted = :false";
const DOES_NOT_EXIST: &str = "attribute_not_exists(sku) OR deleted = :true";

/// Creating counts on from a tombstone's version, and from nothing otherwise. There is a map of pictures from the start, as
/// one can only be put into a map that is there.
const CREATE: &str = "SET #name = :name, description = :description, price = :price, deleted = :false, images = :none, \
                      version = if_not_exists(version, :zero) + :one, created_at = :now, updated_at = :now";
const CHANGE: &str =
    "SET #name = :name, description = :description, price = :price, version = version + :one, updated_at = :now";
const REMOVE: &str = "SET deleted = :true, version = version + :one, updated_at = :now REMOVE images";

/// The products table.
#[derive(Debug, Clone)]
pub(crate) struct Products {
    client: Client,
    table: String,
}

impl Products {
    /// The table that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let table = runtime.settings.text("PRODUCTS_TABLE")?.to_owned();
        Ok(Self { client: Client::new(&runtime.sdk), table })
    }

    fn update(&self, sku: &Sku, update: &str, now: Timestamp) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("sku", text(sku.as_str()))
            .update_expression(update)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", text(now.to_string()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

#[async_trait]
impl ListProducts for Products {
    async fn list(&self, limit: usize, after: Option<Sku>) -> Result<(Vec<Product>, Option<Sku>), Error> {
        let start = after.map(|sku| HashMap::from([("sku".to_owned(), text(sku.as_str()))]));
        let page = self
            .client
            .scan()
            .table_name(&self.table)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .filter_expression(EXISTS)
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .send()
            .await
            .map_err(failure)?;
        let last = page.last_evaluated_key.map(last).transpose()?;
        let products = page.items.unwrap_or_default().into_iter().map(product).collect::<Result<_, _>>()?;
        Ok((products, last))
    }
}

#[async_trait]
impl FindProduct for Products {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, Error> {
        let get = self.client.get_item().table_name(&self.table).key("sku", text(sku.as_str())).consistent_read(true);
        get.send().await.map_err(failure)?.item.map(product).transpose()
    }
}

#[async_trait]
impl PutProduct for Products {
    async fn put(
        &self,
        sku: &Sku,
        details: &Details,
        condition: &Precondition,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let update = match condition {
            Precondition::None | Precondition::Absent => self
                .update(sku, CREATE, now)
                .condition_expression(DOES_NOT_EXIST)
                .expression_attribute_values(":zero", number(0))
                .expression_attribute_values(":none", AttributeValue::M(HashMap::new()))
                .expression_attribute_values(":false", AttributeValue::Bool(false))
                .expression_attribute_values(":true", AttributeValue::Bool(true)),
            Precondition::Present(expected) => expecting(self.update(sku, CHANGE, now), expected),
        };
        let price = serde_dynamo::to_attribute_value(details.price).map_err(unreadable)?;
        let update = update
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", text(details.name.as_str()))
            .expression_attribute_values(":description", text(details.description.as_str()))
            .expression_attribute_values(":price", price);
        write(update).await
    }
}

#[async_trait]
impl RemoveProduct for Products {
    async fn remove(&self, sku: &Sku, expected: &Expected, now: Timestamp) -> Result<Write, Error> {
        let update = expecting(self.update(sku, REMOVE, now), expected);
        write(update.expression_attribute_values(":true", AttributeValue::Bool(true))).await
    }
}

/// Adds the condition that the product exists in an expected version.
fn expecting(update: UpdateItemFluentBuilder, expected: &Expected) -> UpdateItemFluentBuilder {
    let update = update.expression_attribute_values(":false", AttributeValue::Bool(false));
    let Expected::OneOf(versions) = expected else { return update.condition_expression(EXISTS) };
    // Versions start at 1, so that 0 stands for "none of them" where a list must not be empty.
    let versions = if versions.is_empty() { &[0] } else { versions.as_slice() };
    let names: Vec<String> = (0..versions.len()).map(|place| format!(":version{place}")).collect();
    let update = update.condition_expression(format!("{EXISTS} AND version IN ({})", names.join(", ")));
    names
        .into_iter()
        .zip(versions)
        .fold(update, |update, (name, version)| update.expression_attribute_values(name, number(*version)))
}

async fn write(update: UpdateItemFluentBuilder) -> Result<Write, Error> {
    let error = match update.send().await {
        Ok(answer) => return product(answer.attributes.unwrap_or_default()).map(Write::Made),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
            let found = refused.item.clone().map(product).transpose()?.filter(|product| !product.deleted);
            Ok(Write::Refused { current: found.map(|product| product.version) })
        }
        _ => Err(failure(error)),
    }
}

fn product(item: HashMap<String, AttributeValue>) -> Result<Product, Error> {
    serde_dynamo::from_item(item).map_err(unreadable)
}

fn last(key: HashMap<String, AttributeValue>) -> Result<Sku, Error> {
    let sku = key.get("sku").and_then(|sku| sku.as_s().ok()).ok_or_else(|| unreadable("a key without a sku"))?;
    Sku::parse(sku.as_str()).map_err(unreadable)
}
