//! The lines of a history that concern what is wrong.

use std::collections::BTreeSet;

use super::{Violation, shelf::SHELF};

/// Functions that only read. What a customer sees is a line of its own.
const READS: [&str; 2] = ["orders/get-order", "orders/list-orders"];

/// Who was at work in a line, if it is a function's: the function and the invocation's request id.
fn invocation(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ').skip(1);
    let (function, request_id) = (words.next()?, words.next()?);
    function.contains('/').then_some((function, request_id))
}

/// The lines about the orders and skus that the violations name, and every fault. When they name none, all lines.
pub fn excerpt<'a>(history: &'a [String], violations: &[Violation]) -> Vec<&'a str> {
    let subjects: BTreeSet<&str> = violations.iter().flat_map(|violation| subjects(&violation.what)).collect();
    let names_one = |line: &str| subjects.iter().any(|subject| line.contains(subject));
    let concerned: BTreeSet<&str> =
        history.iter().filter(|line| names_one(line)).filter_map(|line| Some(invocation(line)?.1)).collect();
    let matters = |line: &&str| match invocation(line) {
        Some((function, request_id)) => {
            let is_about = subjects.is_empty() || concerned.contains(request_id);
            is_about && !READS.contains(&function)
        }
        None => subjects.is_empty() || names_one(line) || is_of_the_simulation(line),
    };
    history.iter().map(String::as_str).filter(matters).collect()
}

/// Faults, and what is done about them.
fn is_of_the_simulation(line: &str) -> bool {
    let what = line.split_once(' ').map_or(line, |(_, what)| what);
    ["fault ", "VIOLATION", "the operator "].iter().any(|start| what.starts_with(start))
}

/// The orders and skus that a violation names.
fn subjects(violation: &str) -> impl Iterator<Item = &str> {
    let words = violation.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_-".contains(letter)));
    words.filter(|word| word.starts_with("ord_") || SHELF.iter().any(|product| product.sku == *word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Invariant;

    fn history() -> Vec<String> {
        let lines = [
            "T0 orders/place-order r1 starts: {}",
            "T1 inventory/reserve-stock r2 starts: {\"order_id\":\"ord_1\"}",
            "T2 fault 1: call_slow, catalog/put-product",
            "T3 inventory/reserve-stock r2 call 1 dynamodb TransactWriteItems: 200",
            "T4 inventory/reserve-stock r3 starts: {\"order_id\":\"ord_2\"}",
            "T5 orders/get-order r4 starts: {\"path\":\"/orders/ord_1\"}",
            "T6 ord_1 is seen: CONFIRMED",
        ];
        lines.map(str::to_owned).to_vec()
    }

    #[test]
    fn an_excerpt_has_what_concerns_the_order_and_every_fault() {
        let history = history();
        let times = |violation: &str| -> Vec<String> {
            let lines = excerpt(&history, &[Violation::of(Invariant::ALL[0], violation)]);
            lines.iter().map(|line| line[..2].to_owned()).collect()
        };
        assert_eq!(times("ord_1: it has 2 payment intents"), ["T1", "T2", "T3", "T6"]);
        assert_eq!(times("the shop did not come to rest"), ["T0", "T1", "T2", "T3", "T4", "T6"]);
    }
}
