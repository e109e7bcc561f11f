//! Giving back what was not committed in time.

use std::collections::BTreeMap;

use kernel::{Clock, OrderId, Timestamp};
use serde::Serialize;
use tracing::{info, warn};

use crate::{
    Error,
    domain::{Ending, Hold},
    ports::{FindExpired, ReleaseHolds},
};

/// What one run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Expiry {
    /// Holds released.
    pub released: usize,
    /// Holds that somebody else moved first.
    pub overtaken: usize,
    /// Holds that could not be released or read; the log says why. The next run meets them again.
    pub failed: usize,
    /// Whether it looked at every hold before its time was up. Otherwise the next run goes on: what this one released,
    /// it does not meet again.
    pub complete: bool,
}

/// Releases every hold that has expired and was not committed, until `stop_at`.
///
/// One order's failure keeps no other order's units from coming back. An order whose holds lie on two pages is released
/// in two transactions; that is harmless, as none of its holds can be committed any more.
///
/// # Errors
/// The holds cannot be searched.
pub async fn expire(
    holds: &impl FindExpired,
    stock: &impl ReleaseHolds,
    clock: &dyn Clock,
    stop_at: Timestamp,
) -> Result<Expiry, Error> {
    let mut expiry = Expiry::default();
    let mut after = None;
    loop {
        if clock.now() >= stop_at {
            return Ok(expiry);
        }
        let page = holds.expired(clock.now(), after).await?;
        let mut by_order: BTreeMap<OrderId, Vec<Hold>> = BTreeMap::new();
        for found in page.holds {
            match found {
                Ok(hold) => by_order.entry(hold.order_id.clone()).or_default().push(hold),
                Err(error) => {
                    warn!(%error, "an expired hold cannot be read");
                    expiry.failed += 1;
                }
            }
        }
        for (order_id, expired) in by_order {
            let now = clock.now();
            if now >= stop_at {
                return Ok(expiry);
            }
            match stock.release(&expired, Ending::Expiry, now).await {
                Ok(true) => {
                    info!(%order_id, lines = expired.len(), "released what had expired");
                    expiry.released += expired.len();
                }
                Ok(false) => expiry.overtaken += expired.len(),
                Err(error) => {
                    warn!(%order_id, %error, "what has expired cannot be released");
                    expiry.failed += expired.len();
                }
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(Expiry { complete: true, ..expiry });
        }
    }
}
