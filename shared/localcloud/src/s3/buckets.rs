//! Buckets and their objects.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use kernel::{Clock, Timestamp};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::events;
use crate::{
    LocalClock, Store,
    aws::AwsError,
    sqs::{NewMessage, Queues},
};

const SPACE: &str = "s3";

/// What a bucket is made with.
#[derive(Debug, Clone)]
pub(crate) struct BucketConfig {
    /// Its name.
    pub name: String,
    /// The queue that is told of every object that is put, and what the notification is called.
    pub tells: Option<String>,
    /// The path below which everybody may read its objects.
    pub served_at: Option<String>,
}

/// What is said about an object when it is put, and said again when it is got.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub bytes: Bytes,
    /// Its media type.
    pub content_type: String,
    /// For how long it may be kept elsewhere.
    pub cache_control: Option<String>,
    /// The MD5 sum of its bytes, in hexadecimal.
    pub etag: String,
    /// When it was put.
    pub at: Timestamp,
}

/// An object as the store keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    bytes: String,
    metadata: Metadata,
    at: Timestamp,
}

struct Bucket {
    config: BucketConfig,
    objects: BTreeMap<String, Object>,
}

/// All buckets.
pub(crate) struct Buckets {
    buckets: Mutex<BTreeMap<String, Bucket>>,
    queues: Arc<Queues>,
    clock: Arc<LocalClock>,
    store: Arc<Store>,
    region: String,
}

impl Buckets {
    /// No buckets yet.
    pub fn new(queues: Arc<Queues>, clock: Arc<LocalClock>, store: Arc<Store>, region: &str) -> Self {
        Self { buckets: Mutex::default(), queues, clock, store, region: region.to_owned() }
    }

    /// Makes a bucket, with the objects that the store has kept for it.
    pub fn create(&self, config: BucketConfig) {
        let prefix = format!("{}/", config.name);
        let kept = self.store.load::<Kept>(SPACE).into_iter();
        let of_it = kept.filter_map(|(path, kept)| Some((path.strip_prefix(&prefix)?.to_owned(), object(kept)?)));
        let bucket = Bucket { objects: of_it.collect(), config };
        self.locked().insert(bucket.config.name.clone(), bucket);
    }

    /// Puts an object, over one that is there, and tells whoever is to be told. The object's entity tag.
    ///
    /// # Errors
    /// There is no such bucket, or its queue does not take the message.
    pub fn put(&self, bucket: &str, key: &str, bytes: Bytes, metadata: Metadata) -> Result<String, AwsError> {
        let at = self.clock.now();
        let kept = Kept { bytes: STANDARD.encode(&bytes), metadata: metadata.clone(), at };
        self.store.put(SPACE, &format!("{bucket}/{key}"), &kept);
        let object = made(bytes, metadata, at);
        let (etag, size) = (object.etag.clone(), object.bytes.len());
        let tells = {
            let mut buckets = self.locked();
            let bucket = buckets.get_mut(bucket).ok_or_else(no_such_bucket)?;
            bucket.objects.insert(key.to_owned(), object);
            bucket.config.tells.clone()
        };
        if let Some(queue) = tells {
            let created = events::Created { region: &self.region, bucket, key, size, etag: &etag, at };
            self.queues.deliver(&queue, NewMessage::text(created.message()))?;
        }
        Ok(etag)
    }

    /// An object; none when there is none of that key.
    ///
    /// # Errors
    /// There is no such bucket.
    pub fn get(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError> {
        Ok(self.locked().get(bucket).ok_or_else(no_such_bucket)?.objects.get(key).cloned())
    }

    /// The object that the shop's address serves at this path, if there is one.
    pub fn served(&self, path: &str) -> Option<Object> {
        let key = path.strip_prefix('/')?;
        let (top, _) = key.split_once('/')?;
        let buckets = self.locked();
        let serving =
            |bucket: &&Bucket| bucket.config.served_at.as_deref().and_then(|at| at.strip_prefix('/')) == Some(top);
        buckets.values().find(serving)?.objects.get(key).cloned()
    }

    /// The paths below which objects are served.
    pub fn served_paths(&self) -> Vec<String> {
        self.locked().values().filter_map(|bucket| bucket.config.served_at.clone()).collect()
    }

    /// The keys of a bucket's objects; none when there is no such bucket.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        self.locked().get(bucket).map(|bucket| bucket.objects.keys().cloned().collect()).unwrap_or_default()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn made(bytes: Bytes, metadata: Metadata, at: Timestamp) -> Object {
    let etag = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    // Source: S3 `PutObject`, `Content-Type`: the default.
    let content_type = metadata.content_type.unwrap_or_else(|| "binary/octet-stream".to_owned());
    Object { bytes, content_type, cache_control: metadata.cache_control, etag, at }
}

fn object(kept: Kept) -> Option<Object> {
    let bytes = STANDARD.decode(kept.bytes).ok()?;
    Some(made(Bytes::from(bytes), kept.metadata, kept.at))
}

fn no_such_bucket() -> AwsError {
    AwsError { status: 404, code: "NoSuchBucket".to_owned(), message: "The specified bucket does not exist".to_owned() }
}
