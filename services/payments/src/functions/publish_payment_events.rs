//! Tells the other contexts what became of payments.

use contracts::events::{
    CloudEvent, PAYMENT_ACTION_REQUIRED, PAYMENT_AUTHORIZED, PAYMENT_CANCELED, PAYMENT_CAPTURED, PAYMENT_DECLINED,
    PAYMENT_REFUNDED, PaymentEvent,
};
use lambda::{Change, Handler, Outbox, Runtime, StartError};

use crate::domain::{Payment, Status};

pub(crate) const NAME: &str = "publish-payment-events";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    Ok(lambda::publisher(Outbox::new(&runtime, "PAYMENT_EVENTS_TOPIC")?, events))
}

/// One event per change of status. A payment takes each status at most once, so order and status name the event.
fn events(change: &Change<Payment>) -> Vec<CloudEvent<PaymentEvent>> {
    let Some(payment) = &change.new else { return Vec::new() };
    if change.old.as_ref().is_some_and(|old| old.status == payment.status) {
        return Vec::new();
    }
    let (kind, status) = match payment.status {
        Status::ActionRequired => (PAYMENT_ACTION_REQUIRED, "action_required"),
        Status::Declined => (PAYMENT_DECLINED, "declined"),
        Status::Authorized => (PAYMENT_AUTHORIZED, "authorized"),
        Status::Canceled => (PAYMENT_CANCELED, "canceled"),
        Status::Captured => (PAYMENT_CAPTURED, "captured"),
        Status::Refunded => (PAYMENT_REFUNDED, "refunded"),
    };
    let data = PaymentEvent {
        order_id: payment.order_id.clone(),
        payment_intent_id: payment.intent_id.clone(),
        amount: payment.amount,
        reason: payment.reason,
    };
    let id = format!("{}:{status}", payment.order_id);
    vec![CloudEvent::new(kind, id, payment.order_id.as_str(), payment.updated_at, data)]
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, OrderId, Timestamp};

    use super::*;
    use crate::domain::{Intent, State};

    fn row(state: State) -> Payment {
        let order_id = OrderId::from_bytes([7; 16]);
        let amount = Money::minor(1980, Currency::EUR);
        let intent = Intent { id: "pi_1".to_owned(), order_id: None, amount, state, client_secret: None };
        Payment::of(&order_id, &intent, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn change(old: Option<Payment>, new: Option<Payment>) -> Change<Payment> {
        Change { old, new, at: Timestamp::UNIX_EPOCH, sequence_number: "1".to_owned() }
    }

    #[test]
    fn a_change_of_status_is_an_event_with_a_name_of_its_own() {
        let (authorized, canceled) = (row(State::RequiresCapture), row(State::Canceled { was_authorized: true }));
        let first = events(&change(None, Some(authorized.clone())));
        let second = events(&change(Some(authorized), Some(canceled)));
        let [first, second] = [&first[..], &second[..]].map(|events| {
            assert_eq!(events.len(), 1);
            events[0].clone()
        });
        assert_eq!((first.kind.as_str(), second.kind.as_str()), (PAYMENT_AUTHORIZED, PAYMENT_CANCELED));
        assert_ne!(first.id, second.id);
        assert_eq!(first.subject, second.subject);
        assert!(first.data.reason.is_none() && second.data.reason.is_some());
    }

    #[test]
    fn nothing_else_is() {
        let row = row(State::RequiresCapture);
        assert!(events(&change(Some(row.clone()), Some(row.clone()))).is_empty());
        assert!(events(&change(Some(row), None)).is_empty());
    }
}
