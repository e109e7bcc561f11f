//! `PUT /sales/{sku}`: announces, opens, changes or closes the sale of a product.

use kernel::Timestamp;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};
use tracing::info;

use super::sku;
use crate::{
    adapters::PricesTable,
    api::{PutSaleBody, SaleBody},
    ports::KeepSales,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (sales, clock) = (PricesTable::new(&runtime)?, runtime.clock);
    Ok(lambda::http(move |request| {
        let (sales, now) = (sales.clone(), clock.now());
        async move { answer(&request, &sales, now).await }
    }))
}

/// Announces, opens, changes or closes the sale of a product. While a product is in a sale it is sold from `opens_at` to
/// `closes_at` only, alone, and its orders wait in a queue for their stock and their turn to pay. A sale that is announced is
/// in force within 30 seconds, and what changes of it within one.
#[utoipa::path(
    put,
    path = "/sales/{sku}",
    operation_id = "put-sale",
    tag = "orders",
    security(("jwt" = ["admin"])),
    params(("sku" = String, Path, description = "The sku.", example = "MUG-01")),
    request_body = PutSaleBody,
    responses(
        (status = 200, description = "The sale.", body = SaleBody),
        (status = 400, description = "malformed-request", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "There is no such product.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid-request", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, sales: &impl KeepSales, now: Timestamp) -> Result<Response, Problem> {
    let sku = sku(request)?;
    let sale = request.json::<PutSaleBody>()?.check(now)?;
    if !sales.set_sale(&sku, Some(&sale)).await? {
        return Err(Problem::not_found("product"));
    }
    info!(%sku, opens_at = %sale.opens_at, "sale");
    Response::json(200, &SaleBody::new(&sku, &sale, now))
}
