//! `GET /sales`: the products that are in a sale, for everybody.

use kernel::Timestamp;
use lambda::{Handler, Problem, Response, Runtime, StartError};

use crate::{
    adapters::PricesTable,
    api::{SaleBody, SalesBody},
    ports::ListSales,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (sales, clock) = (PricesTable::new(&runtime)?, runtime.clock);
    Ok(lambda::http(move |_request| {
        let (sales, now) = (sales.clone(), clock.now());
        async move { answer(&sales, now).await }
    }))
}

/// Every sale that is announced, open or over and not taken away, by sku.
#[utoipa::path(
    get,
    path = "/sales",
    operation_id = "list-sales",
    tag = "orders",
    responses(
        (status = 200, description = "The sales.", body = SalesBody),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(sales: &impl ListSales, now: Timestamp) -> Result<Response, Problem> {
    let sales = sales.sales().await?;
    let items = sales.iter().map(|(sku, sale)| SaleBody::new(sku, sale, now)).collect();
    Ok(Response::json(200, &SalesBody { items })?.header("cache-control", "max-age=10"))
}
