//! A sku's units, spread over several stock items.
//!
//! DynamoDB writes one item a thousand times a second at most, and rejects transactions that meet on it. So the units of a
//! sku that many want at once are spread over shards, and orders go to different ones. Shards are opened and left
//! while orders come in. One that is left keeps its item, as holds give back to it; what comes back is moved on.

use kernel::OrderId;

use super::StockShard;

/// Shards of a sku, at most. Opening them, and reading them at one moment, is one transaction of at most 100 items.
///
/// Source: Amazon DynamoDB API, `TransactWriteItems` and `TransactGetItems`.
pub const SHARDS_MAX: u32 = 64;

/// Where a line's units are to be taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Shard 0, provided that the sku has no other. This is what is tried with a sku of which nothing is known, so that
    /// the usual sku, which has one shard, costs no read.
    OnlyShard,
    /// This shard.
    Shard(u32),
}

impl Source {
    /// The shard's number.
    pub fn shard(self) -> u32 {
        match self {
            Self::OnlyShard => 0,
            Self::Shard(shard) => shard,
        }
    }
}

/// Units that go from one shard to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The shard that gives.
    pub from: u32,
    /// The shard that gets.
    pub to: u32,
    /// How many.
    pub units: i64,
}

/// What is available in each of a sku's shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    /// Shards in use; those behind are left.
    in_use: usize,
    /// By shard.
    available: Vec<i64>,
}

impl Shards {
    /// What these shards of one sku have, if shard 0, which counts them, is among them. A shard that is missing has
    /// nothing yet: it was opened a moment ago.
    pub fn of(shards: &[StockShard]) -> Option<Self> {
        let first = shards.iter().find(|shard| shard.key.shard == 0)?;
        let of = |number| shards.iter().find(|shard| shard.key.shard == number).map_or(0, |shard| shard.available);
        let in_use = first.in_use.clamp(1, first.shards.max(1));
        Some(Self { in_use: in_use as usize, available: (0..first.shards.max(1)).map(of).collect() })
    }

    /// How many there are, those that are left among them.
    pub fn count(&self) -> usize {
        self.available.len()
    }

    /// Units in all of them.
    pub fn total(&self) -> i64 {
        self.available.iter().fold(0, |sum, units| sum.saturating_add(*units))
    }

    /// A shard that has so many units, if there is one. Different orders begin to look at different shards.
    pub fn choose(&self, order_id: &OrderId, quantity: u32) -> Option<u32> {
        let first = number(order_id) as usize % self.in_use;
        let in_use = (first..self.in_use).chain(0..first);
        let mut shards = in_use.chain(self.in_use..self.count());
        let enough = |shard: &usize| self.available.get(*shard).is_some_and(|units| *units >= i64::from(quantity));
        shards.find(enough).and_then(|shard| u32::try_from(shard).ok())
    }

    /// How many of these quantities, from the first, there are units for in all shards together.
    pub fn serves(&self, quantities: impl Iterator<Item = u32>) -> usize {
        let mut left = self.total();
        let mut serves = |quantity: u32| {
            left = left.saturating_sub(quantity.into());
            left >= 0
        };
        quantities.take_while(|quantity| serves(*quantity)).count()
    }

    /// The shard that has most.
    pub fn fullest(&self) -> u32 {
        let most = (0_u32..).zip(&self.available).max_by_key(|(shard, units)| (**units, std::cmp::Reverse(*shard)));
        most.map_or(0, |(shard, _)| shard)
    }

    /// Moves after which the shard `into` has so many units, unless all shards together have fewer: then nothing.
    pub fn gather(&self, into: u32, quantity: i64) -> Option<Vec<Move>> {
        let here = usize::try_from(into).ok().and_then(|into| self.available.get(into))?;
        let mut missing = quantity.saturating_sub(*here);
        let mut givers: Vec<(u32, i64)> =
            (0_u32..).zip(self.available.iter().copied()).filter(|(from, units)| *from != into && *units > 0).collect();
        givers.sort_by_key(|(from, units)| (std::cmp::Reverse(*units), *from));
        let mut moves = Vec::new();
        for (from, units) in givers {
            if missing <= 0 {
                break;
            }
            let units = units.min(missing);
            moves.push(Move { from, to: into, units });
            missing -= units;
        }
        (missing <= 0).then_some(moves)
    }

    /// Moves after which the shards in use have the same, give or take one unit, and the others nothing. None while that is
    /// not worth a write: no shard that is left has units, and every shard in use has half of its share.
    pub fn even_out(&self) -> Vec<Move> {
        if self.is_even() {
            return Vec::new();
        }
        let (share, rest) = self.share();
        let target = |shard: usize| match shard {
            shard if shard < rest => share + 1,
            shard if shard < self.in_use => share,
            _ => 0,
        };
        let excess = (0_u32..).zip(self.available.iter().enumerate().map(|(shard, units)| units - target(shard)));
        let (mut givers, mut takers): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        for (shard, excess) in excess {
            match excess {
                1.. => givers.push((shard, excess)),
                0 => {}
                _ => takers.push((shard, -excess)),
            }
        }
        let mut moves = Vec::new();
        let mut takers = takers.into_iter();
        let mut taker = takers.next();
        for (from, mut left) in givers {
            while let Some((to, wanted)) = taker.filter(|_| left > 0) {
                let units = left.min(wanted);
                moves.push(Move { from, to, units });
                left -= units;
                taker = if wanted > units { Some((to, wanted - units)) } else { takers.next() };
            }
        }
        moves
    }

    fn is_even(&self) -> bool {
        let (share, _) = self.share();
        let (in_use, left) = self.available.split_at(self.in_use);
        left.iter().all(|units| *units == 0) && in_use.iter().all(|units| *units >= (share + 1) / 2)
    }

    /// What each shard in use should have, and how many of them have one more.
    fn share(&self) -> (i64, usize) {
        let shards = i64::try_from(self.in_use).unwrap_or(i64::MAX);
        let (share, rest) = (self.total() / shards, self.total() % shards);
        (share, usize::try_from(rest).unwrap_or_default())
    }
}

/// A number that is always the same for an order, and as good as random: an order's id ends with digits of a hash.
fn number(order_id: &OrderId) -> u32 {
    const DIGITS: usize = 7;
    let id = order_id.as_str();
    let digits = id.len().checked_sub(DIGITS).and_then(|start| id.get(start..));
    digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shards(in_use: usize, available: &[i64]) -> Shards {
        Shards { in_use, available: available.to_vec() }
    }

    #[test]
    fn as_many_are_served_as_there_are_units_and_nobody_is_passed_over() {
        let shards = shards(2, &[2, 1]);
        assert_eq!(shards.serves([1, 1, 1, 1].into_iter()), 3);
        assert_eq!(shards.serves([2, 2, 1].into_iter()), 1);
        assert_eq!(shards.serves([4].into_iter()), 0);
    }

    fn order(number: u8) -> OrderId {
        OrderId::from_bytes([number; 16])
    }

    fn after(shards: &Shards, moves: &[Move]) -> Shards {
        let mut after = shards.clone();
        for Move { from, to, units } in moves {
            assert!(*units > 0 && from != to);
            after.available[*from as usize] -= units;
            after.available[*to as usize] += units;
            assert!(after.available[*from as usize] >= 0, "{moves:?}");
        }
        after
    }

    #[test]
    fn orders_begin_at_different_shards() {
        let shards = shards(4, &[9; 4]);
        let chosen: std::collections::BTreeSet<_> = (0..=255).filter_map(|n| shards.choose(&order(n), 1)).collect();
        assert_eq!(chosen.len(), 4);
    }

    #[test]
    fn what_is_left_is_the_last_choice() {
        assert!((0..=255).all(|n| shards(2, &[1, 1, 9]).choose(&order(n), 1) < Some(2)));
        assert_eq!(shards(2, &[1, 1, 9]).choose(&order(1), 2), Some(2));
        assert_eq!(shards(2, &[1, 1, 9]).choose(&order(1), 10), None);
    }

    #[test]
    fn small_differences_stay() {
        assert_eq!(shards(2, &[1, 0]).even_out(), [], "less than one for each");
        assert_eq!(shards(2, &[2, 0]).even_out(), [Move { from: 0, to: 1, units: 1 }]);
        assert_eq!(shards(2, &[6, 3]).even_out(), []);
        assert_eq!(shards(2, &[9, 1]).even_out(), [Move { from: 0, to: 1, units: 4 }]);
        assert_eq!(shards(1, &[0, 1]).even_out(), [Move { from: 1, to: 0, units: 1 }]);
    }

    proptest! {
        #[test]
        fn a_shard_is_chosen_whenever_one_has_enough(
            available in prop::collection::vec(0_i64..5, 1..9), in_use in 1_usize..9, n: u8, quantity in 1_u32..5,
        ) {
            let shards = shards(in_use.min(available.len()), &available);
            let chosen = shards.choose(&order(n), quantity).map(|shard| available[shard as usize]);
            prop_assert_eq!(chosen.is_some(), available.iter().any(|units| *units >= i64::from(quantity)));
            prop_assert!(chosen.is_none_or(|units| units >= i64::from(quantity)));
        }

        #[test]
        fn whatever_there_is_can_be_gathered(available in prop::collection::vec(0_i64..5, 1..9), quantity in 1_i64..30) {
            let shards = shards(1, &available);
            match shards.gather(shards.fullest(), quantity) {
                Some(moves) => {
                    let after = after(&shards, &moves);
                    prop_assert!(after.available[shards.fullest() as usize] >= quantity);
                    prop_assert_eq!(after.total(), shards.total());
                }
                None => prop_assert!(shards.total() < quantity),
            }
        }

        #[test]
        fn evening_out_leaves_nothing_to_even_out(
            available in prop::collection::vec(0_i64..100, 1..9), in_use in 1_usize..9,
        ) {
            let shards = shards(in_use.min(available.len()), &available);
            let after = after(&shards, &shards.even_out());
            prop_assert_eq!(after.total(), shards.total());
            prop_assert!(after.is_even(), "{:?}", after);
            let used = &after.available[..after.in_use];
            let even = used.iter().max().unwrap() - used.iter().min().unwrap() <= 1;
            prop_assert!(even || after == shards, "{:?}", after);
        }
    }
}
