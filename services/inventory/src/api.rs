//! What travels on HTTP, and its description in OpenAPI.

use contracts::saga::Refusal;
use kernel::{Sku, Timestamp};
use lambda::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{
    Error,
    domain::{Adjustment, Hold, HoldState, SHARDS_MAX, StockLevel, StockShard},
    functions::{adjust_stock, get_availability, get_stock, list_adjustments, list_holds, set_stock_shards},
};

/// This context's part of the API.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        get_stock::answer,
        get_availability::answer,
        adjust_stock::answer,
        list_adjustments::answer,
        list_holds::answer,
        set_stock_shards::answer
    ),
    components(schemas(
        StockBody,
        AvailabilityBody,
        AvailableBody,
        AdjustStockBody,
        AdjustmentBody,
        AdjustmentsPage,
        HoldsBody,
        HoldBody,
        SetShardsBody,
        ShardsBody,
        Problem,
        FieldError
    )),
    modifiers(&Jwt)
)]
pub struct Api;

/// The security scheme of the routes that need a token.
struct Jwt;

impl Modify for Jwt {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        api.components.get_or_insert_default().add_security_scheme("jwt", SecurityScheme::Http(jwt));
    }
}

/// How much there is of a sku. `received` is the sum of the other three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Stock)]
pub struct StockBody {
    /// The sku.
    #[schema(value_type = String, example = "MUG-01")]
    pub sku: Sku,
    /// Units that can be ordered.
    #[schema(example = 93)]
    pub available: i64,
    /// Units ever received.
    #[schema(example = 100)]
    pub received: i64,
    /// Units ever written off.
    #[schema(example = 2)]
    pub written_off: i64,
    /// Units that orders hold, or have bought.
    #[schema(example = 5)]
    pub committed_or_held: i64,
    /// Units that can be ordered, by shard; one number where the sku is not spread.
    #[schema(example = json!([47, 46]))]
    pub shards: Vec<i64>,
    /// When any of it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl StockBody {
    /// The stock of the sku that has these shards.
    ///
    /// # Errors
    /// There are none, or they do not add up.
    pub fn of(sku: Sku, shards: &[StockShard]) -> Result<Self, Error> {
        let by_shard = shards.iter().map(|shard| shard.available).collect();
        if shards.is_empty() {
            return Err(Error::UnknownSku);
        }
        let level = StockLevel::of(shards);
        let level = level.ok_or_else(|| Error::Unreadable(format!("the shards of {sku} do not add up")))?;
        let StockLevel { available, received, written_off, committed_or_held, updated_at } = level;
        Ok(Self { sku, available, received, written_off, committed_or_held, shards: by_shard, updated_at })
    }
}

/// Over how many shards a sku is to be spread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetShards)]
pub struct SetShardsBody {
    /// Shards to have in use: about one for every 50 orders a second, and one for a usual product.
    #[schema(minimum = 1, maximum = 64, example = 16)]
    pub shards: i64,
}

impl SetShardsBody {
    /// The number, if it can be one.
    ///
    /// # Errors
    /// It is none, or too many.
    pub fn in_use(&self) -> Result<u32, String> {
        let number = u32::try_from(self.shards).ok().filter(|shards| (1..=SHARDS_MAX).contains(shards));
        number.ok_or_else(|| format!("must be 1 to {SHARDS_MAX}"))
    }
}

/// Over how many shards a sku is spread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Shards)]
pub struct ShardsBody {
    /// The sku.
    #[schema(value_type = String, example = "MUG-01")]
    pub sku: Sku,
    /// Shards in use.
    #[schema(example = 16)]
    pub shards: u32,
}

/// More units than this are not told apart: how much a shop has of something is its own affair.
const TOLD_MAX: i64 = 10;

/// What can be ordered of some skus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Availability)]
pub struct AvailabilityBody {
    /// One for each sku that was asked for, in that order.
    pub items: Vec<AvailableBody>,
}

/// What can be ordered of one sku.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Available)]
pub struct AvailableBody {
    /// The sku.
    #[schema(value_type = String, example = "MUG-01")]
    pub sku: Sku,
    /// Units that could be ordered a moment ago, ten at most. Of a sku that nobody knows, none.
    #[schema(minimum = 0, maximum = 10, example = 3)]
    pub available: i64,
    /// Whether there are more than that.
    pub more: bool,
}

impl AvailableBody {
    /// Of this sku there are so many units.
    pub fn of(sku: Sku, units: i64) -> Self {
        Self { sku, available: units.clamp(0, TOLD_MAX), more: units > TOLD_MAX }
    }
}

/// A change of a sku's stock, to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdjustStock)]
pub struct AdjustStockBody {
    /// Units to receive, or, below zero, to write off. Not zero.
    #[schema(minimum = -1000000, maximum = 1000000, example = 100)]
    pub delta: i64,
    /// Why, on one line.
    #[schema(min_length = 1, max_length = 200, example = "delivery")]
    pub reason: String,
}

/// A change of a sku's stock, made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Adjustment)]
pub struct AdjustmentBody {
    /// The sku.
    #[schema(value_type = String, example = "MUG-01")]
    pub sku: Sku,
    /// Units received, or, below zero, written off.
    #[schema(example = 100)]
    pub delta: i64,
    /// Why.
    #[schema(example = "delivery")]
    pub reason: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Only what never changes about an adjustment, so that a repetition is answered with the same bytes.
impl From<Adjustment> for AdjustmentBody {
    fn from(adjustment: Adjustment) -> Self {
        let (delta, reason) = (adjustment.delta.get(), adjustment.reason.as_str().to_owned());
        Self { sku: adjustment.sku, delta, reason, at: adjustment.at }
    }
}

/// A page of adjustments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Adjustments)]
pub struct AdjustmentsPage {
    /// The adjustments, newest first.
    pub items: Vec<AdjustmentBody>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What an order holds or held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Holds)]
pub struct HoldsBody {
    /// The order.
    #[schema(example = "ord_0f8fad5bd9cb469fa16570867728950e")]
    pub order_id: String,
    /// One for each sku, by sku. An order that was refused before it held anything has one, of its first sku, with no units.
    pub holds: Vec<HoldBody>,
}

/// What an order holds or held of one sku.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Hold)]
pub struct HoldBody {
    /// The sku.
    #[schema(value_type = String, example = "MUG-01")]
    pub sku: Sku,
    /// Units.
    pub quantity: u32,
    /// The shard of the stock that they were taken from.
    pub shard: u32,
    /// `held`, `committed`, `released` or `refused`.
    #[schema(example = "committed")]
    pub state: &'static str,
    /// Why it is over, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// From this moment on it cannot be committed.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

impl From<Hold> for HoldBody {
    fn from(hold: Hold) -> Self {
        let state = match hold.state {
            HoldState::Held => "held",
            HoldState::Committed => "committed",
            HoldState::Released(_) => "released",
            HoldState::Refused(_) => "refused",
        };
        Self {
            reason: hold.state.over().map(Refusal::as_str),
            sku: hold.sku,
            quantity: hold.quantity,
            shard: hold.shard,
            state,
            expires_at: hold.expires_at,
        }
    }
}
