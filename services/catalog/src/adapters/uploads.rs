//! The bucket that admins upload to.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client, operation::get_object::GetObjectError, operation::get_object::GetObjectOutput, presigning::PresigningConfig,
};
use kernel::Timestamp;
use lambda::{Runtime, StartError, chain};

use super::shared::failure;
use crate::{
    Error,
    domain::{Announced, UPLOAD_MAX_BYTES},
    ports::{FetchUpload, Fetched, SignUpload, SignedUpload},
};

/// For how long an address takes an upload: as long as a slow connection needs for 10 MiB, and not much longer.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// The bucket of uploads, to let others put something there.
#[derive(Debug, Clone)]
pub(crate) struct Uploads {
    client: Client,
    bucket: String,
}

impl Uploads {
    /// The bucket that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let bucket = runtime.settings.text("UPLOADS_BUCKET")?.to_owned();
        Ok(Self { client: Client::new(&runtime.sdk), bucket })
    }
}

#[async_trait]
impl SignUpload for Uploads {
    /// Type and length are signed: S3 takes nothing else there.
    async fn sign(&self, key: &str, announced: &Announced, now: Timestamp) -> Result<SignedUpload, Error> {
        let wrong = |why: &dyn std::error::Error| Error::Rejected(chain(why));
        let since_epoch = Duration::try_from(now.as_duration()).map_err(|why| wrong(&why))?;
        let config = PresigningConfig::builder().start_time(SystemTime::UNIX_EPOCH + since_epoch).expires_in(GOOD_FOR);
        let config = config.build().map_err(|why| wrong(&why))?;
        let length = i64::try_from(announced.size).map_err(|why| wrong(&why))?;
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let put = put.content_type(announced.format.media_type()).content_length(length);
        let signed = put.presigned(config).await.map_err(|why| wrong(&why))?;
        let expires_at = now.checked_add(GOOD_FOR).map_err(|why| wrong(&why))?;
        Ok(SignedUpload { url: signed.uri().to_owned(), expires_at })
    }
}

/// Whatever was uploaded, wherever the message says.
#[derive(Debug, Clone)]
pub(crate) struct Uploaded(Client);

impl Uploaded {
    pub(crate) fn new(runtime: &Runtime) -> Self {
        Self(Client::new(&runtime.sdk))
    }
}

#[async_trait]
impl FetchUpload for Uploaded {
    async fn fetch(&self, bucket: &str, key: &str) -> Result<Fetched, Error> {
        match self.0.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => read(object).await,
            Err(error) => match error.as_service_error() {
                // Whoever may not list the bucket is denied instead, and the message will be tried again a few times.
                Some(GetObjectError::NoSuchKey(_)) => Ok(Fetched::Gone),
                _ => Err(failure(error)),
            },
        }
    }
}

/// What the object says of its length is looked at before anything of it is taken in.
async fn read(object: GetObjectOutput) -> Result<Fetched, Error> {
    let announced = object.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
    if announced > UPLOAD_MAX_BYTES {
        return Ok(Fetched::TooLarge);
    }
    let bytes = object.body.collect().await.map_err(|why| Error::Unavailable(chain(&why)))?.to_vec();
    Ok(Fetched::Bytes(bytes))
}
