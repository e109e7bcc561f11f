//! How long things take.

use std::{f64::consts::TAU, time::Duration};

use fastrand::Rng;

use crate::driver::Call;

/// A median, in milliseconds, and how far values lie around it: 95 of 100 are below the median times e^(1.65 × spread).
#[derive(Clone, Copy)]
struct Takes {
    median: f64,
    spread: f64,
}

/// What calls take from within a region, by service, until the answer is there. DynamoDB's are "single-digit milliseconds" by
/// its own word, and a transaction has two phases; Stripe's is assumed, and asks banks. The others are what such calls
/// usually take. None is a promise of AWS's.
fn takes(service: &str, action: &str) -> Takes {
    let (median, spread) = match service {
        "dynamodb" if action.starts_with("Transact") => (9.0, 0.35),
        "dynamodb" => (4.0, 0.35),
        "states" => (20.0, 0.4),
        "ses" => (40.0, 0.4),
        "stripe" => (300.0, 0.45),
        _ => (10.0, 0.4),
    };
    Takes { median, spread }
}

/// What Lambda adds to an invocation.
const OVERHEAD: Takes = Takes { median: 5.0, spread: 0.3 };

/// What a new environment takes: a Rust function's start with the AWS SDK.
///
/// Source: 14 ms without the SDK (maxday/lambda-perf, provided.al2023, arm64), and about 120 ms with it and its first call
/// (aws-samples/serverless-rust-demo).
const COLD_START: Takes = Takes { median: 60.0, spread: 0.25 };

/// Nothing takes longer than so many spreads: once in 30,000 it would.
const FARTHEST: f64 = 4.0;

/// Draws how long things take.
pub(super) struct Latency(Rng);

impl Latency {
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// A call, there and back.
    pub fn call(&mut self, call: &Call<'_>) -> Duration {
        self.draw(takes(call.service, call.action))
    }

    /// Lambda's part of an invocation.
    pub fn overhead(&mut self) -> Duration {
        self.draw(OVERHEAD)
    }

    /// The start of an environment.
    pub fn cold_start(&mut self) -> Duration {
        self.draw(COLD_START)
    }

    /// A value of a log-normal distribution. Source: Box and Muller, "A Note on the Generation of Random Normal Deviates".
    fn draw(&mut self, takes: Takes) -> Duration {
        // Never zero, which has no logarithm.
        let (first, second) = (1.0 - self.0.f64(), self.0.f64());
        let normal = (-2.0 * first.ln()).sqrt() * (TAU * second).cos();
        let factor = (takes.spread * normal.clamp(-FARTHEST, FARTHEST)).exp();
        Duration::from_secs_f64(takes.median * factor / 1_000.0)
    }
}
