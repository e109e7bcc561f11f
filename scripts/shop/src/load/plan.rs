//! What load there is to be.

use std::time::Duration;

use anyhow::ensure;

use super::arrivals::{Arrivals, Kind};

/// No load lasts longer.
pub const LONGEST: Duration = Duration::from_secs(3_600);

/// What load there is to be. Durations are as long as they say; counts are of buyers unless they say otherwise.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Buyers a second.
    pub rate: f64,
    /// For how long they come.
    pub duration: Duration,
    /// How they come.
    pub arrivals: Kind,
    /// All that is random follows from it: when buyers come, and what they buy.
    pub seed: u64,
    /// Tells this load's keys and customers from those of all others.
    pub run: String,
    /// At most so many requests for an order are sent, those that are sent again included.
    pub max_requests: u64,
    /// At most so many buyers wait for their answer at once. Who comes when there are as many is not sent.
    pub max_in_flight: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often a buyer asks again whose request failed for a passing reason.
    pub retries: u32,
    /// The share of accepted orders that are looked at until they end, 0 to 1.
    pub follow: f64,
    /// At most so many orders are followed at once.
    pub max_followed: usize,
    /// The longest pause between two looks at a followed order. The first is an eighth of it, and they double.
    pub poll: Duration,
    /// How long orders have to end, after the last of them was placed.
    pub settle: Duration,
    /// Of so many orders the payment is read and the request sent again.
    pub sample: usize,
    /// What is bought; each buyer takes one of these.
    pub skus: Vec<String>,
    /// How many of it.
    pub quantity: i64,
    /// The currency to pay in.
    pub currency: String,
    /// Stripe's name of a payment method.
    pub payment_method: String,
    /// Where mails go.
    pub email: String,
    /// Nobody else buys meanwhile, or changes stock: it has to come out even.
    pub alone: bool,
    /// Receives so many units of each sku before; 0 for none.
    pub restock: i64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            rate: 10.0,
            duration: Duration::from_secs(10),
            arrivals: Kind::Even,
            seed: 1,
            run: uuid::Uuid::new_v4().simple().to_string(),
            max_requests: 1_000_000,
            max_in_flight: 10_000,
            timeout: Duration::from_secs(10),
            retries: 3,
            follow: 1.0,
            max_followed: 200,
            poll: Duration::from_millis(200),
            settle: Duration::from_secs(120),
            sample: 50,
            skus: crate::seed::skus().map(str::to_owned).collect(),
            quantity: 1,
            currency: "EUR".to_owned(),
            payment_method: "pm_card_visa".to_owned(),
            // SES's simulator takes it: mails that bounce would cost the stage its reputation.
            email: "success@simulator.amazonses.com".to_owned(),
            alone: false,
            restock: 0,
        }
    }
}

impl Plan {
    /// Whether it can be carried out, and within bounds.
    ///
    /// # Errors
    /// It says what cannot.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(self.rate.is_finite() && self.rate > 0.0, "the rate has to be above 0");
        ensure!(!self.duration.is_zero() && self.duration <= LONGEST, "the duration has to be above 0 and at most 1 h");
        ensure!((0.0..=1.0).contains(&self.follow), "the share that is followed has to be 0 to 1");
        ensure!(self.quantity > 0 && !self.skus.is_empty(), "there is nothing to buy");
        let buyers = self.rate * self.duration.as_secs_f64();
        let most = self.max_requests;
        ensure!(buyers <= most as f64, "these are {buyers:.0} buyers, and --max-requests allows {most} requests");
        Ok(())
    }

    /// When buyers are due.
    pub fn arrivals(&self) -> Arrivals {
        Arrivals::new(self.arrivals, self.rate, self.duration, self.max_requests, self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_is_bounded_in_time_and_count() {
        let plan = Plan { rate: 100.0, duration: Duration::from_secs(60), max_requests: 6_000, ..Plan::default() };
        plan.check().unwrap();
        for (rate, seconds) in [(101.0, 60), (0.001, 3_601), (1.0, 0), (0.0, 1), (f64::NAN, 1), (f64::INFINITY, 1)] {
            let plan = Plan { rate, duration: Duration::from_secs(seconds), ..plan.clone() };
            assert!(plan.check().is_err(), "{rate} for {seconds} s");
        }
    }
}
