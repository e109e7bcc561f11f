//! How much there is of a sku.

use std::fmt;

use kernel::{Sku, Timestamp};

/// Units of one sku that are counted, at most, over its whole life.
pub const UNITS_MAX: i64 = 1_000_000_000_000;

/// Names one shard of one sku's stock, as in `MUG-01#0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShardKey {
    /// The sku.
    pub sku: Sku,
    /// Which part of its stock, from 0.
    pub shard: u32,
}

impl fmt::Display for ShardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.sku, self.shard)
    }
}

/// One shard of one sku's stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockShard {
    /// Which one it is.
    pub key: ShardKey,
    /// Units that can be ordered.
    pub available: i64,
    /// Units ever received.
    pub received: i64,
    /// Units ever written off.
    pub written_off: i64,
    /// How many shards the sku has. They are never taken away again. Shard 0 is the one to ask.
    pub shards: u32,
    /// How many of them are in use, from shard 0 on. Shard 0 is the one to ask.
    pub in_use: u32,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// How much there is of a sku, over all of its shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// Units that can be ordered.
    pub available: i64,
    /// Units ever received.
    pub received: i64,
    /// Units ever written off.
    pub written_off: i64,
    /// Units that orders hold, or have bought.
    pub committed_or_held: i64,
    /// When any of it was last written.
    pub updated_at: Timestamp,
}

impl StockLevel {
    /// The sum of these shards, or nothing when there are none or they do not add up.
    pub fn of(shards: &[StockShard]) -> Option<Self> {
        let sum = |figure: fn(&StockShard) -> i64| shards.iter().map(figure).try_fold(0, i64::checked_add);
        let (available, received) = (sum(|shard| shard.available)?, sum(|shard| shard.received)?);
        let written_off = sum(|shard| shard.written_off)?;
        Some(Self {
            available,
            received,
            written_off,
            committed_or_held: received.checked_sub(available)?.checked_sub(written_off)?,
            updated_at: shards.iter().map(|shard| shard.updated_at).max()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(shard: u32, available: i64, received: i64, written_off: i64) -> StockShard {
        let key = ShardKey { sku: Sku::parse("MUG-01").unwrap(), shard };
        let updated_at = Timestamp::from_second(i64::from(shard)).unwrap();
        StockShard { key, available, received, written_off, shards: 2, in_use: 2, updated_at }
    }

    #[test]
    fn a_level_is_the_sum_of_its_shards() {
        let level = StockLevel::of(&[shard(0, 5, 10, 1), shard(1, 7, 8, 0)]).unwrap();
        assert_eq!((level.available, level.received, level.written_off, level.committed_or_held), (12, 18, 1, 5));
        assert_eq!(level.updated_at.as_second(), 1);
    }

    #[test]
    fn no_shards_and_sums_that_do_not_fit_have_no_level() {
        assert_eq!(StockLevel::of(&[]), None);
        assert_eq!(StockLevel::of(&[shard(0, i64::MAX, 0, 0), shard(1, 1, 0, 0)]), None);
    }

    #[test]
    fn a_shard_is_named_by_sku_and_number() {
        assert_eq!(shard(3, 0, 0, 0).key.to_string(), "MUG-01#3");
    }
}
