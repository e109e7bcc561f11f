//! The stock's rules, each of which a model can do without.

use super::Bounds;

/// A rule about stock and holds, as in docs/adr/0005.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "`says` describes them")]
pub enum Rule {
    AllLinesTogether,
    TakeWithHold,
    TakeIfEnough,
    PutIfAbsent,
    OneHoldPerLine,
    QuantityIsChecked,
    RecordRefusals,
    TombstonesStay,
    CommitOnlyHeld,
    GiveBackWithEnd,
    EndAsRead,
    GiveBackToItsShard,
    AdjustOnce,
    ChangeByDelta,
    MoveTogether,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 15] = [
        Self::AllLinesTogether,
        Self::TakeWithHold,
        Self::TakeIfEnough,
        Self::PutIfAbsent,
        Self::OneHoldPerLine,
        Self::QuantityIsChecked,
        Self::RecordRefusals,
        Self::TombstonesStay,
        Self::CommitOnlyHeld,
        Self::GiveBackWithEnd,
        Self::EndAsRead,
        Self::GiveBackToItsShard,
        Self::AdjustOnce,
        Self::ChangeByDelta,
        Self::MoveTogether,
    ];

    /// What it demands.
    pub fn says(self) -> &'static str {
        match self {
            Self::AllLinesTogether => "All lines of an order are held in one transaction.",
            Self::TakeWithHold => "A hold is put and its units are taken in one transaction.",
            Self::TakeIfEnough => "Units are taken only if enough are there.",
            Self::PutIfAbsent => "A hold is put only if there is none.",
            Self::OneHoldPerLine => "There is one hold per order and sku, whichever shard its units come from.",
            Self::QuantityIsChecked => "A hold that exists is an answer only to whoever asks for its quantity.",
            Self::RecordRefusals => "Refusals are recorded before they are answered.",
            Self::TombstonesStay => "A tombstone outlives every call that can still be on its way.",
            Self::CommitOnlyHeld => "Only what is held can be committed.",
            Self::GiveBackWithEnd => "Holds end and their units are given back in one transaction.",
            Self::EndAsRead => "Holds are ended only in the state in which they were read.",
            Self::GiveBackToItsShard => "Units are given back to the shard that the hold names.",
            Self::AdjustOnce => "An adjustment is put only if there is none, in one transaction with what it changes.",
            Self::ChangeByDelta => "Stock is changed by adding to what is there, never by writing what was read.",
            Self::MoveTogether => "A unit leaves one shard and enters another in one transaction.",
        }
    }

    /// What the rule is kept for, if nothing breaks without it.
    pub fn kept_for(self) -> Option<&'static str> {
        (self == Self::GiveBackToItsShard).then_some(
            "Units stay spread as they were. The books are kept per sku over all shards, so they balance either way, \
             as they do when units are moved.",
        )
    }

    /// The bounds within which its absence is tried.
    pub(crate) fn bounds(self) -> Bounds {
        let others =
            matches!(self, Self::QuantityIsChecked | Self::AdjustOnce | Self::ChangeByDelta | Self::MoveTogether);
        let lines = if self == Self::OneHoldPerLine { 1 } else { 2 };
        Bounds { orders: 2, lines, shards: 2, workers: 2, others }
    }
}

/// The rules, all of them or all but one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules(Option<Rule>);

impl Rules {
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn without(rule: Rule) -> Self {
        Self(Some(rule))
    }

    pub(crate) fn keep(self, rule: Rule) -> bool {
        self.0 != Some(rule)
    }
}
