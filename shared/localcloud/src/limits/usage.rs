//! What was used, and where it was too much.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::Serialize;

use super::Limits;

/// So many of what one limit limits are remembered: of millions of partitions, the hottest.
const REMEMBERED: usize = 20;

/// A limit that bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wall {
    /// The limit's name.
    pub limit: &'static str,
    /// What it limited: `context/name` of a table, a queue or a function; for a partition, the key after that; or `account`.
    pub of: String,
    /// How many calls or invocations it refused, or how many batches or transitions it made wait.
    pub times: u64,
    /// When it did first.
    pub first: Timestamp,
    /// When it did last.
    pub last: Timestamp,
}

/// The most that was used of what a limit limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Peak {
    /// The limit's name.
    pub limit: &'static str,
    /// What was used: as in [`Wall::of`].
    pub of: String,
    /// The most in one second (by the clock's own seconds), in the limit's units; of what is limited at once, the most at
    /// once. What was refused is not in it.
    pub most: f64,
    /// The limit's number.
    pub limit_number: u64,
}

#[derive(Default)]
pub(super) struct Usage {
    walls: BTreeMap<(&'static str, String), Wall>,
    peaks: BTreeMap<&'static str, BTreeMap<String, f64>>,
}

impl Usage {
    /// A limit binds.
    pub fn wall(&mut self, limit: &'static str, of: &str, now: Timestamp) {
        let wall = self.walls.entry((limit, of.to_owned()));
        let new = || Wall { limit, of: of.to_owned(), times: 0, first: now, last: now };
        let wall = wall.or_insert_with(new);
        wall.times += 1;
        wall.last = now;
    }

    /// So much was used.
    pub fn peak(&mut self, limit: &'static str, of: &str, used: f64) {
        let peaks = self.peaks.entry(limit).or_default();
        if let Some(most) = peaks.get_mut(of) {
            *most = most.max(used);
            return;
        }
        if peaks.len() >= REMEMBERED {
            let least = peaks.iter().min_by(|(_, one), (_, other)| one.total_cmp(other));
            let Some((least, _)) = least.filter(|(_, most)| **most < used) else { return };
            let least = least.clone();
            peaks.remove(&least);
        }
        peaks.insert(of.to_owned(), used);
    }

    pub fn walls(&self) -> Vec<Wall> {
        let mut walls: Vec<Wall> = self.walls.values().cloned().collect();
        walls.sort_by_key(|wall| std::cmp::Reverse(wall.times));
        walls
    }

    pub fn peaks(&self, limits: &Limits) -> Vec<Peak> {
        let peaks = self.peaks.iter().flat_map(|(limit, peaks)| {
            let limit_number = limits.get(limit);
            peaks.iter().map(move |(of, most)| Peak { limit, of: of.clone(), most: *most, limit_number })
        });
        let mut peaks: Vec<Peak> = peaks.collect();
        peaks.sort_by(|one, other| share(other).total_cmp(&share(one)));
        peaks
    }
}

fn share(peak: &Peak) -> f64 {
    peak.most / peak.limit_number as f64
}

/// How long something was under way, altogether.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    /// How many are under way.
    pub under_way: u64,
    since: Option<Timestamp>,
    seconds: f64,
}

impl Span {
    pub fn begin(&mut self, now: Timestamp) {
        self.settle(now);
        self.under_way += 1;
    }

    pub fn end(&mut self, now: Timestamp) {
        self.settle(now);
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Time that does not count after all.
    pub fn deduct(&mut self, seconds: f64) {
        self.seconds -= seconds;
    }

    pub fn seconds(mut self, now: Timestamp) -> f64 {
        self.settle(now);
        self.seconds.max(0.0)
    }

    /// Forgets the time until now.
    pub fn forget(&mut self, now: Timestamp) {
        self.settle(now);
        self.seconds = 0.0;
    }

    fn settle(&mut self, now: Timestamp) {
        let passed = self.since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0));
        self.seconds += passed * self.under_way as f64;
        self.since = Some(now);
    }
}
