//! `GET /sales/{sku}`: the sale of a product, for everybody.

use kernel::Timestamp;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use super::sku;
use crate::{adapters::PricesTable, api::SaleBody, ports::FindPrices};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (prices, clock) = (PricesTable::new(&runtime)?, runtime.clock);
    Ok(lambda::http(move |request| {
        let (prices, now) = (prices.clone(), clock.now());
        async move { answer(&request, &prices, now).await }
    }))
}

/// The sale of a product.
#[utoipa::path(
    get,
    path = "/sales/{sku}",
    operation_id = "get-sale",
    tag = "orders",
    params(("sku" = String, Path, description = "The sku.", example = "MUG-01")),
    responses(
        (status = 200, description = "The sale.", body = SaleBody),
        (status = 404, description = "The product is in no sale, or there is none.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, prices: &impl FindPrices, now: Timestamp) -> Result<Response, Problem> {
    let sku = sku(request)?;
    let found = prices.prices(std::slice::from_ref(&sku)).await?;
    let sale = found.get(&sku).and_then(|price| price.sale.as_ref()).ok_or_else(|| Problem::not_found("sale"))?;
    Ok(Response::json(200, &SaleBody::new(&sku, sale, now))?.header("cache-control", "max-age=1"))
}
