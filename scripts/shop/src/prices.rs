//! What AWS asks for what the shop uses: list prices of us-east-1, without the free tier, as of 2025-11. They change: compare
//! before quoting. Stripe's fees are not here; they are a share of the turnover, whatever the design.

use std::collections::BTreeMap;

use localcloud::Readings;
use serde::Serialize;
use topology::{Shop, Trigger};

/// A price.
#[derive(Debug, Clone, Copy)]
pub struct Price {
    /// What is paid for.
    pub what: &'static str,
    /// Dollars for a million of the unit.
    pub usd_per_million: f64,
    /// The unit.
    pub unit: &'static str,
    /// Where it is from, and from when.
    pub source: &'static str,
}

const HTTP_API: Price = price("HTTP API", 1.00, "requests", "aws.amazon.com/api-gateway/pricing, 2025-11");
const INVOCATIONS: Price = price("Lambda requests", 0.20, "requests", "aws.amazon.com/lambda/pricing, 2025-11");
const LAMBDA: Price = price("Lambda time", 13.333_4, "GB-seconds, arm64", "aws.amazon.com/lambda/pricing, 2025-11");
const WRITES: Price =
    price("DynamoDB writes", 0.625, "write units", "aws.amazon.com/dynamodb/pricing/on-demand, 2024-11");
const READS: Price = price("DynamoDB reads", 0.125, "read units", "aws.amazon.com/dynamodb/pricing/on-demand, 2024-11");
const EXPRESS: Price = price("Express workflows", 1.00, "executions", "aws.amazon.com/step-functions/pricing, 2025-11");
const EXPRESS_TIME: Price =
    price("Express time", 16.67, "GB-seconds in steps of 64 MB", "aws.amazon.com/step-functions/pricing, 2025-11");
const STANDARD: Price =
    price("Standard workflows", 25.00, "transitions", "aws.amazon.com/step-functions/pricing, 2025-11");
const SNS: Price = price("SNS", 0.50, "publishes", "aws.amazon.com/sns/pricing, 2025-11");
const SQS: Price = price("SQS", 0.40, "requests", "aws.amazon.com/sqs/pricing, 2025-11");
const SES: Price = price("SES", 100.00, "mails", "aws.amazon.com/ses/pricing, 2025-11, from memory");

/// All prices.
pub const TABLE: [Price; 11] =
    [HTTP_API, INVOCATIONS, LAMBDA, WRITES, READS, EXPRESS, EXPRESS_TIME, STANDARD, SNS, SQS, SES];

const fn price(what: &'static str, usd_per_million: f64, unit: &'static str, source: &'static str) -> Price {
    Price { what, usd_per_million, unit, source }
}

/// An Express execution is billed for so much memory, in GB: the least there is, which the shop's stay below.
const EXPRESS_GB: f64 = 64.0 / 1_024.0;

/// How its sagas were run.
#[derive(Debug, Clone, Copy)]
pub enum Workflows {
    /// As Express workflows, for so many seconds in all.
    Express(f64),
    /// As Standard workflows, with so many transitions in all.
    Standard(u64),
}

/// A line of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    /// What is paid for.
    pub what: &'static str,
    /// How much of it.
    pub count: f64,
    /// Dollars.
    pub usd: f64,
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bill(pub Vec<Line>);

impl Bill {
    /// Dollars.
    pub fn usd(&self) -> f64 {
        self.0.iter().map(|line| line.usd).sum()
    }
}

/// What is to be paid for what was read off the meter. `seconds` are those of all invocations, by function.
///
/// Beyond what was measured: every message is received and deleted by itself, which is the most that it costs.
pub fn bill(shop: &Shop, readings: &Readings, seconds: &BTreeMap<String, f64>, workflows: Workflows) -> Bill {
    let (mut from_the_api, mut gb_seconds) = (0, 0.0);
    for service in &shop.services {
        for (name, function) in &service.functions {
            let name = format!("{}/{name}", service.context);
            if matches!(function.trigger, Trigger::Http { .. }) {
                from_the_api += readings.invocations.get(&name).copied().unwrap_or_default();
            }
            let memory = f64::from(function.memory_mb) / 1_024.0;
            gb_seconds += memory * seconds.get(&name).copied().unwrap_or_default();
        }
    }
    let requests = |service: &str| {
        let of = |(action, count): (&String, &u64)| action.starts_with(service).then_some(*count);
        readings.requests.values().flatten().filter_map(of).sum::<u64>()
    };
    let mut lines = vec![
        line(HTTP_API, from_the_api as f64),
        line(INVOCATIONS, readings.invocations.values().sum::<u64>() as f64),
        line(LAMBDA, gb_seconds),
        line(WRITES, readings.total_write_units()),
        line(READS, readings.total_read_units()),
        line(SNS, requests("sns:") as f64),
        line(SQS, (requests("sqs:") + 2 * readings.messages) as f64),
        line(SES, requests("ses:") as f64),
    ];
    match workflows {
        Workflows::Express(seconds) => {
            lines.push(line(EXPRESS, readings.executions as f64));
            lines.push(line(EXPRESS_TIME, seconds * EXPRESS_GB));
        }
        Workflows::Standard(transitions) => lines.push(line(STANDARD, transitions as f64)),
    }
    Bill(lines)
}

fn line(price: Price, count: f64) -> Line {
    Line { what: price.what, count, usd: count * price.usd_per_million / 1e6 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local;

    #[test]
    fn a_standard_workflow_is_paid_by_transition_and_an_express_one_by_time() {
        let (shop, none) = (local::shop().unwrap(), BTreeMap::new());
        let readings = Readings { executions: 1_000_000, ..Readings::default() };
        let of = |workflows| bill(&shop, &readings, &none, workflows).usd();
        assert!((of(Workflows::Standard(8_000_000)) - 200.0).abs() < 1e-9);
        // A second each: $1 for the start, 64 MB for the time.
        assert!((of(Workflows::Express(1e6)) - (1.0 + 16.67 / 16.0)).abs() < 1e-9);
    }

    #[test]
    fn memory_and_time_are_paid_and_only_functions_of_the_api_pay_for_it() {
        let shop = local::shop().unwrap();
        let invocations = ["orders/place-order", "inventory/reserve-stock"];
        let readings = Readings {
            invocations: invocations.map(|name| (name.to_owned(), 1_000_000)).into(),
            ..Readings::default()
        };
        let seconds = BTreeMap::from([("inventory/reserve-stock".to_owned(), 8_000_000.0)]);
        let bill = bill(&shop, &readings, &seconds, Workflows::Express(0.0));
        let usd = |what: &str| bill.0.iter().find(|line| line.what == what).unwrap().usd;
        assert!((usd("HTTP API") - 1.0).abs() < 1e-9);
        assert!((usd("Lambda requests") - 0.4).abs() < 1e-9);
        // 128 MB.
        assert!((usd("Lambda time") - 13.333_4).abs() < 1e-9);
    }

    #[test]
    fn every_price_says_where_it_is_from_and_when() {
        for price in TABLE {
            assert!(price.source.contains("aws.amazon.com") && price.source.contains(", 20"), "{price:?}");
        }
    }
}
