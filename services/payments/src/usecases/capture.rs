//! Takes the money that was set aside.

use contracts::saga::{CapturePaymentAnswer, OrderFacts, Refusal};
use kernel::Timestamp;

use super::record;
use crate::{
    Error,
    domain::{Intent, Key, Operation, State},
    ports::{CaptureIntent, LookAtIntent, RecordPayment},
};

/// Captures the order's intent, or says that it will not be.
///
/// After the deadline nothing is captured any more; what was captured before stays so. Whether a capture or a cancel
/// came first is for Stripe to say: an intent knows only one of the two.
///
/// # Errors
/// Stripe or the database did not say, or the intent is in a state that no capture should find it in.
pub async fn capture(
    stripe: &(impl CaptureIntent + LookAtIntent),
    payments: &impl RecordPayment,
    order: &OrderFacts,
    intent_id: &str,
    now: Timestamp,
) -> Result<CapturePaymentAnswer, Error> {
    let refused = |reason| Ok(CapturePaymentAnswer::Refused { reason });
    let too_late = now > order.deadline;
    let intent =
        if too_late { stripe.look(intent_id).await? } else { capture_or_look(stripe, order, intent_id).await? };
    match intent.state {
        State::Succeeded { .. } => {
            record(payments, order, &intent, now).await?;
            if intent.is_refunded() { refused(Refusal::PaymentCanceled) } else { Ok(CapturePaymentAnswer::Captured) }
        }
        _ if too_late => refused(Refusal::DeadlinePassed),
        State::Canceled { .. } => refused(Refusal::PaymentCanceled),
        State::RequiresCapture | State::Pending => {
            Err(Error::Unknown(format!("intent {intent_id} is not captured yet")))
        }
        State::RequiresAction | State::RequiresPaymentMethod { .. } => {
            Err(Error::Broken(format!("intent {intent_id} was to be captured before it was authorized")))
        }
    }
}

/// Captures under the order's key. An error that Stripe saved under the key would be all it ever says, so if the intent
/// is still waiting for its capture after one, it is captured without a key: Stripe captures an intent once whatever
/// the key, and the key's other use is only to tell the webhook that its event is an echo.
async fn capture_or_look(
    stripe: &(impl CaptureIntent + LookAtIntent),
    order: &OrderFacts,
    intent_id: &str,
) -> Result<Intent, Error> {
    let key = Key::new(&order.order_id, Operation::Capture);
    let intent = match stripe.capture(intent_id, Some(&key)).await {
        Err(error) if error.is_an_answer() => stripe.look(intent_id).await?,
        answer => return answer,
    };
    if intent.state != State::RequiresCapture {
        return Ok(intent);
    }
    match stripe.capture(intent_id, None).await {
        Err(error) if error.is_an_answer() => stripe.look(intent_id).await,
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use kernel::SignedDuration;

    use super::*;
    use crate::{
        domain::Status,
        ports::CreateIntent,
        usecases::testing::{FakePayments, FakeStripe, Fault, GIVEN_BACK, TAKEN, VOIDED, after_deadline, now, order},
    };

    async fn authorized() -> FakeStripe {
        let stripe = FakeStripe::default();
        stripe.create(&order("pm_card_visa")).await.unwrap();
        stripe.calls();
        stripe
    }

    async fn run(stripe: &FakeStripe, payments: &FakePayments, now: Timestamp) -> Result<CapturePaymentAnswer, Error> {
        capture(stripe, payments, &order("pm_card_visa"), "pi_1", now).await
    }

    fn refused(reason: Refusal) -> CapturePaymentAnswer {
        CapturePaymentAnswer::Refused { reason }
    }

    #[tokio::test]
    async fn a_capture_is_one_call_and_one_write_and_says_the_same_again() {
        let (stripe, payments) = (authorized().await, FakePayments::default());
        for _ in 0..2 {
            assert_eq!(run(&stripe, &payments, now()).await.unwrap(), CapturePaymentAnswer::Captured);
            assert_eq!(stripe.calls(), ["capture"]);
        }
        assert_eq!((stripe.state(), payments.status()), (Some(TAKEN), Some(Status::Captured)));
    }

    #[tokio::test]
    async fn a_capture_that_was_made_is_written_down_by_whoever_comes_back() {
        let (stripe, payments) = (authorized().await.with("capture", [Fault::AnswerLost]), FakePayments::default());
        assert!(matches!(run(&stripe, &payments, now()).await, Err(Error::Unknown(_))));
        assert_eq!(payments.row(), None);
        payments.fail_once();
        assert!(matches!(run(&stripe, &payments, now()).await, Err(Error::Unavailable(_))));
        assert_eq!(run(&stripe, &payments, now()).await.unwrap(), CapturePaymentAnswer::Captured);
        assert_eq!(payments.status(), Some(Status::Captured));
    }

    #[tokio::test]
    async fn after_the_deadline_only_what_was_captured_is() {
        let late = after_deadline(SignedDuration::from_secs(1));
        let (stripe, payments) = (authorized().await, FakePayments::default());
        assert_eq!(run(&stripe, &payments, late).await.unwrap(), refused(Refusal::DeadlinePassed));
        assert_eq!((stripe.calls(), stripe.state()), (vec!["look"], Some(State::RequiresCapture)));
        stripe.set(TAKEN);
        assert_eq!(run(&stripe, &payments, late).await.unwrap(), CapturePaymentAnswer::Captured);
        assert_eq!(payments.status(), Some(Status::Captured));
    }

    #[tokio::test]
    async fn a_cancel_that_came_first_has_decided() {
        let (stripe, payments) =
            (authorized().await.with("capture", [Fault::Meanwhile(VOIDED)]), FakePayments::default());
        for _ in 0..2 {
            assert_eq!(run(&stripe, &payments, now()).await.unwrap(), refused(Refusal::PaymentCanceled));
        }
        assert_eq!(stripe.state(), Some(VOIDED));
    }

    #[tokio::test]
    async fn a_capture_that_came_first_is_as_good_as_ours() {
        let (stripe, payments) =
            (authorized().await.with("capture", [Fault::Meanwhile(TAKEN)]), FakePayments::default());
        assert_eq!(run(&stripe, &payments, now()).await.unwrap(), CapturePaymentAnswer::Captured);
        assert_eq!(payments.status(), Some(Status::Captured));
    }

    #[tokio::test]
    async fn a_failure_that_stripe_saved_does_not_stand_in_the_way() {
        for (fault, calls) in
            [(Fault::FailsAfter, vec!["capture", "look"]), (Fault::Fails, vec!["capture", "look", "capture"])]
        {
            let (stripe, payments) = (authorized().await.with("capture", [fault]), FakePayments::default());
            assert_eq!(run(&stripe, &payments, now()).await.unwrap(), CapturePaymentAnswer::Captured);
            assert_eq!(stripe.calls(), calls);
            assert_eq!(payments.status(), Some(Status::Captured));
        }
        let (stripe, payments) =
            (authorized().await.with("capture", [Fault::Fails, Fault::Fails]), FakePayments::default());
        assert!(matches!(run(&stripe, &payments, now()).await, Err(Error::Unknown(_))));
        assert_eq!((stripe.state(), payments.row()), (Some(State::RequiresCapture), None));
    }

    #[tokio::test]
    async fn money_that_was_given_back_is_not_captured() {
        let (stripe, payments) = (authorized().await, FakePayments::default());
        stripe.set(GIVEN_BACK);
        assert_eq!(run(&stripe, &payments, now()).await.unwrap(), refused(Refusal::PaymentCanceled));
        assert_eq!(payments.status(), Some(Status::Refunded));
    }

    #[tokio::test]
    async fn what_was_never_authorized_cannot_be_captured() {
        let (stripe, payments) = (authorized().await, FakePayments::default());
        stripe.set(State::RequiresAction);
        assert!(matches!(run(&stripe, &payments, now()).await, Err(Error::Broken(_))));
    }
}
