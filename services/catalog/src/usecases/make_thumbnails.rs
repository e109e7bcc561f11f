//! Looks at an upload, and puts what is to be shown of it on its product.
//!
//! A message can come twice, late, after others, and after its picture or its product is gone. What has been decided about a
//! picture stays so; making its files again makes the same ones under the same names.
//!
//! An upload that cannot be used will never be better: its message goes to the dead letters at once, and then the admin is told
//! why. A death in between makes a second dead letter, and not none.

use kernel::{Sku, Timestamp};
use lambda::{StoredObject, stored_objects};
use tracing::{info, warn};

use crate::{
    Error,
    domain::{IMAGES_MAX, Image, ImageId, Picture, State, Thumbnails, Unusable, shown_key, uploaded},
    ports::{DecideImage, FetchUpload, Fetched, GiveUp, KeepFile, Ready},
};

/// What is needed for it.
pub struct Workshop {
    /// What was announced, and what becomes of it.
    pub images: Box<dyn DecideImage>,
    /// What was uploaded.
    pub uploads: Box<dyn FetchUpload>,
    /// What is shown.
    pub files: Box<dyn KeepFile>,
    /// Where messages go that nobody can use.
    pub dead_letters: Box<dyn GiveUp>,
}

/// Handles a message of the uploads' bucket.
///
/// # Errors
/// Something did not answer: the message should come again.
pub async fn make_thumbnails(workshop: &Workshop, message: &str, now: Timestamp) -> Result<(), Error> {
    let objects = match stored_objects(message) {
        Ok(objects) => objects,
        Err(why) => {
            warn!(%why, "a message is not from a bucket");
            return workshop.dead_letters.give_up(message, "It is not a message of S3.").await;
        }
    };
    for object in objects {
        let Some((sku, image_id)) = uploaded(&object.key) else {
            workshop.dead_letters.give_up(message, "The object's key is not an upload's.").await?;
            continue;
        };
        workshop.look_at(&sku, &image_id, &object, message, now).await?;
    }
    Ok(())
}

impl Workshop {
    async fn look_at(
        &self,
        sku: &Sku,
        image_id: &ImageId,
        object: &StoredObject,
        message: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let image = match self.images.find(sku, image_id).await? {
            Some(image) if image.state == State::Requested => image,
            found => {
                let state = found.map(|image| image.state.as_str());
                info!(%sku, %image_id, state, "nobody waits for this upload");
                return Ok(());
            }
        };
        let made = match self.uploads.fetch(&object.bucket, &object.key).await? {
            Fetched::Bytes(bytes) => Thumbnails::make(&bytes, image.format),
            Fetched::TooLarge => Err(Unusable("The file is larger than 10 MiB.".to_owned())),
            Fetched::Gone => Err(Unusable("The file is not there any more.".to_owned())),
        };
        match made {
            Ok(thumbnails) => self.show(&image, thumbnails, now).await,
            Err(Unusable(reason)) => {
                warn!(%sku, %image_id, reason, "an upload cannot be used");
                self.dead_letters.give_up(message, &reason).await?;
                self.images.reject(&image, &reason, now).await
            }
        }
    }

    /// Keeps the files, and only then says that they are there.
    async fn show(&self, image: &Image, thumbnails: Thumbnails, now: Timestamp) -> Result<(), Error> {
        let picture = Picture {
            alt: image.alt.clone(),
            width: thumbnails.width,
            height: thumbnails.height,
            widths: thumbnails.widths(),
            hash: thumbnails.hash,
            requested_at: image.requested_at,
        };
        for file in thumbnails.files {
            self.files.keep(&shown_key(&picture.hash, file.width, file.format), file).await?;
        }
        let outcome = self.images.ready(image, &picture, now).await?;
        info!(sku = %image.sku, image_id = %image.image_id, ?outcome, "an upload was looked at");
        match outcome {
            Ready::Shown | Ready::Decided => Ok(()),
            Ready::NoProduct => self.images.reject(image, "The product is not on sale any more.", now).await,
            Ready::TooMany => {
                let reason = format!("The product has {IMAGES_MAX} images already.");
                self.images.reject(image, &reason, now).await
            }
        }
    }
}
