//! The bucket of what is shown, which CloudFront serves.

use async_trait::async_trait;
use aws_sdk_s3::{Client, primitives::ByteStream};
use lambda::{Runtime, StartError};

use super::shared::failure;
use crate::{Error, domain::File, ports::KeepFile};

/// A file's name says what is in it: whoever has it need never ask again.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The bucket of what is shown.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    client: Client,
    bucket: String,
}

impl Files {
    /// The bucket that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let bucket = runtime.settings.text("IMAGES_BUCKET")?.to_owned();
        Ok(Self { client: Client::new(&runtime.sdk), bucket })
    }
}

#[async_trait]
impl KeepFile for Files {
    async fn keep(&self, key: &str, file: File) -> Result<(), Error> {
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let put = put.content_type(file.format.media_type()).cache_control(CACHE_CONTROL);
        put.body(ByteStream::from(file.bytes)).send().await.map(|_| ()).map_err(failure)
    }
}
