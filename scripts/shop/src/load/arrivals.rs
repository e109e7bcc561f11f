//! When buyers come. They do not wait for each other, nor for the shop: that is what makes the load open.

use std::time::Duration;

use clap::ValueEnum;
use fastrand::Rng;

/// How buyers come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// One by one, with pauses that are all the same.
    Even,
    /// As people do who know nothing of each other: pauses are exponentially distributed.
    Poisson,
}

/// The times at which buyers are due, from the beginning on.
#[derive(Debug, Clone)]
pub struct Arrivals {
    kind: Kind,
    rate: f64,
    seconds: f64,
    left: u64,
    rng: Rng,
    /// Of the next buyer.
    number: u64,
    /// Of the buyer before, in seconds.
    before: f64,
}

impl Arrivals {
    /// `rate` buyers a second, above zero, for a `duration`, and no more than `most`. One `seed` is one sequence.
    pub fn new(kind: Kind, rate: f64, duration: Duration, most: u64, seed: u64) -> Self {
        let rng = Rng::with_seed(seed);
        Self { kind, rate, seconds: duration.as_secs_f64(), left: most, rng, number: 0, before: 0.0 }
    }
}

impl Iterator for Arrivals {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let due = match self.kind {
            // A quotient, not a sum: pauses that are added up gather their rounding errors.
            Kind::Even => self.number as f64 / self.rate,
            Kind::Poisson => self.before - (1.0 - self.rng.f64()).ln() / self.rate,
        };
        if self.left == 0 || due >= self.seconds {
            return None;
        }
        (self.left, self.number, self.before) = (self.left - 1, self.number + 1, due);
        Duration::try_from_secs_f64(due).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(kind: Kind, rate: f64, seconds: u64, seed: u64) -> Vec<Duration> {
        Arrivals::new(kind, rate, Duration::from_secs(seconds), u64::MAX, seed).collect()
    }

    #[test]
    fn even_buyers_come_at_their_rate_and_their_times() {
        let all = arrivals(Kind::Even, 250.0, 4, 1);
        assert_eq!(all.len(), 1_000);
        assert_eq!(
            (all[0], all[1], all[999]),
            (Duration::ZERO, Duration::from_millis(4), Duration::from_millis(3_996))
        );
    }

    #[test]
    fn a_rate_below_one_is_one_too() {
        assert_eq!(arrivals(Kind::Even, 0.5, 5, 1), [0, 2, 4].map(Duration::from_secs));
    }

    #[test]
    fn poisson_buyers_meet_the_rate_and_come_in_bursts() {
        let all = arrivals(Kind::Poisson, 100.0, 100, 7);
        // The count's standard deviation is its root: 100 of 10,000.
        assert!((9_600..=10_400).contains(&all.len()), "{}", all.len());
        assert!(all.is_sorted());
        // A pause longer than three means has a probability of e⁻³.
        let pauses: Vec<_> = all.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let long = pauses.iter().filter(|pause| **pause > Duration::from_millis(30)).count() as f64;
        let share = long / pauses.len() as f64;
        assert!((share - (-3.0_f64).exp()).abs() < 0.01, "{share}");
    }

    #[test]
    fn one_seed_is_one_sequence() {
        assert_eq!(arrivals(Kind::Poisson, 50.0, 2, 3), arrivals(Kind::Poisson, 50.0, 2, 3));
        assert_ne!(arrivals(Kind::Poisson, 50.0, 2, 3), arrivals(Kind::Poisson, 50.0, 2, 4));
    }

    #[test]
    fn there_are_never_more_than_the_most() {
        assert_eq!(Arrivals::new(Kind::Even, 1e6, Duration::from_secs(3_600), 5, 1).count(), 5);
    }
}
