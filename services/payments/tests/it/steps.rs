//! The saga's steps, from the function's input to Stripe's books and back.

use super::*;

#[tokio::test]
async fn an_order_is_paid_in_two_calls_to_stripe_and_one_write() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_card_visa");
    let intent_id = payments.authorized(&order).await;
    assert!(payments.bench.scan("payments").is_empty(), "Stripe remembers what is open");
    payments.audit();
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), CapturePaymentAnswer::Captured);
    let readings = payments.bench.readings();
    assert_eq!((readings.stripe_calls, readings.total_write_units()), (2, 1.0));
    payments.audit();

    assert_eq!(payments.authorized(&order).await, intent_id, "run again, a step answers what it answered first");
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), CapturePaymentAnswer::Captured);
    assert_eq!(
        (payments.at_stripe(), payments.statuses()),
        (vec!["succeeded".to_owned()], vec!["captured".to_owned()])
    );
    payments.audit();
}

#[tokio::test]
async fn an_authorization_is_canceled() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_card_visa");
    let intent_id = payments.authorized(&order).await;
    for _ in 0..2 {
        assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    }
    let refused = CapturePaymentAnswer::Refused { reason: Refusal::PaymentCanceled };
    for _ in 0..2 {
        assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), refused);
    }
    let row = &payments.bench.scan("payments")[0];
    assert_eq!(
        (row["authorized"]["amount_minor"].as_i64(), row["voided"]["amount_minor"].as_i64()),
        (Some(1980), Some(1980))
    );
    payments.audit();
}

#[tokio::test]
async fn what_was_never_asked_for_is_canceled_before_it_can_be() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_card_visa");
    assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    // An authorize that was under way lands now. Its answer is out of date, and its capture is refused.
    let intent_id = payments.authorized(&order).await;
    let refused = CapturePaymentAnswer::Refused { reason: Refusal::PaymentCanceled };
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), refused);
    assert_eq!(payments.at_stripe(), ["canceled"]);
    payments.audit();
}

#[tokio::test]
async fn a_capture_is_told_by_the_cancel_and_given_back_when_asked() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_card_visa");
    let intent_id = payments.authorized(&order).await;
    payments.capture(&order, &intent_id).await.unwrap();
    for _ in 0..2 {
        assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Captured);
    }
    payments.audit();
    for refund in [true, true, false] {
        assert_eq!(payments.cancel(&order, refund).await.unwrap(), CancelPaymentAnswer::Refunded);
    }
    assert_eq!(payments.bench.stripe().intents()[0]["_local"]["amount_refunded"], 1980);
    // A capture that was under way is answered what it was answered first, which is out of date, and moves nothing back.
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), CapturePaymentAnswer::Captured);
    assert_eq!(payments.statuses(), ["refunded"]);
    payments.audit();
}

#[tokio::test]
async fn declines_are_refusals_and_their_intents_are_canceled() {
    for (number, card, reason) in [
        (1, "pm_card_chargeDeclined", Refusal::PaymentDeclined),
        (2, "pm_card_chargeDeclinedInsufficientFunds", Refusal::InsufficientFunds),
        (3, "pm_card_chargeDeclinedExpiredCard", Refusal::PaymentDeclined),
    ] {
        let payments = Payments::new();
        let order = payments.order(number, card);
        for _ in 0..2 {
            assert_eq!(payments.authorize(&order).await.unwrap(), refused_authorization(reason));
        }
        assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
        assert_eq!(payments.at_stripe(), ["canceled"]);
        assert_eq!(payments.bench.scan("payments")[0].get("authorized"), None, "nothing was ever set aside");
        payments.audit();
    }
}

#[tokio::test]
async fn a_card_that_does_not_exist_does_not_leave_an_order_stuck() {
    let payments = Payments::new();
    let order = payments.order(1, "pm_1NoSuchCard");
    assert_eq!(payments.authorize(&order).await.unwrap(), refused_authorization(Refusal::PaymentDeclined));
    assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    assert!(payments.at_stripe().is_empty() && payments.statuses().is_empty());
}

#[tokio::test]
async fn after_the_deadline_nothing_goes_forward() {
    let payments = Payments::new();
    let (order, late) = (payments.order(1, "pm_card_visa"), payments.order(2, "pm_card_visa"));
    let intent_id = payments.authorized(&order).await;
    payments.bench.clock().advance(DEADLINE + Duration::from_secs(1));
    assert_eq!(payments.authorize(&late).await.unwrap(), refused_authorization(Refusal::DeadlinePassed));
    let refused = CapturePaymentAnswer::Refused { reason: Refusal::DeadlinePassed };
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), refused);
    assert_eq!(payments.at_stripe(), ["requires_capture"]);
    assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    payments.audit();
}

#[tokio::test]
async fn once_stripe_may_have_forgotten_the_key_the_intent_is_searched_for() {
    let payments = Payments::new();
    let (order, never) = (payments.order(1, "pm_card_visa"), payments.order(2, "pm_card_visa"));
    payments.authorized(&order).await;
    payments.bench.clock().advance(Duration::from_secs(48 * 60 * 60));
    assert_eq!(payments.cancel(&order, false).await.unwrap(), CancelPaymentAnswer::Canceled);
    let unknown = payments.cancel(&never, false).await.unwrap_err();
    assert_eq!(unknown.name, FunctionError::BROKEN, "an operator has to look: {unknown}");
    assert_eq!(payments.at_stripe(), ["canceled"], "there is no second intent");
    payments.audit();
}

#[tokio::test]
async fn an_authorization_that_lapsed_is_found_canceled() {
    let payments = Payments::new();
    let mut order = payments.order(1, "pm_card_visa");
    order.deadline += SignedDuration::from_hours(24 * 30);
    let intent_id = payments.authorized(&order).await;
    payments.bench.clock().advance(Duration::from_secs(8 * 24 * 60 * 60));
    let refused = CapturePaymentAnswer::Refused { reason: Refusal::PaymentCanceled };
    assert_eq!(payments.capture(&order, &intent_id).await.unwrap(), refused);
    assert!(payments.deliver_webhooks().await.iter().all(|status| *status == 200));
    payments.process(&payments.queued()).await;
    assert_eq!(payments.statuses(), ["canceled"]);
    payments.audit();
}

#[tokio::test]
async fn every_currency_is_charged_in_its_own_minor_units() {
    let payments = Payments::new();
    let mut order = payments.order(1, "pm_card_visa");
    order.total = Money::minor(1980, Currency::JPY);
    payments.authorized(&order).await;
    let intent = &payments.bench.stripe().intents()[0];
    assert_eq!((intent["amount"].as_i64(), intent["currency"].as_str()), (Some(1980), Some("jpy")));
}
