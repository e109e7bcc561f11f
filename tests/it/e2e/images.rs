//! Pictures of products, from an admin's file to what a page shows.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use localcloud::issuer::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Answer, Stage};

const WHY: &str = "the emulator has no CloudFront, which serves pictures";

/// A PNG file, striped so that there is something to see.
fn stripes(width: u32, height: u32) -> Vec<u8> {
    let colour = |x, _| image::Rgb([if x / 20 % 2 == 0 { 200 } else { 30 }, 60, 90]);
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour)).write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

impl Stage {
    async fn announce(&self, sku: &str, token: &str, size: usize) -> Answer {
        let body = json!({ "content_type": "image/png", "size": size, "alt": "A mug" });
        self.post(&format!("/products/{}/images", self.sku(sku)), token, &[], &body).await
    }

    /// Uploads a file as an answer says, as a browser would.
    async fn put_file(&self, upload: &Value, file: Vec<u8>) -> Answer {
        let path = upload["url"].as_str().unwrap().strip_prefix(self.url()).unwrap().to_owned();
        let content_type = upload["headers"]["content-type"].as_str().unwrap();
        self.send(Method::PUT, &path, "", &[("content-type", content_type)], file).await
    }

    /// Announces and uploads a file, and waits until it is looked at. The image, as admins see it.
    pub async fn picture(&self, sku: &str, file: Vec<u8>) -> Value {
        let admin = self.token("admin", Scope::Admin);
        let announced = self.announce(sku, &admin, file.len()).await.expect(201).json();
        self.put_file(&announced["upload"], file).await.expect(200);
        let mut found = Value::Null;
        let looked_at = self.eventually(async || {
            let images = self.get(&format!("/products/{}/images", self.sku(sku)), &admin).await.expect(200).json();
            let of_it = |image: &&Value| image["image_id"] == announced["image_id"];
            found = images["items"].as_array().unwrap().iter().find(of_it).unwrap().clone();
            found["state"] != "requested"
        });
        assert!(looked_at.await, "nobody looks at the upload: {found}");
        found
    }
}

/// A picture that is shown and taken off, and one that cannot be used: all that functions do with pictures.
pub async fn shown_and_rejected(stage: &Stage, sku: &str) {
    let admin = stage.token("admin", Scope::Admin);
    let image = stage.picture(sku, stripes(400, 300)).await;
    assert_eq!(image["state"], "ready", "{image}");
    let path = format!("/products/{}/images/{}", stage.sku(sku), image["image_id"].as_str().unwrap());
    stage.send(Method::DELETE, &path, &admin, &[], Vec::new()).await.expect(204);
    let image = stage.picture(sku, b"not a picture".to_vec()).await;
    assert_eq!(
        (&image["state"], &image["reason"]),
        (&json!("rejected"), &json!("It is not a JPEG, PNG or WebP file."))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_all_the_way_to_the_page_and_away_again() {
    let Some(stage) = Stage::local(WHY).await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    assert_eq!(stage.announce("MUG-01", "", 1).await.status.as_u16(), 401);
    assert_eq!(stage.announce("MUG-01", &ada, 1).await.status.as_u16(), 403);
    stage.announce("NOPE-01", &admin, 1).await.expect(404);
    let before = stage.get("/products/MUG-01", "").await.expect(200);
    let image = stage.picture("MUG-01", stripes(1_400, 700)).await;
    assert_eq!((&image["state"], &image["width"], &image["height"]), (&json!("ready"), &json!(1_400), &json!(700)));

    let product = stage.get("/products/MUG-01", "").await.expect(200);
    assert_ne!(product.headers["etag"], before.headers["etag"]);
    let shown = product.json()["images"].clone();
    assert_eq!(shown, json!([{ "alt": "A mug", "width": 1_400, "height": 700, "sources": image["sources"] }]));
    let sources = shown[0]["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 6);
    for source in sources {
        let file = stage.get(source["url"].as_str().unwrap(), "").await.expect(200);
        assert_eq!(file.headers["content-type"], source["type"].as_str().unwrap());
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
        let picture = image::load_from_memory(&file.bytes).unwrap();
        assert_eq!(u64::from(picture.width()), source["width"].as_u64().unwrap());
    }
    stage.get("/images/0/320.webp", "").await.expect(404);

    // The product costs what it did, in whichever version.
    let order = stage.order(&ada, "pictured", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &order, "CONFIRMED").await;

    let path = format!("/products/MUG-01/images/{}", image["image_id"].as_str().unwrap());
    stage.send(Method::DELETE, &path, &ada, &[], Vec::new()).await.expect(403);
    stage.send(Method::DELETE, &path, &admin, &[], Vec::new()).await.expect(204);
    assert!(stage.get("/products/MUG-01", "").await.expect(200).json()["images"].is_null());
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_what_was_announced_and_what_is_no_picture_is_rejected() {
    let Some(stage) = Stage::local(WHY).await else { return };
    let admin = stage.token("admin", Scope::Admin);
    let file = stripes(40, 30);
    let upload = stage.announce("MUG-01", &admin, file.len()).await.expect(201).json()["upload"].clone();
    stage.put_file(&upload, [&file[..], b"more"].concat()).await.expect(403);
    let mut other = upload.clone();
    other["headers"]["content-type"] = "text/html".into();
    stage.put_file(&other, file.clone()).await.expect(403);
    let mut unsigned = upload;
    unsigned["url"] = unsigned["url"].as_str().unwrap().split('?').next().unwrap().into();
    stage.put_file(&unsigned, file).await.expect(403);
    shown_and_rejected(&stage, "MUG-01").await;
    stage.finish(&[("catalog/uploaded-images-dead", 1)]).await;
}
