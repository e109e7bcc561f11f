//! `GET /mails/{order}`: which mails an order's customer was sent.

use std::sync::Arc;

use kernel::OrderId;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use crate::{adapters::SentMails, api::MailsBody, ports::ListMails};

pub(crate) const NAME: &str = "list-mails";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let mails = Arc::new(SentMails::new(&runtime)?);
    Ok(lambda::http(move |request: Request| {
        let mails = Arc::clone(&mails);
        async move { answer(&request, &*mails).await }
    }))
}

/// Which mails an order's customer was sent, or is being sent. They are forgotten after 90 days.
#[utoipa::path(
    get,
    path = "/mails/{order}",
    operation_id = NAME,
    tag = "notifications",
    security(("jwt" = ["admin"])),
    params(("order" = String, Path, description = "The order's id.")),
    responses(
        (status = 200, description = "The mails.", body = MailsBody),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "No order is called this.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, mails: &impl ListMails) -> Result<Response, Problem> {
    let order_id = OrderId::parse(request.path("order")).map_err(|_| Problem::not_found("order"))?;
    let mails = mails.mails(&order_id).await?;
    let body = MailsBody { order_id: order_id.to_string(), mails: mails.into_iter().map(Into::into).collect() };
    Ok(Response::json(200, &body)?.header("cache-control", "private, no-store"))
}
