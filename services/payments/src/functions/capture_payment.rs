//! Takes the money that was set aside.

use std::sync::Arc;

use contracts::saga::CapturePayment;
use lambda::{Handler, Runtime, StartError};

use crate::{
    adapters::{dynamodb::Payments, stripe::Stripe},
    usecases::capture,
};

pub(crate) const NAME: &str = "capture-payment";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((Stripe::start(&runtime).await?, Payments::new(&runtime)?));
    Ok(lambda::step(move |CapturePayment { order, payment_intent_id }| {
        let (ports, now) = (Arc::clone(&ports), runtime.clock.now());
        async move { Ok(capture(&ports.0, &ports.1, &order, &payment_intent_id, now).await?) }
    }))
}
