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
        async move { answer(&request, &*payments).await }
    }))
}

/// One order's payment, with its ledger. A payment that was set aside at once and waits for its capture is not here
/// yet.
#[utoipa::path(
    get,
    path = "/payments/{id}",
    operation_id = NAME,
    tag = "payments",
    security(("jwt" = ["admin"])),
    params(("id" = String, Path, description = "The order's id.")),
    responses(
        (status = 200, description = "The payment.", body = PaymentBody),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "Nothing is known of a payment of this order.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, payments: &impl FindPayment) -> Result<Response, Problem> {
    // What is no order id names no payment.
    let order_id = OrderId::parse(request.path("id")).map_err(|_| Error::NoSuchPayment)?;
    let payment = payments.find(&order_id).await?.ok_or(Error::NoSuchPayment)?;
    Response::json(200, &PaymentBody::from(payment))
}
