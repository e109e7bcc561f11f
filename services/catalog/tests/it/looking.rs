//! make-thumbnails, as the queue calls it.

use image::{DynamicImage, GenericImageView, ImageFormat, Pixel};
use localcloud::sqs::AttributeValue;
use serde_json::{Value, json};

use crate::{Call, Catalogue, pictures};

/// What the function answers.
const DONE: &str = r#"{"batchItemFailures":[]}"#;

/// The reason that a message among the dead letters has.
const REASON: &str = "reason";

impl Catalogue {
    /// The messages that the bucket has sent so far.
    fn told(&self) -> Vec<String> {
        self.bench.messages("uploaded-images").into_iter().map(|message| message.body).collect()
    }

    async fn deliver(&self, message: &str) -> String {
        let record = json!({ "messageId": "1", "body": message, "attributes": {} });
        let mut call = Call::new("make-thumbnails");
        call.event = json!({ "Records": [record] });
        self.invoke(call).await.to_string()
    }

    /// Uploads a file and has it looked at. The image, as admins see it.
    async fn look(&self, content_type: &str, file: &[u8]) -> Value {
        let image_id = self.upload("MUG-01", content_type, file).await;
        let message = self.told().into_iter().find(|message| message.contains(&image_id)).unwrap();
        assert_eq!(self.deliver(&message).await, DONE);
        self.images("MUG-01").await.into_iter().find(|image| image["image_id"] == image_id.as_str()).unwrap()
    }

    /// Reasons of the dead letters.
    fn reasons(&self) -> Vec<String> {
        let dead = self.bench.receive("uploaded-images-dead");
        dead.iter()
            .map(|message| match message.message_attributes[REASON].value.clone() {
                AttributeValue::Text(text) => text,
                AttributeValue::Binary(_) => String::new(),
            })
            .collect()
    }

    /// What is shown at the address of a source.
    fn shown(&self, source: &Value) -> localcloud::Object {
        let key = source["url"].as_str().unwrap().trim_start_matches('/');
        self.bench.object("images", key).unwrap()
    }

    /// A product with an upload of it that was announced and not looked at, and the message about it.
    async fn waiting() -> (Self, String, String) {
        let catalogue = Self::new();
        catalogue.create("MUG-01").await;
        let image_id = catalogue.upload("MUG-01", "image/png", &pictures::png(400, 300)).await;
        let message = catalogue.told().remove(0);
        (catalogue, image_id, message)
    }
}

async fn stocked() -> Catalogue {
    let catalogue = Catalogue::new();
    catalogue.create("MUG-01").await;
    catalogue
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

/// Whether a pixel is about this colour.
fn is_about(picture: &DynamicImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
    let found = picture.get_pixel(x, y).to_rgb().0;
    found.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) < 40)
}

#[tokio::test]
async fn a_picture_is_shown_in_three_widths_and_two_formats() {
    let catalogue = stocked().await;
    let image = catalogue.look("image/png", &pictures::png(1_600, 1_200)).await;
    assert_eq!((&image["state"], &image["width"], &image["height"]), (&json!("ready"), &json!(1_600), &json!(1_200)));
    let product = catalogue.get("MUG-01").await;
    assert_eq!((product.etag(), &product.body["version"]), (Some("\"2\""), &json!(2)));
    let shown = json!([{ "alt": "A mug", "width": 1_600, "height": 1_200, "sources": image["sources"] }]);
    assert_eq!(product.body["images"], shown);
    assert_eq!(catalogue.call(Call::new("list-products")).await.body["items"][0]["images"], shown);
    let sources = image["sources"].as_array().unwrap();
    let kinds: Vec<(&str, u64)> =
        sources.iter().map(|source| (source["type"].as_str().unwrap(), source["width"].as_u64().unwrap())).collect();
    let (webp, jpeg) = ("image/webp", "image/jpeg");
    assert_eq!(kinds, [(webp, 320), (webp, 640), (webp, 1_280), (jpeg, 320), (jpeg, 640), (jpeg, 1_280)]);
    for source in sources {
        let object = catalogue.shown(source);
        assert_eq!(
            (object.content_type.as_str(), object.cache_control.as_deref()),
            (source["type"].as_str().unwrap(), Some("public, max-age=31536000, immutable"))
        );
        let picture = decoded(&object.bytes);
        let width = u32::try_from(source["width"].as_u64().unwrap()).unwrap();
        assert_eq!(picture.dimensions(), (width, width * 3 / 4));
        assert!(
            is_about(&picture, (width / 4, 10), [220, 20, 20])
                && is_about(&picture, (width * 3 / 4, 10), [20, 20, 220])
        );
    }
    assert_eq!(catalogue.reasons(), Vec::<String>::new());
    // An admin who edits the product keeps its pictures.
    let edited = catalogue.call(crate::put("MUG-01").header("if-match", "\"2\"")).await;
    assert_eq!(edited.body["images"], shown);
}

#[tokio::test]
async fn nothing_is_made_larger() {
    let catalogue = stocked().await;
    for (file, content_type, widths) in [
        (pictures::png(1, 1), "image/png", vec![1]),
        (pictures::jpeg(319, 200), "image/jpeg", vec![319]),
        (pictures::file(&pictures::halves(640, 10), ImageFormat::WebP), "image/webp", vec![320, 640]),
        (pictures::png(3_000, 1), "image/png", vec![320, 640, 1_280]),
    ] {
        let image = catalogue.look(content_type, &file).await;
        let sources = image["sources"].as_array().unwrap_or_else(|| panic!("{image}"));
        let of_webp = sources.iter().filter(|source| source["type"] == "image/webp");
        assert_eq!(of_webp.map(|source| source["width"].as_u64().unwrap()).collect::<Vec<_>>(), widths);
        sources.iter().for_each(|source| drop(decoded(&catalogue.shown(source).bytes)));
    }
}

#[tokio::test]
async fn a_picture_is_turned_and_says_nothing_of_where_it_was_taken() {
    let catalogue = stocked().await;
    let file = pictures::turned(&pictures::jpeg(400, 200));
    assert!(file.windows(pictures::PLACE.len()).any(|part| part == pictures::PLACE));
    let image = catalogue.look("image/jpeg", &file).await;
    assert_eq!((&image["width"], &image["height"]), (&json!(200), &json!(400)), "{image}");
    for source in image["sources"].as_array().unwrap() {
        let object = catalogue.shown(source);
        for secret in [pictures::PLACE, b"Exif", b"EXIF", b"XMP", b"ICCP"] {
            assert!(!object.bytes.windows(secret.len()).any(|part| part == secret), "{source}");
        }
        let picture = decoded(&object.bytes);
        // What was on the left is on top.
        assert!(is_about(&picture, (100, 50), [220, 20, 20]) && is_about(&picture, (100, 350), [20, 20, 220]));
    }
}

#[tokio::test]
async fn other_colours_are_understood() {
    let catalogue = stocked().await;
    let sixteen = pictures::file(&DynamicImage::ImageRgb16(pictures::halves(40, 40).to_rgb16()), ImageFormat::Png);
    let grey = pictures::file(&DynamicImage::ImageLuma8(pictures::halves(40, 40).to_luma8()), ImageFormat::Jpeg);
    let clear = pictures::file(&pictures::nothing(40, 40), ImageFormat::Png);
    for (file, content_type, colour) in [
        (sixteen, "image/png", [220, 20, 20]),
        (grey, "image/jpeg", [62, 62, 62]),
        (clear, "image/png", [255, 255, 255]),
        // Half of each colour, and half of black over it.
        (pictures::four_colours(), "image/jpeg", [64, 64, 64]),
    ] {
        let image = catalogue.look(content_type, &file).await;
        let jpeg = image["sources"].as_array().unwrap_or_else(|| panic!("{image}")).last().unwrap();
        let picture = decoded(&catalogue.shown(jpeg).bytes);
        assert!(is_about(&picture, (4, 4), colour), "{:?}, not {colour:?}", picture.get_pixel(4, 4));
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_rejected_with_a_reason_and_given_up_at_once() {
    let (jpeg, png) = (pictures::jpeg(400, 300), pictures::png(400, 300));
    let webp = pictures::file(&pictures::halves(400, 300), ImageFormat::WebP);
    let no_picture = "It is not a JPEG, PNG or WebP file.";
    let too_large = "It has too many pixels: 12000 on a side and 40 million are the most.";
    let unreadable = |name: &str| format!("It cannot be read as a {name} file.");
    let cases = [
        ("image/png", b"just text".to_vec(), no_picture.to_owned()),
        ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), no_picture.to_owned()),
        ("image/png", b"GIF89a\x01\0\x01\0".to_vec(), no_picture.to_owned()),
        ("image/png", jpeg.clone(), "It is a JPEG file, and was announced as PNG.".to_owned()),
        ("image/png", pictures::claiming(60_000, 60_000), too_large.to_owned()),
        ("image/png", pictures::claiming(12_001, 1), too_large.to_owned()),
        ("image/png", pictures::claiming(8_000, 5_001), too_large.to_owned()),
        ("image/png", pictures::claiming(0, 1), unreadable("PNG")),
        ("image/png", pictures::claiming(400, 300), unreadable("PNG")),
        ("image/png", png[..png.len() - 100].to_vec(), unreadable("PNG")),
        ("image/png", b"\x89PNG\r\n\x1a\n".to_vec(), unreadable("PNG")),
        ("image/jpeg", jpeg[..jpeg.len() - 200].to_vec(), "The file ends in the middle of the picture.".to_owned()),
        ("image/jpeg", jpeg[..jpeg.len() - 2].to_vec(), "The file ends in the middle of the picture.".to_owned()),
        ("image/jpeg", b"\xff\xd8\xff\xe0".to_vec(), unreadable("JPEG")),
        ("image/jpeg", pictures::scanned(101), "It is drawn in too many steps.".to_owned()),
        ("image/webp", webp[..webp.len() / 2].to_vec(), unreadable("WebP")),
        ("image/webp", b"RIFF\x04\0\0\0WEBP".to_vec(), unreadable("WebP")),
    ];
    for (content_type, file, reason) in cases {
        let catalogue = stocked().await;
        let image = catalogue.look(content_type, &file).await;
        assert_eq!((&image["state"], &image["reason"]), (&json!("rejected"), &json!(reason)));
        assert_eq!(catalogue.reasons(), [reason]);
        assert_eq!(catalogue.bench.keys("images"), Vec::<String>::new());
        let product = catalogue.get("MUG-01").await;
        assert_eq!((product.etag(), &product.body["images"]), (Some("\"1\""), &Value::Null));
    }
}

#[tokio::test]
async fn what_is_hidden_behind_a_picture_is_not_served() {
    const HIDDEN: &[u8] = b"<script>alert(document.domain)</script>PK\x03\x04";
    let catalogue = stocked().await;
    for (file, content_type) in [(pictures::png(40, 40), "image/png"), (pictures::jpeg(40, 40), "image/jpeg")] {
        let image = catalogue.look(content_type, &[&file[..], HIDDEN].concat()).await;
        assert_eq!(image["state"], "ready", "{image}");
    }
    for key in catalogue.bench.keys("images") {
        let object = catalogue.bench.object("images", &key).unwrap();
        assert!(!object.bytes.windows(8).any(|part| part == &HIDDEN[..8]), "{key}");
    }
}

#[tokio::test]
async fn a_message_that_comes_again_changes_nothing() {
    let (catalogue, _, message) = Catalogue::waiting().await;
    assert_eq!(catalogue.deliver(&message).await, DONE);
    let (product, keys) = (catalogue.get("MUG-01").await, catalogue.bench.keys("images"));
    for _ in 0..2 {
        assert_eq!(catalogue.deliver(&message).await, DONE);
    }
    assert_eq!((catalogue.get("MUG-01").await, catalogue.bench.keys("images")), (product, keys));
    // At the same time, too.
    let (catalogue, _, message) = Catalogue::waiting().await;
    let (one, two) = tokio::join!(catalogue.deliver(&message), catalogue.deliver(&message));
    assert_eq!((one.as_str(), two.as_str()), (DONE, DONE));
    assert_eq!(catalogue.get("MUG-01").await.etag(), Some("\"2\""));
}

#[tokio::test]
async fn a_rejection_stays_and_makes_no_second_dead_letter() {
    let catalogue = stocked().await;
    catalogue.look("image/png", b"just text").await;
    let message = catalogue.told().remove(0);
    assert_eq!(catalogue.deliver(&message).await, DONE);
    assert_eq!(catalogue.reasons().len(), 1);
    assert_eq!(catalogue.images("MUG-01").await[0]["state"], "rejected");
}

#[tokio::test]
async fn a_picture_that_was_removed_stays_away() {
    let (catalogue, image_id, message) = Catalogue::waiting().await;
    assert_eq!(catalogue.take_off("MUG-01", &image_id).await.status, 204);
    assert_eq!(catalogue.deliver(&message).await, DONE);
    let product = catalogue.get("MUG-01").await;
    assert_eq!((product.etag(), &product.body["images"]), (Some("\"1\""), &Value::Null));

    let (catalogue, image_id, message) = Catalogue::waiting().await;
    assert_eq!(catalogue.deliver(&message).await, DONE);
    assert_eq!(catalogue.take_off("MUG-01", &image_id).await.status, 204);
    let product = catalogue.get("MUG-01").await;
    assert_eq!((product.etag(), &product.body["images"]), (Some("\"3\""), &Value::Null));
    for _ in 0..2 {
        assert_eq!(catalogue.deliver(&message).await, DONE);
        assert_eq!(catalogue.take_off("MUG-01", &image_id).await.status, 204);
    }
    assert_eq!((catalogue.get("MUG-01").await, catalogue.images("MUG-01").await), (product, Vec::new()));
}

#[tokio::test]
async fn a_product_that_is_gone_gets_no_picture_and_a_new_one_begins_without() {
    let (catalogue, _, message) = Catalogue::waiting().await;
    catalogue.remove("MUG-01", "\"1\"").await;
    assert_eq!(catalogue.deliver(&message).await, DONE);
    let image = catalogue.images("MUG-01").await.remove(0);
    assert_eq!(
        (&image["state"], &image["reason"]),
        (&json!("rejected"), &json!("The product is not on sale any more."))
    );
    assert_eq!(catalogue.reasons(), Vec::<String>::new());

    let (catalogue, image_id, message) = Catalogue::waiting().await;
    assert_eq!(catalogue.deliver(&message).await, DONE);
    catalogue.remove("MUG-01", "\"2\"").await;
    let created = catalogue.create("MUG-01").await;
    assert_eq!((created.etag(), &created.body["images"]), (Some("\"4\""), &Value::Null));
    // The picture of the old product can still be removed, which is nothing to the new one.
    assert_eq!(catalogue.take_off("MUG-01", &image_id).await.status, 204);
    assert_eq!(catalogue.images("MUG-01").await, Vec::<Value>::new());
    assert_eq!(catalogue.get("MUG-01").await.etag(), Some("\"4\""));
}

#[tokio::test]
async fn a_product_has_ten_pictures_at_most_in_the_order_they_were_announced() {
    let catalogue = stocked().await;
    for n in 1..=10 {
        let image = catalogue.look("image/png", &pictures::png(n, 1)).await;
        assert_eq!(image["state"], "ready", "{image}");
        catalogue.bench.clock().advance(std::time::Duration::from_millis(5));
        if n == 9 {
            // Announced while there was room, and uploaded too late.
            catalogue.upload("MUG-01", "image/png", &pictures::png(99, 1)).await;
        }
    }
    let product = catalogue.get("MUG-01").await;
    let widths: Vec<u64> =
        product.body["images"].as_array().unwrap().iter().map(|image| image["width"].as_u64().unwrap()).collect();
    assert_eq!(widths, (1..=10).collect::<Vec<u64>>());
    let refused = catalogue.call(crate::images::announce("MUG-01", "image/png", 1, "A mug")).await;
    assert_eq!((refused.status, refused.problem_kind().as_str()), (409, "/problems/too-many-images"));
    let late = catalogue.images("MUG-01").await.into_iter().find(|image| image["state"] == "requested").unwrap();
    let message = catalogue.told().into_iter().find(|told| told.contains(late["image_id"].as_str().unwrap())).unwrap();
    assert_eq!(catalogue.deliver(&message).await, DONE);
    let late =
        catalogue.images("MUG-01").await.into_iter().find(|image| image["image_id"] == late["image_id"]).unwrap();
    assert_eq!((&late["state"], &late["reason"]), (&json!("rejected"), &json!("The product has 10 images already.")));
    assert_eq!(catalogue.get("MUG-01").await, product);
}

#[tokio::test]
async fn a_product_of_before_there_were_pictures_can_have_some() {
    let (catalogue, _, message) = Catalogue::waiting().await;
    let mut item = catalogue.bench.scan("products").remove(0);
    item.as_object_mut().unwrap().remove("images").unwrap();
    catalogue.bench.put("products", &item);
    assert_eq!(catalogue.get("MUG-01").await.status, 200);
    assert_eq!(catalogue.deliver(&message).await, DONE);
    let product = catalogue.get("MUG-01").await;
    assert_eq!((product.etag(), product.body["images"].as_array().unwrap().len()), (Some("\"2\""), 1));
}

#[tokio::test]
async fn messages_that_are_not_about_uploads_are_done_with_or_given_up() {
    let (catalogue, _, message) = Catalogue::waiting().await;
    let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads" }).to_string();
    assert_eq!(catalogue.deliver(&test).await, DONE);
    assert_eq!(catalogue.reasons(), Vec::<String>::new());
    for (odd, reason) in [
        ("no JSON".to_owned(), "It is not a message of S3."),
        (message.replace("MUG-01/img_", "elsewhere/"), "The object's key is not an upload's."),
    ] {
        assert_eq!(catalogue.deliver(&odd).await, DONE);
        assert_eq!(catalogue.reasons(), [reason]);
    }
    // Nobody announced it, or so long ago that it was forgotten.
    assert_eq!(catalogue.deliver(&message.replace("MUG-01/img_", "MUG-02/img_")).await, DONE);
    assert_eq!(catalogue.images("MUG-01").await[0]["state"], "requested");
}

#[tokio::test]
async fn what_does_not_answer_is_tried_again() {
    let (catalogue, image_id, message) = Catalogue::waiting().await;
    // A bucket that the function may not read stands for one that does not answer.
    let denied = catalogue.deliver(&message.replace("catalog-uploads", "catalog-elsewhere")).await;
    assert_eq!(denied, r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#);
    assert_eq!(
        (catalogue.images("MUG-01").await[0]["state"].as_str(), catalogue.reasons().len()),
        (Some("requested"), 0)
    );
    assert_eq!(catalogue.deliver(&message).await, DONE);
    let image = catalogue.images("MUG-01").await.remove(0);
    assert_eq!((&image["image_id"], &image["state"]), (&json!(image_id), &json!("ready")));
}
