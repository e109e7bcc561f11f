//! What a change of a product means to other contexts.

use contracts::events::{CloudEvent, PRODUCT_CHANGED, PRODUCT_REMOVED, ProductEvent};

use super::Product;

/// The event that tells of a product's present version. Its id is made of the sku and the version, so that publishing
/// twice is recognisable. A tombstone tells that the product is gone.
pub fn event(product: &Product) -> CloudEvent<ProductEvent> {
    let kind = if product.deleted { PRODUCT_REMOVED } else { PRODUCT_CHANGED };
    let data = ProductEvent {
        sku: product.sku.clone(),
        version: product.version,
        name: product.name.as_str().to_owned(),
        price: product.price.money(),
    };
    let id = format!("{}:{}", product.sku, product.version);
    CloudEvent::new(kind, id, product.sku.as_str(), product.updated_at, data)
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, Sku, Timestamp};

    use super::*;
    use crate::domain::{Description, Price, ProductName};

    fn product(deleted: bool) -> Product {
        Product {
            sku: Sku::parse("MUG-01").unwrap(),
            name: ProductName::parse("Mug").unwrap(),
            description: Description::parse("").unwrap(),
            price: Price::new(Money::minor(1_980, Currency::EUR)).unwrap(),
            version: 7,
            deleted,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            images: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn a_version_is_one_event_that_is_the_same_whenever_it_is_made() {
        let changed = event(&product(false));
        assert_eq!((changed.kind.as_str(), changed.id.as_str()), (PRODUCT_CHANGED, "MUG-01:7"));
        assert_eq!((changed.subject.as_str(), changed.time), ("MUG-01", Timestamp::UNIX_EPOCH));
        assert_eq!(changed, event(&product(false)));
    }

    #[test]
    fn a_tombstone_is_a_removal() {
        assert_eq!(event(&product(true)).kind, PRODUCT_REMOVED);
    }
}
