//! What is to be sold, to whom, and how.

use std::time::Duration;

use anyhow::ensure;
use clap::ValueEnum;
use localcloud::limits::{Limits, Workflow};

use crate::{
    load::{Arrivals, Kind},
    simulator::dice::Dice,
};

/// No more buyers come to one sale: a simulation of more would take hours.
const MOST_BUYERS: f64 = 500_000.0;

/// How the shop sells. What differs is in [`Design::workflow`], and in how `sale/mod.rs` opens the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Design {
    /// The product is in a sale: orders are queued, their stock is allocated in batches, and they pay when it is their turn.
    Batches,
    /// The sku's units are spread over shards, and each order takes its own in a transaction.
    Shards,
    /// All orders take from one item.
    OneItem,
    /// Shards, with a Standard workflow for each order.
    Standard,
}

impl Design {
    /// All of them, in the order in which they are compared.
    pub const ALL: [Self; 4] = [Self::Batches, Self::Shards, Self::OneItem, Self::Standard];

    /// Its name, as the command has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batches => "batches",
            Self::Shards => "shards",
            Self::OneItem => "one-item",
            Self::Standard => "standard",
        }
    }

    /// Whose limits and prices its sagas have.
    pub(super) fn workflow(self) -> Workflow {
        match self {
            Self::Standard => Workflow::Standard,
            Self::Batches | Self::Shards | Self::OneItem => Workflow::Express,
        }
    }
}

/// How many buyers come at what time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Curve {
    /// As many from the first second to the last.
    Flash,
    /// From none to all, evenly.
    Ramp,
    /// All when the doors open, then a tenth, and two waves at half the rate.
    BlackFriday,
}

impl Curve {
    /// The share of the highest rate at a part of the time, both 0 to 1.
    fn share(self, part: f64) -> f64 {
        match self {
            Self::Flash => 1.0,
            Self::Ramp => part,
            Self::BlackFriday if part < 0.1 => 1.0,
            Self::BlackFriday if (0.4..0.5).contains(&part) || (0.75..0.9).contains(&part) => 0.5,
            Self::BlackFriday => 0.1,
        }
    }
}

/// A sale.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Units on sale.
    pub units: u32,
    /// Buyers a second, where there are most.
    pub rate: f64,
    /// For how long they come.
    pub duration: Duration,
    /// How they come.
    pub curve: Curve,
    /// Of a hundred buyers so many are bots.
    pub bots: u64,
    /// Over how many shards the units are spread, where the design has any.
    pub shards: u32,
    /// How it is sold.
    pub design: Design,
    /// Limits that differ from those of a new account, by name.
    pub limits: Vec<(String, u64)>,
    /// All that is random follows from it.
    pub seed: u64,
}

impl Plan {
    /// How long buyers come if nobody says it: four for each unit, at the highest rate.
    pub fn usual_duration(units: u32, rate: f64) -> Duration {
        Duration::try_from_secs_f64((4.0 * f64::from(units) / rate).ceil()).unwrap_or(Duration::from_secs(1))
    }

    /// Whether it can be carried out.
    ///
    /// # Errors
    /// It says what cannot, and what could.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(self.units > 0, "there is nothing to sell: --units has to be above 0");
        ensure!(self.rate.is_finite() && self.rate > 0.0, "--buyers-per-second has to be above 0");
        ensure!(!self.duration.is_zero(), "--seconds has to be above 0");
        ensure!(self.bots <= 100, "--bots is of a hundred buyers: 0 to 100");
        ensure!((1..=64).contains(&self.shards), "--shards has to be 1 to 64, as the shop's API has it");
        let buyers = self.rate * self.duration.as_secs_f64();
        ensure!(
            buyers <= MOST_BUYERS,
            "these are {buyers:.0} buyers, and there may be {MOST_BUYERS}: take fewer --seconds or --buyers-per-second"
        );
        self.limits().map(drop)
    }

    /// The limits of a new account, but for those that differ.
    ///
    /// # Errors
    /// There is none of a name. It says which there are.
    pub(super) fn limits(&self) -> anyhow::Result<Limits> {
        let mut limits = Limits::default();
        for (name, number) in &self.limits {
            limits.set(name, *number)?;
        }
        Ok(limits)
    }

    /// Over how many shards the units are spread.
    pub(super) fn shards_in_use(&self) -> u32 {
        if self.design == Design::OneItem { 1 } else { self.shards }
    }

    /// When buyers come, from the opening on.
    pub fn arrivals(&self) -> impl Iterator<Item = Duration> + use<> {
        let (curve, duration) = (self.curve, self.duration.as_secs_f64());
        let mut dice = Dice::named(self.seed, "curve");
        // A Poisson process of any shape is one of the highest rate of which some are left out ("thinning").
        Arrivals::new(Kind::Poisson, self.rate, self.duration, u64::MAX, self.seed)
            .filter(move |due| (dice.below(1_000_000) as f64) < 1e6 * curve.share(due.as_secs_f64() / duration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            units: 10,
            rate: 100.0,
            duration: Duration::from_secs(100),
            curve: Curve::Flash,
            bots: 0,
            shards: 4,
            design: Design::Shards,
            limits: Vec::new(),
            seed: 1,
        }
    }

    #[test]
    fn curves_have_the_buyers_of_their_area() {
        for (curve, buyers) in [(Curve::Flash, 10_000.0), (Curve::Ramp, 5_000.0), (Curve::BlackFriday, 2_900.0)] {
            let came = Plan { curve, ..plan() }.arrivals().count() as f64;
            assert!((came / buyers - 1.0).abs() < 0.1, "{curve:?}: {came}");
        }
    }

    #[test]
    fn what_cannot_be_says_what_could() {
        let cases = [
            (Plan { units: 0, ..plan() }, "--units"),
            (Plan { rate: f64::NAN, ..plan() }, "--buyers-per-second"),
            (Plan { rate: 1e6, ..plan() }, "fewer --seconds"),
            (Plan { shards: 65, ..plan() }, "1 to 64"),
            (Plan { bots: 101, ..plan() }, "0 to 100"),
            (Plan { limits: vec![("gravity".to_owned(), 1)], ..plan() }, "stripe-requests"),
        ];
        for (plan, hint) in cases {
            let why = plan.check().unwrap_err().to_string();
            assert!(why.contains(hint), "{why}");
        }
    }
}
