//! Sees to it that no money moves, or gives it back, or says that it has been taken.

use std::sync::Arc;

use contracts::saga::CancelPayment;
use lambda::{Handler, Runtime, StartError};

use crate::{
    adapters::{dynamodb::Payments, stripe::Stripe},
    usecases::cancel,
};

pub(crate) const NAME: &str = "cancel-payment";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((Stripe::start(&runtime).await?, Payments::new(&runtime)?));
    Ok(lambda::step(move |CancelPayment { order, refund_if_captured }| {
        let (ports, now) = (Arc::clone(&ports), runtime.clock.now());
        async move { Ok(cancel(&ports.0, &ports.1, &order, refund_if_captured, now).await?) }
    }))
}
