//! Sees to it that no money moves, or gives it back.

use contracts::saga::{CancelPaymentAnswer, OrderFacts};
use kernel::{SignedDuration, Timestamp};
use tracing::warn;

use super::{create_or_find, find_one, record};
use crate::{
    Error,
    domain::{Intent, Key, Operation, State},
    ports::{CancelIntent, CreateIntent, FindIntents, LookAtIntent, RecordPayment, Refund},
};

/// How long after an order's deadline its authorize key is still certain to be known to Stripe, which keeps keys for 24
/// hours at least. The key was first used before the deadline, or is used now for the first time.
const KEY_IS_KNOWN: SignedDuration = SignedDuration::from_hours(12);

/// What a cancel needs of Stripe.
pub trait Stripe: CreateIntent + LookAtIntent + FindIntents + CancelIntent + Refund {}

impl<T: CreateIntent + LookAtIntent + FindIntents + CancelIntent + Refund> Stripe for T {}

/// Ends the order's payment: canceled, or captured before that, or captured and given back.
///
/// It never concludes from absence, because a create may still be on its way. Instead it replays the create: whichever
/// comes first, from then on the order has its one intent, and that one is canceled.
///
/// # Errors
/// Stripe or the database did not say, or an operator has to find out what became of the intent.
pub async fn cancel(
    stripe: &impl Stripe,
    payments: &impl RecordPayment,
    order: &OrderFacts,
    refund_if_captured: bool,
    now: Timestamp,
) -> Result<CancelPaymentAnswer, Error> {
    let Some(intent_id) = intent_id(stripe, order, now).await? else {
        return Ok(CancelPaymentAnswer::Canceled);
    };
    let intent = cancel_or_look(stripe, order, &intent_id).await?;
    match intent.state {
        State::Canceled { .. } => {
            record(payments, order, &intent, now).await?;
            Ok(CancelPaymentAnswer::Canceled)
        }
        State::Succeeded { .. } if !refund_if_captured && !intent.is_refunded() => {
            record(payments, order, &intent, now).await?;
            Ok(CancelPaymentAnswer::Captured)
        }
        State::Succeeded { .. } => {
            if !intent.is_refunded() {
                refund(stripe, order, &intent_id).await?;
            }
            record(payments, order, &intent.refunded(), now).await?;
            Ok(CancelPaymentAnswer::Refunded)
        }
        _ => Err(Error::Unknown(format!("intent {intent_id} cannot be canceled yet"))),
    }
}

/// The id of the order's intent; `None` when Stripe says for certain that it never will have one.
async fn intent_id(stripe: &impl Stripe, order: &OrderFacts, now: Timestamp) -> Result<Option<String>, Error> {
    if now.duration_since(order.deadline) > KEY_IS_KNOWN {
        // A create now might be a second one.
        let found = find_one(stripe, order).await?;
        let found =
            found.ok_or_else(|| Error::Broken(format!("{} may have an intent, and none is found", order.order_id)))?;
        return Ok(Some(found.id));
    }
    let refusal = match create_or_find(stripe, order).await {
        Ok(intent) => return Ok(Some(intent.id)),
        Err(Error::Declined { intent_id: Some(id), .. }) => return Ok(Some(id)),
        Err(error @ Error::Declined { intent_id: None, .. }) => error,
        Err(Error::StripeRefused(why)) if why.is_of_the_order() => Error::StripeRefused(why),
        Err(error) => return Err(error),
    };
    let found = find_one(stripe, order).await?;
    if found.is_none() {
        // Stripe had refused the create, and would refuse it again: this is not a conclusion from absence.
        warn!(order_id = %order.order_id, %refusal, "there is no payment to cancel, and there will be none");
    }
    Ok(found.map(|intent| intent.id))
}

/// Cancels under the order's key. Canceling what is canceled or captured is an error, and an error that Stripe saved
/// under the key would be all it ever says. So after an error the intent is looked at, and if it is still open,
/// canceled without a key: that is safe to repeat whatever the key, whose other use is only to tell the webhook that
/// its event is an echo.
async fn cancel_or_look(stripe: &impl Stripe, order: &OrderFacts, intent_id: &str) -> Result<Intent, Error> {
    let key = Key::new(&order.order_id, Operation::Cancel);
    let intent = match stripe.cancel(intent_id, Some(&key)).await {
        Err(error) if error.is_an_answer() => stripe.look(intent_id).await?,
        answer => return answer,
    };
    if !intent.state.is_open() {
        return Ok(intent);
    }
    match stripe.cancel(intent_id, None).await {
        Err(error) if error.is_an_answer() => stripe.look(intent_id).await,
        answer => answer,
    }
}

/// Gives everything back, under the order's key. A failure that Stripe saved under the key is not repeated for ever:
/// then it is asked without a key, which cannot refund twice, because what is asked for is all that is left.
async fn refund(stripe: &impl Stripe, order: &OrderFacts, intent_id: &str) -> Result<(), Error> {
    let key = Key::new(&order.order_id, Operation::Refund);
    let answer = match stripe.refund(intent_id, Some(&key)).await {
        Err(Error::StripeFailed(why)) => {
            warn!(order_id = %order.order_id, %why, "the refund is asked for again without its key");
            stripe.refund(intent_id, None).await
        }
        answer => answer,
    };
    match answer {
        Err(Error::StripeRefused(why)) if why.is_already_refunded() => Ok(()),
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Status,
        ports::CaptureIntent,
        usecases::testing::{FakePayments, FakeStripe, Fault, GIVEN_BACK, TAKEN, VOIDED, after_deadline, now, order},
    };

    const NO_REFUND: bool = false;
    const REFUND: bool = true;

    async fn created(payment_method: &str) -> FakeStripe {
        let stripe = FakeStripe::default();
        let _ = stripe.create(&order(payment_method)).await;
        stripe.calls();
        stripe
    }

    async fn run(stripe: &FakeStripe, payments: &FakePayments, refund: bool) -> Result<CancelPaymentAnswer, Error> {
        cancel(stripe, payments, &order("pm_card_visa"), refund, now()).await
    }

    #[tokio::test]
    async fn an_authorized_intent_is_canceled_and_stays_so() {
        let (stripe, payments) = (created("pm_card_visa").await, FakePayments::default());
        for refund in [NO_REFUND, REFUND, NO_REFUND] {
            assert_eq!(run(&stripe, &payments, refund).await.unwrap(), CancelPaymentAnswer::Canceled);
            assert_eq!(stripe.calls(), ["create", "cancel"]);
        }
        assert_eq!((stripe.state(), payments.status()), (Some(VOIDED), Some(Status::Canceled)));
        let row = payments.row().unwrap();
        assert!(row.authorized.is_some() && row.voided.is_some());
    }

    #[tokio::test]
    async fn a_create_that_may_be_on_its_way_is_replayed_first() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Canceled);
        // The late create lands now, and is answered what the replay was: there is no second intent.
        stripe.create(&order("pm_card_visa")).await.unwrap();
        assert_eq!(stripe.state(), Some(VOIDED));
    }

    #[tokio::test]
    async fn declined_and_waiting_intents_are_canceled_too_and_nothing_was_set_aside() {
        for payment_method in ["pm_declined", "pm_3ds"] {
            let (stripe, payments) = (created(payment_method).await, FakePayments::default());
            assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Canceled);
            assert_eq!(stripe.state(), Some(State::Canceled { was_authorized: false }));
            assert_eq!(payments.row().unwrap().ledger(), []);
        }
    }

    #[tokio::test]
    async fn a_capture_that_came_first_is_told_or_given_back() {
        let (stripe, payments) = (created("pm_card_visa").await, FakePayments::default());
        stripe.capture("pi_1", None).await.unwrap();
        for _ in 0..2 {
            assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Captured);
        }
        assert_eq!((stripe.state(), payments.status()), (Some(TAKEN), Some(Status::Captured)));
        for refund in [REFUND, REFUND, NO_REFUND] {
            assert_eq!(run(&stripe, &payments, refund).await.unwrap(), CancelPaymentAnswer::Refunded);
        }
        assert_eq!((stripe.state(), payments.status()), (Some(GIVEN_BACK), Some(Status::Refunded)));
        assert_eq!(stripe.calls().iter().filter(|call| **call == "refund").count(), 1);
    }

    #[tokio::test]
    async fn a_capture_that_lands_just_before_the_cancel_is_found() {
        let stripe = created("pm_card_visa").await.with("cancel", [Fault::Meanwhile(TAKEN)]);
        let payments = FakePayments::default();
        assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Captured);
        assert_eq!(payments.status(), Some(Status::Captured));
    }

    #[tokio::test]
    async fn an_error_that_stripe_saved_does_not_stand_in_the_way() {
        let stripe = created("pm_card_visa").await.with("cancel", [Fault::Meanwhile(State::Pending), Fault::Fails]);
        let payments = FakePayments::default();
        assert!(matches!(run(&stripe, &payments, NO_REFUND).await, Err(Error::Unknown(_))));
        assert_eq!((stripe.state(), payments.row()), (Some(State::Pending), None), "nothing is concluded");
        stripe.set(State::RequiresCapture);
        stripe.calls();
        assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Canceled);
        assert_eq!(stripe.calls(), ["create", "cancel", "look", "cancel"]);
    }

    #[tokio::test]
    async fn lost_answers_are_asked_for_again() {
        let stripe = FakeStripe::default().with("create", [Fault::RequestLost, Fault::AnswerLost]);
        let stripe = stripe.with("cancel", [Fault::RequestLost, Fault::AnswerLost]);
        let payments = FakePayments::default();
        for _ in 0..4 {
            assert!(matches!(run(&stripe, &payments, NO_REFUND).await, Err(Error::Unknown(_))));
        }
        assert_eq!((stripe.state(), payments.row()), (Some(VOIDED), None));
        assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Canceled);
        assert_eq!(payments.status(), Some(Status::Canceled));
    }

    #[tokio::test]
    async fn a_refund_is_made_once_whatever_is_lost_or_fails() {
        for faults in [vec![Fault::AnswerLost], vec![Fault::RequestLost], vec![Fault::FailsAfter], vec![Fault::Fails]] {
            let (stripe, payments) = (created("pm_card_visa").await, FakePayments::default());
            stripe.set(TAKEN);
            let stripe = stripe.with("refund", faults);
            let answer = match run(&stripe, &payments, REFUND).await {
                Err(Error::Unknown(_)) => run(&stripe, &payments, REFUND).await,
                answer => answer,
            };
            assert_eq!(answer.unwrap(), CancelPaymentAnswer::Refunded);
            assert_eq!((stripe.state(), payments.status()), (Some(GIVEN_BACK), Some(Status::Refunded)));
        }
    }

    #[tokio::test]
    async fn a_saved_failure_of_the_create_is_resolved_by_search() {
        let payments = FakePayments::default();
        let stripe = FakeStripe::default().with("create", [Fault::FailsAfter]);
        assert_eq!(run(&stripe, &payments, NO_REFUND).await.unwrap(), CancelPaymentAnswer::Canceled);
        let stripe = FakeStripe::default().with("create", [Fault::Fails]);
        assert!(matches!(run(&stripe, &payments, NO_REFUND).await, Err(Error::StripeFailed(_))));
    }

    #[tokio::test]
    async fn long_after_the_deadline_the_key_is_not_trusted() {
        let late = after_deadline(KEY_IS_KNOWN + SignedDuration::from_secs(1));
        let (stripe, payments, order) = (created("pm_card_visa").await, FakePayments::default(), order("pm_card_visa"));
        stripe.forget_keys();
        let answer = cancel(&stripe, &payments, &order, NO_REFUND, late).await.unwrap();
        assert_eq!((answer, stripe.calls()), (CancelPaymentAnswer::Canceled, vec!["find", "cancel"]));
        let stripe = FakeStripe::default();
        let nothing = cancel(&stripe, &payments, &order, NO_REFUND, late).await;
        assert!(matches!(nothing, Err(Error::Broken(_))), "an operator has to look");
        assert_eq!((stripe.calls(), stripe.state()), (vec!["find"], None), "nothing is created");
    }

    #[tokio::test]
    async fn an_order_whose_card_does_not_exist_can_be_undone() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        let answer = cancel(&stripe, &payments, &order("pm_missing"), NO_REFUND, now()).await.unwrap();
        assert_eq!((answer, payments.row()), (CancelPaymentAnswer::Canceled, None));
        let faulty = cancel(&FakeStripe::default(), &payments, &order("pm_misconfigured"), NO_REFUND, now()).await;
        assert!(matches!(faulty, Err(Error::StripeRefused(_))), "our own fault proves nothing");
    }
}
