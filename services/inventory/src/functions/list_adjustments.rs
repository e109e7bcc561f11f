//! `GET /stock/{sku}/adjustments`: what admins did to a sku's stock, newest first, a page at a time.

use std::sync::Arc;

use kernel::Sku;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{
    Error,
    adapters::AdjustmentsLedger,
    api::AdjustmentsPage,
    domain::{Adjustment, AdjustmentPosition},
    ports::ListAdjustments,
};

pub(crate) const NAME: &str = "list-adjustments";

const LIMIT_DEFAULT: usize = 20;
const LIMIT_MAX: usize = 100;

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ledger = Arc::new(AdjustmentsLedger::new(&runtime)?);
    Ok(http(move |request| {
        let ledger = Arc::clone(&ledger);
        async move { answer(&request, &*ledger).await }
    }))
}

/// What admins did to a sku's stock: units received and written off, newest first.
#[utoipa::path(
    get,
    path = "/stock/{sku}/adjustments",
    operation_id = NAME,
    tag = "inventory",
    security(("jwt" = ["admin"])),
    params(
        ("sku" = String, Path, description = "The sku.", example = "MUG-01"),
        ("limit" = Option<u32>, Query, description = "Adjustments per page, 1 to 100; 20 unless told"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
    ),
    responses(
        (status = 200, description = "A page; an empty one, when nothing was ever received.", body = AdjustmentsPage),
        (status = 400, description = "malformed-cursor", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "No sku is called this.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The limit is not allowed.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, ledger: &impl ListAdjustments) -> Result<Response, Problem> {
    let sku = Sku::parse(request.path("sku")).map_err(|_| Error::UnknownSku)?;
    let limit = request.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let (page, more) = ledger.adjustments(&sku, request.position()?.as_ref(), limit).await?;
    let position = |last: &Adjustment| AdjustmentPosition { at: last.at, id: last.id.clone() };
    let next = page.last().filter(|_| more).map(|last| lambda::cursor(&position(last))).transpose()?;
    let body = AdjustmentsPage { items: page.into_iter().map(Into::into).collect(), next_cursor: next };
    Ok(Response::json(200, &body)?.header("cache-control", "private, no-store"))
}
