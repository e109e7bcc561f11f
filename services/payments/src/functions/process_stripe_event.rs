//! Asks Stripe what became of a payment, and writes it down if that is news.

use std::sync::Arc;

use lambda::{Handler, Message, Runtime, StartError};

use crate::{
    adapters::{dynamodb::Payments, stripe::Stripe},
    domain::StripeEvent,
    usecases::settle,
};

pub(crate) const NAME: &str = "process-stripe-event";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((Stripe::start(&runtime).await?, Payments::new(&runtime)?));
    Ok(lambda::queue(move |message: Message| {
        let (ports, now) = (Arc::clone(&ports), runtime.clock.now());
        async move {
            let event: StripeEvent = message.json()?;
            Ok(settle(&ports.0, &ports.1, &event, now).await?)
        }
    }))
}
