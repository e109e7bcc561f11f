//! Random numbers from a seed.

use std::time::Duration;

use fastrand::Rng;
use sha2::{Digest, Sha256};

/// A sequence of random numbers that is the same for the same seed and name. Everybody in a simulation has one of their own, so
/// that what one draws does not change what another draws.
#[derive(Debug, Clone)]
pub struct Dice(Rng);

impl Dice {
    /// The sequence of this name.
    pub fn named(seed: u64, name: &str) -> Self {
        let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(name).finalize();
        let start = digest.iter().take(8).fold(0, |start: u64, byte| (start << 8) | u64::from(*byte));
        Self(Rng::with_seed(start))
    }

    /// A number below `end`; zero when there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.u64(..end) }
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// A duration from `least` to `most` milliseconds.
    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least, most))
    }

    /// A duration from `least` to `most` seconds, to the millisecond.
    pub fn seconds(&mut self, least: u64, most: u64) -> Duration {
        self.millis(least * 1_000, most * 1_000)
    }

    /// One of these. They must not be empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let place = self.below(from.len() as u64);
        &from[usize::try_from(place).unwrap_or_default()]
    }

    /// 128 random bits.
    pub fn bits(&mut self) -> u128 {
        self.0.u128(..)
    }
}
