//! Sets an order's money aside at Stripe, or says what the customer has to do first.

use std::sync::Arc;

use contracts::saga::Step;
use lambda::{Handler, Runtime, StartError};

use crate::{
    adapters::{dynamodb::Payments, stripe::Stripe},
    usecases::authorize,
};

pub(crate) const NAME: &str = "authorize-payment";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((Stripe::start(&runtime).await?, Payments::new(&runtime)?));
    Ok(lambda::step(move |Step { order }| {
        let (ports, now) = (Arc::clone(&ports), runtime.clock.now());
        async move { Ok(authorize(&ports.0, &ports.1, &order, now).await?) }
    }))
}
