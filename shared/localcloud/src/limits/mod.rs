//! The limits of AWS and Stripe, enforced.
//!
//! A shop on one machine meets no limit but the machine's. [`Enforced`] wraps another [driver](crate::driver) and adds what
//! the shop would meet on AWS: calls that take time, and services that refuse what is too much. All time is the cloud's
//! [`LocalClock`](crate::LocalClock)'s, so that a virtual hour has an hour's limits, and what is drawn is drawn from a seed.
//!
//! Every number is in [`TABLE`], once, with its source and the date it was checked. [`Limits::set`] changes one, as a request
//! to AWS would, or as a question does: what would bind next?
//!
//! What is simpler than AWS, always to the harder side unless it says otherwise:
//! - A partition is one value of the partition key. In DynamoDB many values share one until it is split for their heat; but no
//!   split helps a single hot item, and only hot values ever reach these limits.
//! - What was not used is kept for one second. DynamoDB keeps up to 300 seconds of it, and says not to count on that.
//! - An item costs one unit, as every item of this shop is below one (1 KB), a page of a query or a scan one read unit, and
//!   indexes have no limits (*easier* than AWS for a scan of a large table, and for a hot value of an index).
//! - A batch that would be refused in part is refused whole.
//! - A refused transaction holds none of its items, not even for a moment (*easier*).
//! - An invocation counts from when it is asked for, and so for about 5 ms longer than in Lambda. A function keeps every
//!   environment it ever had (*easier*: Lambda ends idle ones).
//!
//! Layout: `table.rs` has the numbers; `rate.rs` token buckets; `capacity.rs` what a DynamoDB request touches; `conflicts.rs`
//! transactions that meet; `scaling.rs` environments and pollers; `latency.rs` how long things take; `usage.rs` what was used;
//! `enforced.rs` puts them together.

mod capacity;
mod conflicts;
mod enforced;
mod latency;
mod rate;
mod scaling;
mod table;
#[cfg(test)]
mod tests;
mod usage;

pub use enforced::Enforced;
pub use table::TABLE;
pub use usage::{Peak, Wall};

/// A limit of AWS or of Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Its name, by which it is set.
    pub name: &'static str,
    /// What it limits.
    pub what: &'static str,
    /// How much there may be of it, in [`unit`](Self::unit).
    pub number: u64,
    /// What is counted, and in what time.
    pub unit: &'static str,
    /// When the number was last checked: a year and a month.
    pub checked: &'static str,
    /// Where it is from. `[recall]` means that nobody had the page open.
    pub source: &'static str,
    /// Whether it is raised, and how.
    pub raise: &'static str,
}

/// How much there may be of everything in [`TABLE`]; at first, what the table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits([u64; TABLE.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(TABLE.map(|limit| limit.number))
    }
}

impl Limits {
    /// The number of a limit; no limit at all (`u64::MAX`) when there is none of that name.
    pub fn get(&self, name: &str) -> u64 {
        let place = TABLE.iter().position(|limit| limit.name == name);
        place.and_then(|place| self.0.get(place)).copied().unwrap_or(u64::MAX)
    }

    /// Changes the number of a limit.
    ///
    /// # Errors
    /// There is no limit of that name.
    pub fn set(&mut self, name: &str, number: u64) -> Result<(), UnknownLimit> {
        let place = TABLE.iter().position(|limit| limit.name == name);
        let held = place.and_then(|place| self.0.get_mut(place)).ok_or_else(|| UnknownLimit(name.to_owned()))?;
        *held = number;
        Ok(())
    }
}

/// A limit that is not in [`TABLE`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no limit {0}; there are {known}", known = TABLE.map(|limit| limit.name).join(", "))]
pub struct UnknownLimit(String);

/// The type of the shop's state machines, which decides by which limits they go.
///
/// Source: Step Functions, "Choosing workflow type".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workflow {
    /// Short and cheap, billed by time; runs at least once.
    Express,
    /// Long and exactly once, billed by transition.
    Standard,
}
