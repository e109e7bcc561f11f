//! The watchdog's messages, in SQS.

use std::time::Duration;

use async_trait::async_trait;
use lambda::{Runtime, StartError};

use super::delayed::Delayed;
use crate::{Error, domain::Watch, ports::SetWatch};

/// The queue that brings each watch back after its delay.
#[derive(Debug, Clone)]
pub(crate) struct WatchQueue(Delayed);

impl WatchQueue {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Delayed::new(runtime, "WATCH_QUEUE").map(Self)
    }
}

#[async_trait]
impl SetWatch for WatchQueue {
    async fn watch(&self, watches: &[(Watch, Duration)]) -> Result<(), Error> {
        self.0.send(watches).await
    }
}
