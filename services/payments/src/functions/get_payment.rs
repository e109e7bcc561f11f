//! One order's payment, with its ledger.

use std::sync::Arc;

use kernel::OrderId;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use crate::{Error, adapters::dynamodb::Payments, api::PaymentBody, ports::FindPayment};

pub(crate) const NAME: &str = "get-payment";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let payments = Arc::new(Payments::new(&runtime)?);
    Ok(lambda::http(move |request: Request| {
        let payments = Arc::clone(&payments);
        async move {
            // What is no order id names no payment.
            let order_id = OrderId::parse(request.path("id")).map_err(|_| Problem::from(Error::NoSuchPayment))?;
            let payment = payments.find(&order_id).await?.ok_or(Error::NoSuchPayment)?;
            Response::json(200, &PaymentBody::from(payment))
        }
    }))
}
