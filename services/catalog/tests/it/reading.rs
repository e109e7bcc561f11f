//! GET /products/{id}.

use serde_json::json;

use crate::{Call, Catalogue};

#[tokio::test]
async fn a_product_is_answered_with_its_version() {
    let catalogue = Catalogue::new();
    let created = catalogue.create("MUG-01").await;
    let answer = catalogue.get("MUG-01").await;
    assert_eq!((answer.status, answer.etag()), (200, Some("\"1\"")));
    assert_eq!(answer.headers["cache-control"], "public, no-cache");
    assert_eq!(answer.body, created.body);
    let updated_at = answer.body["updated_at"].clone();
    assert_eq!(
        answer.body,
        json!({
            "id": "MUG-01", "name": "Mug", "description": "Holds tea.",
            "price": { "amount_minor": 1980, "currency": "EUR" }, "version": 1, "updated_at": updated_at,
        })
    );
}

#[tokio::test]
async fn a_client_that_has_the_version_is_told_so() {
    let catalogue = Catalogue::new();
    catalogue.create("MUG-01").await;
    let get = |seen: &str| Call::new("get-product").id("MUG-01").header("if-none-match", seen);
    for seen in ["\"1\"", "W/\"1\"", "*", "\"7\", \"1\""] {
        let answer = catalogue.call(get(seen)).await;
        assert_eq!((answer.status, answer.etag()), (304, Some("\"1\"")), "{seen}");
        assert!(answer.body.is_null() && answer.headers.contains_key("cache-control"));
    }
    for seen in ["\"2\"", "1", "", "\"01\""] {
        assert_eq!(catalogue.call(get(seen)).await.status, 200, "{seen}");
    }
}

#[tokio::test]
async fn what_is_not_on_sale_is_not_found() {
    let catalogue = Catalogue::new();
    catalogue.create("GONE").await;
    catalogue.remove("GONE", "\"1\"").await;
    for id in ["GONE", "NEVER", "ill formed", "mug", ""] {
        let answer = catalogue.get(id).await;
        assert_eq!((answer.status, answer.problem_kind().as_str()), (404, "/problems/not-found"), "{id}");
        assert_eq!(answer.etag(), None);
    }
}
