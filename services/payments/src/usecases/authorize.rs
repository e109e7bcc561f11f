//! Sets an order's money aside.

use contracts::saga::{AuthorizePaymentAnswer, OrderFacts, Refusal};
use kernel::Timestamp;

use super::{create_or_find, record};
use crate::{
    Error,
    domain::{ClientSecret, State},
    ports::{CreateIntent, FindIntents, LookAtIntent, RecordPayment},
};

/// Creates the order's intent and confirms it, or says what became of it.
///
/// Nothing is written down when the money is set aside at once: Stripe remembers what is open (docs/adr/0006). No intent is
/// created after the order's deadline, which also keeps every use of the key far below the 24 hours after which Stripe
/// may have forgotten it and would create a second intent.
///
/// # Errors
/// Stripe or the database did not say, or something is wrong with this shop.
pub async fn authorize(
    stripe: &(impl CreateIntent + FindIntents + LookAtIntent),
    payments: &impl RecordPayment,
    order: &OrderFacts,
    now: Timestamp,
) -> Result<AuthorizePaymentAnswer, Error> {
    let refused = |reason| Ok(AuthorizePaymentAnswer::Refused { reason });
    if now > order.deadline {
        return refused(Refusal::DeadlinePassed);
    }
    let intent = match create_or_find(stripe, order).await {
        Ok(intent) => intent,
        Err(Error::Declined { reason, .. }) => return refused(reason),
        Err(Error::StripeRefused(why)) if why.is_of_the_order() => return refused(Refusal::PaymentDeclined),
        Err(error) => return Err(error),
    };
    // The answer may be the saved one of an earlier try. Where it says that the customer has to act, they may have
    // acted since, so the intent is looked at. Where it says that the money is set aside, the intent may have been
    // canceled since; that does no harm, because the capture decides.
    let intent = match intent.state {
        State::RequiresAction | State::Pending => stripe.look(&intent.id).await?,
        _ => intent,
    };
    match intent.state {
        State::RequiresCapture | State::Succeeded { .. } => {
            Ok(AuthorizePaymentAnswer::Authorized { payment_intent_id: intent.id })
        }
        State::RequiresAction => {
            let Some(client_secret) = intent.client_secret.as_ref().map(ClientSecret::reveal) else {
                return Err(Error::Broken(format!("intent {} has no client secret", intent.id)));
            };
            record(payments, order, &intent, now).await?;
            Ok(AuthorizePaymentAnswer::ActionRequired { client_secret: client_secret.to_owned() })
        }
        State::RequiresPaymentMethod { failure } => refused(failure.unwrap_or(Refusal::PaymentDeclined)),
        State::Canceled { .. } => refused(Refusal::PaymentCanceled),
        State::Pending => Err(Error::Unknown(format!("intent {} is being processed", intent.id))),
    }
}

#[cfg(test)]
mod tests {
    use kernel::SignedDuration;

    use super::*;
    use crate::{
        domain::Status,
        usecases::testing::{FakePayments, FakeStripe, Fault, TAKEN, VOIDED, after_deadline, now, order},
    };

    fn authorized() -> AuthorizePaymentAnswer {
        AuthorizePaymentAnswer::Authorized { payment_intent_id: "pi_1".to_owned() }
    }

    fn refused(reason: Refusal) -> AuthorizePaymentAnswer {
        AuthorizePaymentAnswer::Refused { reason }
    }

    fn action_required() -> AuthorizePaymentAnswer {
        AuthorizePaymentAnswer::ActionRequired { client_secret: "secret".to_owned() }
    }

    #[tokio::test]
    async fn money_set_aside_at_once_costs_one_call_and_no_write() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        for _ in 0..2 {
            assert_eq!(authorize(&stripe, &payments, &order("pm_card_visa"), now()).await.unwrap(), authorized());
            assert_eq!(stripe.calls(), ["create"]);
        }
        assert_eq!((stripe.state(), payments.row()), (Some(State::RequiresCapture), None));
    }

    #[tokio::test]
    async fn nothing_is_created_after_the_deadline() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        let late = after_deadline(SignedDuration::from_millis(1));
        let answer = authorize(&stripe, &payments, &order("pm_card_visa"), late).await.unwrap();
        assert_eq!((answer, stripe.calls()), (refused(Refusal::DeadlinePassed), vec![]));
    }

    #[tokio::test]
    async fn a_lost_request_or_answer_is_asked_for_again_under_the_same_key() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        let stripe = stripe.with("create", [Fault::RequestLost, Fault::AnswerLost]);
        for _ in 0..2 {
            let lost = authorize(&stripe, &payments, &order("pm_card_visa"), now()).await;
            assert!(matches!(lost, Err(Error::Unknown(_))));
        }
        assert_eq!(authorize(&stripe, &payments, &order("pm_card_visa"), now()).await.unwrap(), authorized());
        assert_eq!(stripe.state(), Some(State::RequiresCapture));
    }

    #[tokio::test]
    async fn a_saved_failure_is_resolved_by_search() {
        let payments = FakePayments::default();
        let stripe = FakeStripe::default().with("create", [Fault::FailsAfter]);
        assert_eq!(authorize(&stripe, &payments, &order("pm_card_visa"), now()).await.unwrap(), authorized());
        assert_eq!(stripe.calls(), ["create", "find"]);
        let stripe = FakeStripe::default().with("create", [Fault::Fails]);
        for _ in 0..2 {
            let nothing_known = authorize(&stripe, &payments, &order("pm_card_visa"), now()).await;
            assert!(matches!(nothing_known, Err(Error::StripeFailed(_))), "finding nothing proves nothing");
        }
    }

    #[tokio::test]
    async fn a_decline_is_a_refusal_every_time() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        for _ in 0..2 {
            let answer = authorize(&stripe, &payments, &order("pm_declined"), now()).await.unwrap();
            assert_eq!(answer, refused(Refusal::InsufficientFunds));
        }
        let answer = authorize(&FakeStripe::default(), &payments, &order("pm_missing"), now()).await.unwrap();
        assert_eq!(answer, refused(Refusal::PaymentDeclined), "a card that is not there will not come");
    }

    #[tokio::test]
    async fn what_stripe_refuses_for_our_own_faults_is_broken() {
        let answer =
            authorize(&FakeStripe::default(), &FakePayments::default(), &order("pm_misconfigured"), now()).await;
        assert!(matches!(answer, Err(Error::StripeRefused(_))));
        assert_eq!(lambda::FunctionError::from(answer.unwrap_err()).name, lambda::FunctionError::BROKEN);
    }

    #[tokio::test]
    async fn authentication_is_waited_for_and_written_down() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        payments.fail_once();
        let throttled = authorize(&stripe, &payments, &order("pm_3ds"), now()).await;
        assert!(matches!(throttled, Err(Error::Unavailable(_))));
        assert_eq!(authorize(&stripe, &payments, &order("pm_3ds"), now()).await.unwrap(), action_required());
        assert_eq!(payments.status(), Some(Status::ActionRequired));
    }

    #[tokio::test]
    async fn a_replayed_answer_gives_way_to_what_the_customer_did_since() {
        let failed = |failure| State::RequiresPaymentMethod { failure };
        let cases = [
            (State::RequiresAction, action_required()),
            (State::RequiresCapture, authorized()),
            (TAKEN, authorized()),
            (State::Canceled { was_authorized: false }, refused(Refusal::PaymentCanceled)),
            (failed(Some(Refusal::AuthenticationFailed)), refused(Refusal::AuthenticationFailed)),
            (failed(None), refused(Refusal::PaymentDeclined)),
        ];
        for (state, answer) in cases {
            let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
            authorize(&stripe, &payments, &order("pm_3ds"), now()).await.unwrap();
            stripe.set(state);
            assert_eq!(authorize(&stripe, &payments, &order("pm_3ds"), now()).await.unwrap(), answer, "{state:?}");
        }
    }

    #[tokio::test]
    async fn an_intent_in_processing_is_not_acted_on() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        let answer = authorize(&stripe, &payments, &order("pm_slow"), now()).await;
        assert!(matches!(answer, Err(Error::Unknown(_))));
        stripe.set(State::RequiresCapture);
        assert_eq!(authorize(&stripe, &payments, &order("pm_slow"), now()).await.unwrap(), authorized());
    }

    #[tokio::test]
    async fn a_replay_may_call_a_canceled_intent_authorized_because_the_capture_decides() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        authorize(&stripe, &payments, &order("pm_card_visa"), now()).await.unwrap();
        stripe.set(VOIDED);
        assert_eq!(authorize(&stripe, &payments, &order("pm_card_visa"), now()).await.unwrap(), authorized());
    }

    #[tokio::test]
    async fn an_intent_about_another_amount_is_not_taken_for_the_orders() {
        let (stripe, payments) = (FakeStripe::default(), FakePayments::default());
        let mut order = order("pm_card_visa");
        authorize(&stripe, &payments, &order, now()).await.unwrap();
        order.total = kernel::Money::minor(5, kernel::Currency::EUR);
        assert!(matches!(authorize(&stripe, &payments, &order, now()).await, Err(Error::Broken(_))));
    }
}
