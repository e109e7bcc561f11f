//! Handles a webhook's event.

use kernel::Timestamp;
use tracing::info;

use crate::{
    Error,
    domain::{Payment, StripeEvent},
    ports::{LookAtIntent, RecordPayment},
};

/// Asks Stripe what the event's intent has come to by now, and writes that down if it is news. What the event itself
/// says may be out of date, and is not used.
///
/// # Errors
/// Stripe or the database did not say, or the intent is another order's.
pub async fn settle(
    stripe: &impl LookAtIntent,
    payments: &impl RecordPayment,
    event: &StripeEvent,
    now: Timestamp,
) -> Result<(), Error> {
    let intent = stripe.look(&event.intent_id).await?;
    if intent.order_id.as_ref() != Some(&event.order_id) {
        return Err(Error::Broken(format!("intent {} is not of {}", intent.id, event.order_id)));
    }
    let Some(payment) = Payment::of(&event.order_id, &intent, now) else { return Ok(()) };
    let news = payments.record(&payment, Some(&event.event_id)).await?;
    info!(order_id = %event.order_id, kind = event.kind, status = ?payment.status, news, "event settled");
    Ok(())
}

#[cfg(test)]
mod tests {
    use contracts::saga::Refusal;
    use kernel::OrderId;

    use super::*;
    use crate::{
        domain::{State, Status},
        ports::CreateIntent,
        usecases::testing::{FakePayments, FakeStripe, GIVEN_BACK, TAKEN, VOIDED, now, order},
    };

    fn event(n: u8) -> StripeEvent {
        StripeEvent {
            event_id: format!("evt_{n}"),
            kind: "payment_intent.something".to_owned(),
            intent_id: "pi_1".to_owned(),
            order_id: order("pm_3ds").order_id,
        }
    }

    async fn waiting() -> FakeStripe {
        let stripe = FakeStripe::default();
        stripe.create(&order("pm_3ds")).await.unwrap();
        stripe
    }

    #[tokio::test]
    async fn what_stripe_says_now_is_written_down_with_the_event_that_told() {
        let cases = [
            (State::RequiresPaymentMethod { failure: Some(Refusal::AuthenticationFailed) }, Some(Status::Declined)),
            (State::RequiresPaymentMethod { failure: None }, None),
            (State::Pending, None),
            (State::RequiresCapture, Some(Status::Authorized)),
            (VOIDED, Some(Status::Canceled)),
            (TAKEN, Some(Status::Captured)),
            (GIVEN_BACK, Some(Status::Refunded)),
        ];
        for (state, status) in cases {
            let (stripe, payments) = (waiting().await, FakePayments::default());
            stripe.set(state);
            settle(&stripe, &payments, &event(1), now()).await.unwrap();
            assert_eq!(payments.status(), status, "{state:?}");
            assert_eq!(payments.events().len(), usize::from(status.is_some()));
        }
    }

    #[tokio::test]
    async fn events_that_come_late_or_twice_change_nothing() {
        let (stripe, payments) = (waiting().await, FakePayments::default());
        stripe.set(TAKEN);
        settle(&stripe, &payments, &event(1), now()).await.unwrap();
        let row = payments.row();
        settle(&stripe, &payments, &event(1), now()).await.unwrap();
        stripe.set(State::RequiresCapture);
        settle(&stripe, &payments, &event(2), now()).await.unwrap();
        assert_eq!((payments.row(), payments.events()), (row, vec!["evt_1".to_owned()]));
    }

    #[tokio::test]
    async fn an_event_about_another_order_is_not_applied() {
        let (stripe, payments) = (waiting().await, FakePayments::default());
        let foreign = StripeEvent { order_id: OrderId::from_bytes([8; 16]), ..event(1) };
        assert!(matches!(settle(&stripe, &payments, &foreign, now()).await, Err(Error::Broken(_))));
        assert_eq!(payments.row(), None);
    }
}
