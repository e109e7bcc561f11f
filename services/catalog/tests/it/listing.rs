//! GET /products.

use std::collections::BTreeSet;

use crate::{Answer, Call, Catalogue};

fn list() -> Call {
    Call::new("list-products")
}

fn ids(answer: &Answer) -> Vec<String> {
    answer.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_empty_catalogue_is_one_empty_page() {
    let answer = Catalogue::new().call(list()).await;
    assert_eq!((answer.status, answer.body.to_string().as_str()), (200, r#"{"items":[]}"#));
    assert_eq!(answer.headers["cache-control"], "public, max-age=5");
}

#[tokio::test]
async fn following_the_cursors_finds_each_product_on_sale_once() {
    let catalogue = Catalogue::new();
    let all: BTreeSet<String> = (0..7).map(|n| format!("MUG-{n}")).collect();
    for id in all.iter().map(String::as_str).chain(["GONE"]) {
        catalogue.create(id).await;
    }
    catalogue.remove("GONE", "\"1\"").await;
    for limit in ["1", "3", "100"] {
        let (mut found, mut call) = (Vec::new(), list().query("limit", limit));
        loop {
            let answer = catalogue.call(call).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert!(ids(&answer).len() <= limit.parse().unwrap());
            found.extend(ids(&answer));
            let Some(cursor) = answer.body["next_cursor"].as_str() else { break };
            call = list().query("limit", limit).query("cursor", cursor);
        }
        assert_eq!(found.len(), all.len(), "limit {limit}: {found:?}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), all, "limit {limit}");
    }
}

#[tokio::test]
async fn a_page_is_fifty_unless_asked_for_otherwise() {
    let catalogue = Catalogue::new();
    for n in 0..51 {
        catalogue.create(&format!("MUG-{n}")).await;
    }
    let answer = catalogue.call(list()).await;
    assert_eq!(ids(&answer).len(), 50);
    assert!(answer.body["next_cursor"].is_string());
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let catalogue = Catalogue::new();
    for cursor in ["", "MUG-01", "%%%", "bXVn"] {
        let answer = catalogue.call(list().query("cursor", cursor)).await;
        assert_eq!((answer.status, answer.problem_kind().as_str()), (400, "/problems/malformed-cursor"), "{cursor}");
    }
    for limit in ["0", "101", "ten"] {
        let answer = catalogue.call(list().query("limit", limit)).await;
        assert_eq!((answer.status, answer.problem_kind().as_str()), (422, "/problems/invalid-request"), "{limit}");
    }
}
