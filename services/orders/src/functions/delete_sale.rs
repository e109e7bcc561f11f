//! `DELETE /sales/{sku}`: a product is sold as always again.

use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use super::sku;
use crate::{adapters::PricesTable, ports::KeepSales};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let sales = PricesTable::new(&runtime)?;
    Ok(lambda::http(move |request| {
        let sales = sales.clone();
        async move { answer(&request, &sales).await }
    }))
}

/// Takes a product out of its sale: it is sold as always again. Orders that wait in the queue stay there.
#[utoipa::path(
    delete,
    path = "/sales/{sku}",
    operation_id = "delete-sale",
    tag = "orders",
    security(("jwt" = ["admin"])),
    params(("sku" = String, Path, description = "The sku.", example = "MUG-01")),
    responses(
        (status = 204, description = "It is in no sale."),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "There is no such product.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, sales: &impl KeepSales) -> Result<Response, Problem> {
    match sales.set_sale(&sku(request)?, None).await? {
        true => Ok(Response::empty(204)),
        false => Err(Problem::not_found("product")),
    }
}
