//! What becomes of a picture when several decide at once.

use kernel::{Currency, Money};
use localcloud::testing::Bench;
use uuid::Uuid;

use super::*;
use crate::{
    adapters::Products,
    domain::{Alt, Description, Details, Format, Precondition, Price, Product, ProductName},
    ports::{FindProduct, PutProduct},
};

/// A product on sale, and a picture of it that is announced.
struct Scene {
    bench: Bench,
    image: Image,
}

impl Scene {
    async fn new() -> Self {
        let bench = Bench::new(include_str!("../../../service.yaml"));
        let sku = Sku::parse("MUG-01").unwrap();
        let details = Details {
            name: ProductName::parse("Mug").unwrap(),
            description: Description::parse("").unwrap(),
            price: Price::new(Money::minor(1_980, Currency::EUR)).unwrap(),
        };
        let products = Products::new(&bench.runtime("put-product")).unwrap();
        products.put(&sku, &details, &Precondition::None, Timestamp::UNIX_EPOCH).await.unwrap();
        let image = Image {
            sku,
            image_id: ImageId::new(Uuid::from_u128(1)),
            state: State::Requested,
            alt: Alt::parse("A mug").unwrap(),
            format: Format::Png,
            size: 1,
            requested_at: Timestamp::UNIX_EPOCH,
            reason: None,
            picture: None,
        };
        Images::new(&bench.runtime("request-image-upload")).unwrap().add(&image).await.unwrap();
        Self { bench, image }
    }

    fn images(&self, function: &str) -> ProductImages {
        ProductImages::new(&self.bench.runtime(function)).unwrap()
    }

    async fn ready(&self) -> Ready {
        let (alt, hash) = (self.image.alt.clone(), "00".to_owned());
        let picture = Picture { alt, width: 1, height: 1, hash, widths: vec![1], requested_at: Timestamp::UNIX_EPOCH };
        self.images("make-thumbnails").ready(&self.image, &picture, Timestamp::UNIX_EPOCH).await.unwrap()
    }

    async fn remove(&self) -> bool {
        let images = self.images("remove-image");
        images.remove(&self.image.sku, &self.image.image_id, Timestamp::UNIX_EPOCH).await.unwrap()
    }

    /// The product, and what the image has become.
    async fn now(&self) -> (Product, State) {
        let product = Products::new(&self.bench.runtime("get-product")).unwrap().find(&self.image.sku).await;
        let image = self.images("make-thumbnails").find(&self.image.sku, &self.image.image_id).await;
        (product.unwrap().unwrap(), image.unwrap().unwrap().state)
    }
}

/// Whoever looks at an upload has read its image before, and much may happen meanwhile.
#[tokio::test]
async fn a_picture_is_shown_only_if_nothing_else_became_of_it_meanwhile() {
    let scene = Scene::new().await;
    assert!(scene.remove().await);
    assert_eq!(scene.ready().await, Ready::Decided);
    let (product, state) = scene.now().await;
    assert_eq!((product.version, product.images.len(), state), (1, 0, State::Removed));

    let scene = Scene::new().await;
    assert_eq!((scene.ready().await, scene.ready().await), (Ready::Shown, Ready::Decided));
    let (product, state) = scene.now().await;
    assert_eq!((product.version, product.images.len(), state), (2, 1, State::Ready));

    let scene = Scene::new().await;
    scene.images("make-thumbnails").reject(&scene.image, "no", Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(scene.ready().await, Ready::Decided);
    let (product, state) = scene.now().await;
    assert_eq!((product.version, state), (1, State::Rejected));
}

#[tokio::test]
async fn a_rejection_undoes_nothing() {
    for remove in [false, true] {
        let scene = Scene::new().await;
        scene.ready().await;
        if remove {
            scene.remove().await;
        }
        let before = scene.now().await;
        scene.images("make-thumbnails").reject(&scene.image, "no", Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(scene.now().await, before);
    }
}

#[tokio::test]
async fn two_who_remove_a_picture_raise_the_version_once() {
    let scene = Scene::new().await;
    scene.ready().await;
    let (one, two) = tokio::join!(scene.remove(), scene.remove());
    assert!(one && two);
    let (product, state) = scene.now().await;
    assert_eq!((product.version, product.images.len(), state), (3, 0, State::Removed));
}

/// What is kept for nothing goes by itself; what is shown does not.
#[tokio::test]
async fn only_what_is_shown_is_kept_for_good() {
    let expires = |scene: &Scene| scene.bench.scan("images")[0]["expires_at"].as_i64();
    let scene = Scene::new().await;
    assert_eq!(expires(&scene), Some(7 * 86_400));
    scene.ready().await;
    assert_eq!(expires(&scene), None);
    scene.remove().await;
    assert_eq!(expires(&scene), Some(7 * 86_400));
}
