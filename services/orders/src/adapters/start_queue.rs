//! Orders of sales that wait for their turn to pay, in SQS.

use std::time::Duration;

use async_trait::async_trait;
use kernel::OrderId;
use lambda::{Runtime, StartError};

use super::delayed::Delayed;
use crate::{Error, domain::Start, ports::SendStarts};

/// The queue that brings each order back when its turn comes.
#[derive(Debug, Clone)]
pub(crate) struct StartQueue(Delayed);

impl StartQueue {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Delayed::new(runtime, "START_QUEUE").map(Self)
    }
}

#[async_trait]
impl SendStarts for StartQueue {
    async fn send(&self, starts: &[(OrderId, Duration)]) -> Result<(), Error> {
        let message = |(order_id, delay): &(OrderId, Duration)| (Start { order_id: order_id.clone() }, *delay);
        self.0.send(&starts.iter().map(message).collect::<Vec<_>>()).await
    }
}
