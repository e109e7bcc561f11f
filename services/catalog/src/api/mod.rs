//! What travels on HTTP, and its description in OpenAPI.

mod images;

use std::collections::BTreeMap;

use kernel::{Currency, Invalid, Money, Timestamp};
use lambda::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{
    Error,
    domain::{Description, Details, ImageId, Picture, Price, Product, ProductName},
    functions::{
        delete_product, get_product, list_images, list_products, put_product, remove_image, request_image_upload,
    },
};

pub use images::{ImageBody, Images, PictureBody, RequestUploadBody, RequestedBody, SourceBody, UploadBody};

/// The catalogue's part of the API.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        list_products::answer,
        get_product::answer,
        put_product::answer,
        delete_product::answer,
        request_image_upload::answer,
        list_images::answer,
        remove_image::answer,
    ),
    components(schemas(
        ProductBody, PutProductBody, PriceBody, ProductPage, RequestUploadBody, RequestedBody, UploadBody, Images,
        ImageBody, PictureBody, SourceBody, Problem, FieldError,
    )),
    modifiers(&Jwt)
)]
pub struct Api;

/// The security scheme of the routes that need a token.
struct Jwt;

impl Modify for Jwt {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        api.components.get_or_insert_default().add_security_scheme("jwt", SecurityScheme::Http(jwt));
    }
}

/// A product on sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductBody {
    /// Its sku.
    #[schema(example = "MUG-01")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// What there is to say about it.
    pub description: String,
    /// Its price.
    pub price: PriceBody,
    /// Counts its changes; the same as in the ETag.
    #[schema(minimum = 1)]
    pub version: u64,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Its pictures, the first one first; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub images: Vec<PictureBody>,
}

/// What an admin says about a product: all of it, as PUT replaces the whole.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutProduct)]
pub struct PutProductBody {
    /// Its name, on one line. Spaces around it are cut off.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What there is to say about it.
    #[schema(max_length = 2000)]
    pub description: String,
    /// Its price.
    pub price: PriceBody,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Price)]
pub struct PriceBody {
    /// Minor units: cents for EUR, yen for JPY.
    #[schema(minimum = 1, maximum = 99999999, example = 1980)]
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// A page of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductPage {
    /// The products. A page may have fewer than were asked for, even none, and not be the last.
    pub items: Vec<ProductBody>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Product> for ProductBody {
    fn from(product: Product) -> Self {
        let price = product.price.money();
        Self {
            id: product.sku.into(),
            name: product.name.into(),
            description: product.description.into(),
            price: PriceBody { amount_minor: price.amount_minor(), currency: price.currency().code().to_owned() },
            version: product.version,
            updated_at: product.updated_at,
            images: pictures(product.images),
        }
    }
}

/// Pictures in the order in which they were announced.
fn pictures(images: BTreeMap<ImageId, Picture>) -> Vec<PictureBody> {
    let mut pictures: Vec<Picture> = images.into_values().collect();
    pictures.sort_by_key(|picture| picture.requested_at);
    pictures.into_iter().map(Into::into).collect()
}

impl TryFrom<PutProductBody> for Details {
    type Error = Error;

    /// Checks every field, so that the client hears of everything that is wrong at once.
    fn try_from(body: PutProductBody) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        let name = check(&mut wrong, "/name", ProductName::parse(&body.name));
        let description = check(&mut wrong, "/description", Description::parse(body.description));
        let currency = check(&mut wrong, "/price/currency", Currency::parse(&body.price.currency));
        // An amount's rule is the same in every currency: it is checked even where the currency is wrong.
        let money = Money::minor(body.price.amount_minor, currency.unwrap_or(Currency::EUR));
        let price = check(&mut wrong, "/price/amount_minor", Price::new(money));
        match (name, description, currency, price) {
            (Some(name), Some(description), Some(_), Some(price)) => Ok(Self { name, description, price }),
            _ => Err(Error::Invalid(wrong)),
        }
    }
}

fn check<T>(wrong: &mut Vec<FieldError>, pointer: &str, checked: Result<T, Invalid>) -> Option<T> {
    checked.map_err(|why| wrong.push(FieldError { pointer: pointer.to_owned(), detail: why.to_string() })).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(name: &str, amount_minor: i64, currency: &str) -> PutProductBody {
        let price = PriceBody { amount_minor, currency: currency.to_owned() };
        PutProductBody { name: name.to_owned(), description: String::new(), price }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let Err(Error::Invalid(wrong)) = Details::try_from(body(" ", 0, "XXX")) else { panic!("accepted") };
        let pointers: Vec<&str> = wrong.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/price/currency", "/price/amount_minor"]);
    }

    #[test]
    fn a_right_body_is_taken_in_its_own_currency() {
        let details = Details::try_from(body(" Mug ", 1_980, "JPY")).unwrap();
        assert_eq!(details.name.as_str(), "Mug");
        assert_eq!(details.price.money(), Money::minor(1_980, Currency::JPY));
    }

    #[test]
    fn a_body_with_a_field_too_many_is_refused() {
        let json = r#"{"name":"Mug","description":"","price":{"amount_minor":1,"currency":"EUR"},"stock":3}"#;
        assert!(serde_json::from_str::<PutProductBody>(json).is_err());
    }

    #[test]
    fn every_http_function_is_described() {
        let api = serde_json::to_value(Api::openapi()).unwrap();
        let paths = api["paths"].as_object().unwrap().values();
        let operations: Vec<_> = paths.flat_map(|path| path.as_object().unwrap().values()).collect();
        let mut described: Vec<_> =
            operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
        described.sort_unstable();
        assert_eq!(
            described,
            [
                "delete-product",
                "get-product",
                "list-images",
                "list-products",
                "put-product",
                "remove-image",
                "request-image-upload",
            ]
        );
        for operation in operations {
            let read_by_all = ["get-product", "list-products"].iter().any(|name| operation["operationId"] == *name);
            assert_eq!(operation["security"][0]["jwt"][0] != "admin", read_by_all, "{operation}");
        }
        assert_eq!(api["components"]["securitySchemes"]["jwt"]["scheme"], "bearer");
        assert!(api["components"]["schemas"]["Problem"].is_object());
    }
}
