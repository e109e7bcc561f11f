//! How things are stored. Items are small: DynamoDB charges writes by the kilobyte, and none of these reaches half of
//! one, except an adjustment with a long key or reason.

use contracts::saga::Refusal;
use kernel::{IdempotencyKey, OrderId, Sku, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    domain::{Adjustment, AdjustmentReason, Delta, Hold, HoldState, ShardKey, StockShard},
};

/// An item of the table `holds`. Times that conditions compare are milliseconds since 1970: RFC 3339 text does not sort
/// by time where fractions of a second are left out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HoldItem {
    pub(crate) order_id: OrderId,
    pub(crate) sku: Sku,
    pub(crate) quantity: u32,
    pub(crate) shard: u32,
    pub(crate) state: StoredState,
    pub(crate) expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Refusal>,
    /// When a tombstone may be thrown away, in seconds since 1970. Live holds never have it: DynamoDB would throw away
    /// units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forget_at: Option<i64>,
}

/// The states by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoredState {
    Held,
    Committed,
    Released,
    Refused,
}

impl StoredState {
    pub(crate) fn of(state: HoldState) -> Self {
        match state {
            HoldState::Held => Self::Held,
            HoldState::Committed => Self::Committed,
            HoldState::Released(_) => Self::Released,
            HoldState::Refused(_) => Self::Refused,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Refused => "refused",
        }
    }
}

impl HoldItem {
    pub(crate) fn new(hold: &Hold, forget_at: Option<i64>) -> Self {
        Self {
            order_id: hold.order_id.clone(),
            sku: hold.sku.clone(),
            quantity: hold.quantity,
            shard: hold.shard,
            state: StoredState::of(hold.state),
            expires_at: hold.expires_at.as_millisecond(),
            reason: hold.state.over(),
            forget_at,
        }
    }
}

impl TryFrom<HoldItem> for Hold {
    type Error = Error;

    fn try_from(item: HoldItem) -> Result<Self, Error> {
        let reason = item.reason.unwrap_or(Refusal::HoldExpired);
        let state = match item.state {
            StoredState::Held => HoldState::Held,
            StoredState::Committed => HoldState::Committed,
            StoredState::Released => HoldState::Released(reason),
            StoredState::Refused => HoldState::Refused(reason),
        };
        let HoldItem { order_id, sku, quantity, shard, expires_at, .. } = item;
        Ok(Self { order_id, sku, quantity, shard, state, expires_at: time(expires_at)? })
    }
}

/// An item of the table `stock`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StockItem {
    pub(crate) sku_shard: String,
    pub(crate) sku: Sku,
    pub(crate) shard: u32,
    pub(crate) available: i64,
    pub(crate) received: i64,
    pub(crate) written_off: i64,
    pub(crate) shards: u32,
    /// Shards in use, where they are not all in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) in_use: Option<u32>,
    pub(crate) updated_at: i64,
}

impl TryFrom<StockItem> for StockShard {
    type Error = Error;

    fn try_from(item: StockItem) -> Result<Self, Error> {
        let StockItem { sku, shard, available, received, written_off, shards, in_use, updated_at, .. } = item;
        let (key, in_use) = (ShardKey { sku, shard }, in_use.unwrap_or(shards));
        Ok(Self { key, available, received, written_off, shards, in_use, updated_at: time(updated_at)? })
    }
}

/// An item of the table `adjustments`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AdjustmentItem {
    pub(crate) sku: Sku,
    pub(crate) adjustment_id: IdempotencyKey,
    pub(crate) delta: i64,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
}

impl From<&Adjustment> for AdjustmentItem {
    fn from(adjustment: &Adjustment) -> Self {
        Self {
            sku: adjustment.sku.clone(),
            adjustment_id: adjustment.id.clone(),
            delta: adjustment.delta.get(),
            reason: adjustment.reason.as_str().to_owned(),
            at: adjustment.at,
        }
    }
}

impl TryFrom<AdjustmentItem> for Adjustment {
    type Error = Error;

    fn try_from(item: AdjustmentItem) -> Result<Self, Error> {
        let delta = Delta::new(item.delta).map_err(|why| Error::Unreadable(why.to_string()))?;
        let reason = AdjustmentReason::parse(item.reason).map_err(|why| Error::Unreadable(why.to_string()))?;
        Ok(Self { sku: item.sku, id: item.adjustment_id, delta, reason, at: item.at })
    }
}

fn time(millis: i64) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(millis).map_err(|why| Error::Unreadable(why.to_string()))
}
