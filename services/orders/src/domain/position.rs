//! Places in a list of orders.

use kernel::{OrderId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a page ends: the next begins after it. It says nothing about whose orders they are; that is the caller's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When the page's last order was placed, or was marked, whatever the list goes by.
    pub at: Timestamp,
    /// Its id.
    pub order_id: OrderId,
}
