use serde_json::json;

use super::*;

fn bought(id: &str) -> Bought {
    Bought { number: 0, customer: 0, sku: 0, id: id.to_owned(), total_minor: 250, digest: [0; 32], end: None }
}

fn end(status: &str) -> End {
    End { status: status.to_owned(), reason: None }
}

/// Of a hundred mugs that were received, so many were sold or held before and after.
fn shelf(before: i64, after: i64, confirmed: i64, open: i64) -> Shelf {
    let stock = |sold| Stock { available: 100 - sold, received: 100, written_off: 0, committed_or_held: sold };
    Shelf { sku: "MUG-01".to_owned(), before: stock(before), after: stock(after), confirmed, open }
}

fn verdict(shelf: Shelf, alone: bool) -> &'static str {
    match &stock(&Ok(vec![shelf]), alone)[1].verdict {
        Verdict::Ok => "ok",
        Verdict::Violated => "violated",
        Verdict::NotChecked(_) => "unknown",
    }
}

#[test]
fn alone_the_stock_comes_out_even_but_for_what_buyers_do_not_know() {
    assert_eq!(verdict(shelf(10, 15, 5, 0), true), "ok");
    assert_eq!(verdict(shelf(10, 14, 5, 0), true), "violated", "a unit was sold and did not leave");
    assert_eq!(verdict(shelf(10, 16, 5, 0), true), "violated", "a unit left that nobody bought");
    assert_eq!(verdict(shelf(10, 16, 5, 1), true), "ok", "a buyer may have bought it whose answer was lost");
    assert_eq!(verdict(shelf(10, 17, 5, 1), true), "violated");
}

#[test]
fn among_others_at_least_what_was_sold_has_left() {
    assert_eq!(verdict(shelf(10, 40, 5, 0), false), "ok", "others bought, too");
    assert_eq!(verdict(shelf(10, 14, 5, 0), false), "unknown", "a hold of another may have ended");
    assert_eq!(verdict(shelf(10, 4, 5, 0), false), "violated", "there are fewer than we have");
}

#[test]
fn stock_that_is_below_zero_or_does_not_add_up_is_seen() {
    let mut oversold = shelf(0, 101, 101, 0);
    assert_eq!(stock(&Ok(vec![oversold.clone()]), true)[0].verdict, Verdict::Violated);
    oversold.after = Stock { available: 10, received: 100, written_off: 0, committed_or_held: 89 };
    assert_eq!(stock(&Ok(vec![oversold]), true)[0].verdict, Verdict::Violated);
}

#[test]
fn money_is_taken_once_or_given_back() {
    let fault = |status: &str, entries: &[(&str, i64)], currency: &str| {
        let ledger: Vec<_> =
            entries.iter().map(|(kind, amount)| json!({ "kind": kind, "amount_minor": amount })).collect();
        let payment = Some(json!({ "amount": { "amount_minor": 250, "currency": currency }, "ledger": ledger }));
        fault_of_payment(&Payment { order: bought("ord_1"), end: end(status), payment }, "EUR")
    };
    assert_eq!(fault("CONFIRMED", &[("authorized", 250), ("captured", 250)], "EUR"), None);
    assert_eq!(fault("REFUNDED", &[("captured", 250), ("refunded", 250)], "EUR"), None);
    assert_eq!(fault("CANCELLED", &[("authorized", 250), ("voided", 250)], "EUR"), None);
    assert_eq!(fault("CANCELLED", &[("captured", 250), ("refunded", 250)], "EUR"), None);
    for (status, entries, currency) in [
        ("CONFIRMED", vec![("authorized", 250)], "EUR"),
        ("CONFIRMED", vec![("captured", 125), ("captured", 125)], "EUR"),
        ("CONFIRMED", vec![("captured", 249)], "EUR"),
        ("CONFIRMED", vec![("captured", 250)], "USD"),
        ("CANCELLED", vec![("captured", 250)], "EUR"),
        ("CANCELLED", vec![("captured", 250), ("refunded", 249)], "EUR"),
    ] {
        assert!(fault(status, &entries, currency).is_some(), "{status} {entries:?} {currency}");
    }
    let none = |status| Payment { order: bought("ord_1"), end: end(status), payment: None };
    assert!(fault_of_payment(&none("CANCELLED"), "EUR").is_none());
    assert!(fault_of_payment(&none("CONFIRMED"), "EUR").is_some());
}

#[test]
fn an_order_that_could_not_be_read_is_not_taken_for_one_that_is_there() {
    let evidence = Evidence {
        orders: vec![
            (bought("ord_1"), Seen::Ended(end("CONFIRMED"))),
            (bought("ord_2"), Seen::Unanswered("timeout".to_owned())),
            (bought("ord_3"), Seen::Open("PENDING".to_owned())),
        ],
        replays: Vec::new(),
        stock: Err("why".to_owned()),
        payments: Err("why".to_owned()),
        alone: false,
        currency: "EUR".to_owned(),
    };
    let findings = judge(&evidence);
    let violated: Vec<_> = findings.iter().filter(|finding| finding.verdict == Verdict::Violated).collect();
    let told: Vec<_> = violated.iter().map(|finding| (finding.name, finding.examples[0].as_str())).collect();
    let expected =
        [("no_order_lost", "ord_2 could not be read: timeout"), ("every_order_ends", "ord_3 is still PENDING")];
    assert_eq!(told, expected);
}
