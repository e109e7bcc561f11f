//! Money and quantities, for all inputs.

use kernel::{Currency, Money, MoneyError, Quantity};
use proptest::prelude::*;

proptest! {
    #[test]
    fn sharing_out_loses_and_invents_nothing(amount in any::<i64>(), weights in prop::collection::vec(0_i64..1_000_000, 1..20)) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let shares = Money::minor(amount, Currency::EUR).allocate(&weights).unwrap();
        let total: i128 = shares.iter().map(|share| i128::from(share.amount_minor())).sum();
        prop_assert_eq!(total, i128::from(amount));
    }

    #[test]
    fn a_share_is_within_one_minor_unit_of_exact(amount in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(0_i64..1_000, 1..20)) {
        let sum: i64 = weights.iter().sum();
        prop_assume!(sum > 0);
        let shares = Money::minor(amount, Currency::EUR).allocate(&weights).unwrap();
        for (share, weight) in shares.iter().zip(&weights) {
            let off = i128::from(share.amount_minor()) * i128::from(sum) - i128::from(amount) * i128::from(*weight);
            prop_assert!(off.abs() < i128::from(sum), "{share} of weight {weight} is {off}/{sum} units off");
        }
    }

    #[test]
    fn adding_and_taking_away_cancel_out(a in -1_000_000_000_000_i64..1_000_000_000_000, b in -1_000_000_000_000_i64..1_000_000_000_000) {
        let (a, b) = (Money::minor(a, Currency::EUR), Money::minor(b, Currency::EUR));
        prop_assert_eq!(a.plus(b).unwrap().minus(b).unwrap(), a);
        prop_assert_eq!(a.plus(b), b.plus(a));
    }

    #[test]
    fn so_many_times_is_repeated_addition(price in 0_i64..1_000_000, units in 1_i64..50) {
        let price = Money::minor(price, Currency::USD);
        let sum = (0..units).try_fold(Money::zero(Currency::USD), |sum, _| sum.plus(price)).unwrap();
        prop_assert_eq!(price.times(Quantity::new(units).unwrap()).unwrap(), sum);
    }

    #[test]
    fn money_survives_json(amount in any::<i64>()) {
        let money = Money::minor(amount, Currency::JPY);
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }
}

#[test]
fn arithmetic_without_an_answer_is_an_error() {
    let most = Money::minor(i64::MAX, Currency::EUR);
    assert_eq!(most.plus(Money::minor(1, Currency::EUR)), Err(MoneyError::Overflow));
    assert_eq!(most.times(Quantity::new(2).unwrap()), Err(MoneyError::Overflow));
    let yen = Money::minor(1, Currency::JPY);
    assert_eq!(most.plus(yen), Err(MoneyError::Currencies(Currency::EUR, Currency::JPY)));
    for weights in [&[][..], &[0, 0], &[1, -1], &[2, -1]] {
        assert_eq!(most.allocate(weights), Err(MoneyError::Weights), "{weights:?}");
    }
}

#[test]
fn money_reads_well() {
    let shown = |minor, currency| Money::minor(minor, currency).to_string();
    assert_eq!(shown(1980, Currency::EUR), "19.80 EUR");
    assert_eq!(shown(5, Currency::EUR), "0.05 EUR");
    assert_eq!(shown(-5, Currency::EUR), "-0.05 EUR");
    assert_eq!(shown(1980, Currency::JPY), "1980 JPY");
}

#[test]
fn the_rest_goes_to_those_who_lost_most() {
    let shares = Money::minor(100, Currency::EUR).allocate(&[1, 1, 1]).unwrap();
    assert_eq!(shares.iter().map(|share| share.amount_minor()).collect::<Vec<_>>(), [34, 33, 33]);
}

#[test]
fn quantities_are_one_to_ten_thousand() {
    assert!(Quantity::new(1).is_ok() && Quantity::new(10_000).is_ok());
    for bad in [i64::MIN, -1, 0, 10_001, i64::MAX] {
        assert!(Quantity::new(bad).is_err(), "{bad}");
    }
    assert!(Quantity::new(9_999).unwrap().plus(Quantity::new(2).unwrap()).is_err());
}
