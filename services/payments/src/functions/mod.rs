//! The functions of this context, one file each.

mod authorize_payment;
mod cancel_payment;
mod capture_payment;
pub(crate) mod get_payment;
mod process_stripe_event;
mod publish_payment_events;
pub(crate) mod receive_stripe_webhook;

use lambda::Function;

/// Every function of this context, by its name in `service.yaml`.
pub fn functions() -> Vec<Function> {
    vec![
        Function::new(authorize_payment::NAME, authorize_payment::start),
        Function::new(capture_payment::NAME, capture_payment::start),
        Function::new(cancel_payment::NAME, cancel_payment::start),
        Function::new(receive_stripe_webhook::NAME, receive_stripe_webhook::start),
        Function::new(process_stripe_event::NAME, process_stripe_event::start),
        Function::new(get_payment::NAME, get_payment::start),
        Function::new(publish_payment_events::NAME, publish_payment_events::start),
    ]
}
