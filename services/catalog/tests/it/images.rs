//! POST, GET and DELETE /products/{id}/images.

use serde_json::{Value, json};

use crate::{Answer, Call, Catalogue, pictures};

pub fn announce(id: &str, content_type: &str, size: usize, alt: &str) -> Call {
    let body = json!({ "content_type": content_type, "size": size, "alt": alt });
    Call::new("request-image-upload").id(id).body(&body)
}

impl Catalogue {
    /// Announces a picture. Its id, and the answer.
    pub async fn announce(&self, id: &str, content_type: &str, size: usize) -> (String, Value) {
        let answer = self.call(announce(id, content_type, size, "A mug")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        (answer.body["image_id"].as_str().unwrap().to_owned(), answer.body)
    }

    /// Announces a picture and uploads it. Its id.
    pub async fn upload(&self, id: &str, content_type: &str, file: &[u8]) -> String {
        let (image_id, answer) = self.announce(id, content_type, file.len()).await;
        assert_eq!(self.put(&answer["upload"], file), 200);
        image_id
    }

    /// Puts a file where an answer says, as it says. The status.
    pub fn put(&self, upload: &Value, file: &[u8]) -> u16 {
        let mut request = http::Request::builder().method(upload["method"].as_str().unwrap());
        for (name, value) in upload["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        let request = request.uri(upload["url"].as_str().unwrap()).body(file.to_vec().into()).unwrap();
        self.bench.upload(request).status().as_u16()
    }

    /// A product's pictures, as admins see them.
    pub async fn images(&self, id: &str) -> Vec<Value> {
        let answer = self.call(Call::new("list-images").id(id)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["items"].as_array().unwrap().clone()
    }

    pub async fn take_off(&self, id: &str, image_id: &str) -> Answer {
        self.call(Call::new("remove-image").id(id).image(image_id)).await
    }
}

#[tokio::test]
async fn what_is_announced_may_be_uploaded_and_nothing_else() {
    let catalogue = Catalogue::new();
    catalogue.create("MUG-01").await;
    let file = pictures::png(40, 30);
    let (image_id, answer) = catalogue.announce("MUG-01", "image/png", file.len()).await;
    assert_eq!(
        (&answer["upload"]["method"], &answer["upload"]["headers"]),
        (&json!("PUT"), &json!({ "content-type": "image/png" }))
    );
    let requested = json!({
        "image_id": image_id, "state": "requested", "alt": "A mug",
        "requested_at": catalogue.images("MUG-01").await[0]["requested_at"],
    });
    assert_eq!(catalogue.images("MUG-01").await, [requested]);
    let mut other = answer["upload"].clone();
    other["headers"]["content-type"] = "text/html".into();
    assert_eq!(catalogue.put(&other, &file), 403);
    assert_eq!(catalogue.put(&answer["upload"], &file[1..]), 403);
    assert_eq!(catalogue.put(&answer["upload"], &[&file[..], b"x"].concat()), 403);
    assert!(catalogue.bench.messages("uploaded-images").is_empty());
    assert_eq!(catalogue.put(&answer["upload"], &file), 200);
    assert_eq!(catalogue.bench.messages("uploaded-images").len(), 1);
    assert_eq!(catalogue.bench.keys("uploads"), [format!("MUG-01/{image_id}")]);
    catalogue.bench.clock().advance(std::time::Duration::from_secs(601));
    assert_eq!(catalogue.put(&answer["upload"], &file), 403);
}

#[tokio::test]
async fn what_cannot_be_announced_is_refused() {
    let catalogue = Catalogue::new();
    catalogue.create("MUG-01").await;
    catalogue.create("GONE").await;
    catalogue.remove("GONE", "\"1\"").await;
    for id in ["GONE", "NEVER", "mug", ""] {
        let answer = catalogue.call(announce(id, "image/png", 1, "A mug")).await;
        assert_eq!((answer.status, answer.problem_kind().as_str()), (404, "/problems/not-found"), "{id}");
    }
    let answer = catalogue.call(announce("MUG-01", "image/svg+xml", 10_485_761, "two\nlines")).await;
    assert_eq!((answer.status, answer.problem_kind().as_str()), (422, "/problems/invalid-request"));
    let pointers: Vec<String> = answer.problem().errors.into_iter().map(|error| error.pointer).collect();
    assert_eq!(pointers, ["/content_type", "/size", "/alt"]);
    for body in [json!([]), json!({}), json!({ "content_type": "image/png", "size": -1, "alt": "A mug" })] {
        assert_eq!(catalogue.call(Call::new("request-image-upload").id("MUG-01").body(&body)).await.status, 422);
    }
    assert_eq!(catalogue.images("MUG-01").await, Vec::<Value>::new());
    assert_eq!(catalogue.call(Call::new("list-images").id("ill formed")).await.status, 404);
}

#[tokio::test]
async fn an_announcement_is_taken_back_once_and_for_all() {
    let catalogue = Catalogue::new();
    catalogue.create("MUG-01").await;
    let (image_id, _) = catalogue.announce("MUG-01", "image/png", 1).await;
    assert_eq!(catalogue.take_off("MUG-01", &image_id).await.status, 204);
    assert_eq!(catalogue.images("MUG-01").await, Vec::<Value>::new());
    // A client whose answer was lost asks again.
    assert_eq!(catalogue.take_off("MUG-01", &image_id).await.status, 204);
    // It changes nothing of the product.
    assert_eq!(catalogue.get("MUG-01").await.etag(), Some("\"1\""));
    for (id, image_id) in [
        ("MUG-02", image_id.as_str()),
        ("MUG-01", "img_00000000000000000000000000000000"),
        ("MUG-01", "x"),
        ("MUG-01", ""),
    ] {
        let answer = catalogue.take_off(id, image_id).await;
        assert_eq!((answer.status, answer.problem_kind().as_str()), (404, "/problems/not-found"), "{id} {image_id}");
    }
}
