//! `GET /availability`: how many units of some skus can be ordered.

use std::sync::Arc;

use kernel::Sku;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{
    adapters::StockTable,
    api::{AvailabilityBody, AvailableBody},
    ports::ReadAvailability,
};

pub(crate) const NAME: &str = "get-availability";

/// Skus in one question, at most: as many as an order has lines.
const SKUS_MAX: usize = 50;

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let stock = Arc::new(StockTable::new(&runtime)?);
    Ok(http(move |request| {
        let stock = Arc::clone(&stock);
        async move { answer(&request, &*stock).await }
    }))
}

/// How many units of some skus can be ordered: for a page, and no promise. What was received, sold and written off is for
/// admins.
#[utoipa::path(
    get,
    path = "/availability",
    operation_id = NAME,
    tag = "inventory",
    params(("skus" = String, Query, description = "1 to 50 skus, with commas between them.", example = "MUG-01,PEN-01")),
    responses(
        (status = 200, description = "What could be ordered a moment ago.", body = AvailabilityBody),
        (status = 422, description = "There are no skus, too many, or what is none.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, stock: &impl ReadAvailability) -> Result<Response, Problem> {
    let skus = skus(request.query("skus").unwrap_or_default())?;
    let units = stock.available(&skus).await?;
    let of = |sku: Sku| {
        let units = units.get(&sku).copied().unwrap_or_default();
        AvailableBody::of(sku, units)
    };
    let body = AvailabilityBody { items: skus.into_iter().map(of).collect() };
    Ok(Response::json(200, &body)?.header("cache-control", "public, max-age=1"))
}

/// The skus that are asked for, each once.
fn skus(text: &str) -> Result<Vec<Sku>, Problem> {
    let mut skus = Vec::new();
    for part in text.split(',') {
        let sku = Sku::parse(part).map_err(|why| Problem::invalid().field("/skus", format!("{part:?}: {why}")))?;
        if !skus.contains(&sku) {
            skus.push(sku);
        }
        if skus.len() > SKUS_MAX {
            return Err(Problem::invalid().field("/skus", format!("must be 1 to {SKUS_MAX} skus")));
        }
    }
    Ok(skus)
}
