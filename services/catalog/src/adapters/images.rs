//! The images table: one item per picture that was announced, keyed by its product's sku and its id; and what of it is in the
//! products table, on the product itself.
//!
//! A picture is on its product exactly while it is `ready`: both change in one transaction.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        transact_write_items::TransactWriteItemsError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::{
        AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
        builders::UpdateBuilder,
    },
};
use kernel::{SignedDuration, Sku, Timestamp};
use lambda::{Runtime, StartError, UniqueIds, chain};

use super::shared::{Item, attribute, failure, number, text, unreadable};
use crate::{
    Error,
    domain::{IMAGES_MAX, Image, ImageId, Picture, State},
    ports::{AddImage, DecideImage, ListImages, Ready, RemoveImage},
};

/// For how long an item is kept that is not on a product: one whose file never came, one that was rejected, one that was
/// removed. The file itself is thrown away as soon (`expire_days` of the bucket).
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The images table alone.
#[derive(Debug, Clone)]
pub(crate) struct Images {
    client: Client,
    table: String,
}

impl Images {
    /// The table that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let table = runtime.settings.text("IMAGES_TABLE")?.to_owned();
        Ok(Self { client: Client::new(&runtime.sdk), table })
    }

    fn key(sku: &Sku, image_id: &ImageId) -> [(&'static str, AttributeValue); 2] {
        [("sku", text(sku.as_str())), ("image_id", text(image_id.as_str()))]
    }

    /// Writes that the picture is in `state` now, if it was in one of `before`.
    fn becomes(&self, sku: &Sku, image_id: &ImageId, state: State, before: &[State]) -> UpdateItemFluentBuilder {
        let [(sku_name, sku), (id_name, image_id)] = Self::key(sku, image_id);
        let names: Vec<String> = before.iter().map(|state| format!(":{}", state.as_str())).collect();
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(sku_name, sku)
            .key(id_name, image_id)
            .condition_expression(format!("#state IN ({})", names.join(", ")))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text(state.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        names
            .into_iter()
            .zip(before)
            .fold(update, |update, (name, state)| update.expression_attribute_values(name, text(state.as_str())))
    }
}

#[async_trait]
impl AddImage for Images {
    async fn add(&self, image: &Image) -> Result<(), Error> {
        let mut item: Item = serde_dynamo::to_item(image).map_err(unreadable)?;
        item.insert("expires_at".to_owned(), expiry(image.requested_at));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        // Nobody else has this id; a repetition by the SDK finds its own item.
        put.send().await.map(|_| ()).map_err(failure)
    }
}

#[async_trait]
impl ListImages for Images {
    async fn images(&self, sku: &Sku) -> Result<Vec<Image>, Error> {
        let (mut images, mut start) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("sku = :sku")
                .filter_expression("#state <> :removed")
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":sku", text(sku.as_str()))
                .expression_attribute_values(":removed", text(State::Removed.as_str()))
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(failure)?;
            for item in page.items.unwrap_or_default() {
                images.push(image(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        images.sort_by(|a: &Image, b| (a.requested_at, &a.image_id).cmp(&(b.requested_at, &b.image_id)));
        Ok(images)
    }
}

/// The images table and what of it is on products.
#[derive(Clone)]
pub(crate) struct ProductImages {
    images: Images,
    products: String,
    ids: Arc<dyn UniqueIds>,
}

impl ProductImages {
    /// The tables that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let products = runtime.settings.text("PRODUCTS_TABLE")?.to_owned();
        Ok(Self { images: Images::new(runtime)?, products, ids: Arc::clone(&runtime.ids) })
    }

    /// A change of the product's pictures, which is a change of the product.
    fn product(&self, sku: &Sku, image_id: &ImageId, update: &str, condition: &str, now: Timestamp) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.products)
            .key("sku", text(sku.as_str()))
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#id", image_id.as_str())
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", text(now.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Writes both or neither; or says why not, first of the image, then of the product.
    ///
    /// The token makes a repetition by the SDK, after an answer that was lost, succeed as the first try did.
    async fn both(&self, image: &UpdateItemFluentBuilder, product: UpdateBuilder) -> Result<Both, Error> {
        let image = Update::builder()
            .set_table_name(image.get_table_name().clone())
            .set_key(image.get_key().clone())
            .set_update_expression(image.get_update_expression().clone())
            .set_condition_expression(image.get_condition_expression().clone())
            .set_expression_attribute_names(image.get_expression_attribute_names().clone())
            .set_expression_attribute_values(image.get_expression_attribute_values().clone());
        let written = self
            .images
            .client
            .transact_write_items()
            .transact_items(part(image)?)
            .transact_items(part(product)?)
            .client_request_token(self.ids.unique().to_string())
            .send();
        let Err(error) = written.await else { return Ok(Both::Written) };
        let Some(reasons) = reasons(&error) else { return Err(failure(error)) };
        match reasons {
            [image, _] if refused(image) => Ok(Both::NotOfImage),
            [_, product] if refused(product) => Ok(Both::NotOfProduct(product.item.clone().unwrap_or_default())),
            // Somebody else is writing one of them.
            _ => Err(Error::Unavailable(chain(&error))),
        }
    }

    /// Gives a product of before there were pictures somewhere to put them.
    async fn make_room(&self, sku: &Sku) -> Result<(), Error> {
        let update = self
            .images
            .client
            .update_item()
            .table_name(&self.products)
            .key("sku", text(sku.as_str()))
            .update_expression("SET images = if_not_exists(images, :none)")
            .condition_expression("deleted = :false")
            .expression_attribute_values(":none", AttributeValue::M(HashMap::new()))
            .expression_attribute_values(":false", AttributeValue::Bool(false));
        made(update).await.map(|_| ())
    }
}

#[async_trait]
impl DecideImage for ProductImages {
    async fn find(&self, sku: &Sku, image_id: &ImageId) -> Result<Option<Image>, Error> {
        let [(sku_name, sku), (id_name, image_id)] = Images::key(sku, image_id);
        let get =
            self.images.client.get_item().table_name(&self.images.table).key(sku_name, sku).key(id_name, image_id);
        get.consistent_read(true).send().await.map_err(failure)?.item.map(image).transpose()
    }

    async fn ready(&self, image: &Image, picture: &Picture, now: Timestamp) -> Result<Ready, Error> {
        let (sku, image_id) = (&image.sku, &image.image_id);
        let picture = attribute(picture)?;
        for _ in 0..2 {
            let of_image = self
                .images
                .becomes(sku, image_id, State::Ready, &[State::Requested])
                .update_expression("SET #state = :state, picture = :picture REMOVE expires_at")
                .expression_attribute_values(":picture", picture.clone());
            let update = "SET images.#id = :picture, version = version + :one, updated_at = :now";
            let condition = "deleted = :false AND size(images) < :most";
            let of_product = self
                .product(sku, image_id, update, condition, now)
                .expression_attribute_values(":picture", picture.clone())
                .expression_attribute_values(":false", AttributeValue::Bool(false))
                .expression_attribute_values(":most", number(IMAGES_MAX as u64));
            return Ok(match self.both(&of_image, of_product).await? {
                Both::Written => Ready::Shown,
                Both::NotOfImage => Ready::Decided,
                Both::NotOfProduct(item) if !on_sale(&item) => Ready::NoProduct,
                Both::NotOfProduct(item) if item.contains_key("images") => Ready::TooMany,
                Both::NotOfProduct(_) => {
                    self.make_room(sku).await?;
                    continue;
                }
            });
        }
        Err(Error::Unavailable("the product changes too often".to_owned()))
    }

    async fn reject(&self, image: &Image, reason: &str, now: Timestamp) -> Result<(), Error> {
        let update = self
            .images
            .becomes(&image.sku, &image.image_id, State::Rejected, &[State::Requested])
            .update_expression("SET #state = :state, reason = :reason, expires_at = :expires_at")
            .expression_attribute_values(":reason", text(reason))
            .expression_attribute_values(":expires_at", expiry(now));
        made(update).await.map(|_| ())
    }
}

#[async_trait]
impl RemoveImage for ProductImages {
    async fn remove(&self, sku: &Sku, image_id: &ImageId, now: Timestamp) -> Result<bool, Error> {
        let removed = |before: &[State]| {
            self.images
                .becomes(sku, image_id, State::Removed, before)
                .update_expression("SET #state = :state, expires_at = :expires_at")
                .expression_attribute_values(":expires_at", expiry(now))
        };
        let hidden = removed(&[State::Requested, State::Rejected, State::Removed]);
        match made(hidden).await? {
            Made::Yes => return Ok(true),
            Made::No(None) => return Ok(false),
            Made::No(Some(_)) => {}
        }
        // It is on its product, or was when the product was another one. It cannot come back once it is off.
        let update = "SET version = version + :one, updated_at = :now REMOVE images.#id";
        let shown = self.product(sku, image_id, update, "attribute_exists(images.#id)", now);
        match self.both(&removed(&[State::Ready]), shown).await? {
            Both::Written | Both::NotOfImage => Ok(true),
            Both::NotOfProduct(_) => made(removed(&[State::Ready])).await.map(|_| true),
        }
    }
}

/// What became of a transaction on an image and its product.
enum Both {
    Written,
    NotOfImage,
    /// The product as it is, if there is one.
    NotOfProduct(Item),
}

/// What became of one conditional write.
enum Made {
    Yes,
    /// The item as it is, if there is one.
    No(Option<Item>),
}

async fn made(update: UpdateItemFluentBuilder) -> Result<Made, Error> {
    let Err(error) = update.send().await else { return Ok(Made::Yes) };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => Ok(Made::No(refused.item.clone())),
        _ => Err(failure(error)),
    }
}

fn part(update: UpdateBuilder) -> Result<TransactWriteItem, Error> {
    let update = update.build().map_err(|why| Error::Rejected(why.to_string()))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

fn reasons(error: &SdkError<TransactWriteItemsError>) -> Option<&[CancellationReason]> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => Some(canceled.cancellation_reasons()),
        _ => None,
    }
}

fn refused(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

fn on_sale(product: &Item) -> bool {
    product.get("deleted") == Some(&AttributeValue::Bool(false))
}

fn image(item: Item) -> Result<Image, Error> {
    serde_dynamo::from_item(item).map_err(unreadable)
}

fn expiry(from: Timestamp) -> AttributeValue {
    let at = from.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
    AttributeValue::N(at.to_string())
}
