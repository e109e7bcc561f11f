//! `POST /orders`: prices an order, writes it down, and starts its saga.

use std::sync::Arc;

use kernel::{Clock, Money, SignedDuration};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use super::pace;
use crate::{
    Error,
    adapters::{Limits, OrderTopic, OrdersTable, PriceCache, PricesTable, Sagas, Turns},
    api::{OrderBody, PlaceOrderBody},
    domain::{self, Refused},
    usecases::{PlaceOrder, Placed},
};

/// After so long it is worth asking again whether the queue has room.
const QUEUE_FULL_RETRY_SECONDS: &str = "60";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = Arc::new(OrdersTable::new(&runtime)?);
    let lifetime = runtime.settings.seconds("PRICE_CACHE_SECONDS")?;
    let place = PlaceOrder {
        put: orders.clone(),
        find: orders.clone(),
        prices: Arc::new(PriceCache::new(PricesTable::new(&runtime)?, lifetime, runtime.clock.clone())),
        saga: Arc::new(Sagas::new(&runtime)?),
        limits: Arc::new(Limits::new(&runtime)?),
        counted: orders,
        queue: Arc::new(OrderTopic::new(&runtime)?),
        turns: Arc::new(Turns::new(&runtime)?),
        pace: pace(&runtime)?,
        time_to_deadline: SignedDuration::from_secs(runtime.settings.parse("ORDER_DEADLINE_SECONDS")?),
    };
    let clock = runtime.clock;
    Ok(lambda::http(move |request| {
        let (place, clock) = (place.clone(), clock.clone());
        async move { answer(&place, clock.as_ref(), &request).await }
    }))
}

async fn answer(place: &PlaceOrder, clock: &dyn Clock, request: &Request) -> Result<Response, Problem> {
    let customer = request.caller()?.id.clone();
    let key = request.idempotency_key()?;
    let body: PlaceOrderBody = request.json()?;
    let fingerprint = domain::fingerprint(&body).map_err(|why| Error::broken("a fingerprint", why))?;
    let id = domain::order_id(&customer, &key);
    let placed = match body.check() {
        Ok(wanted) => place.place(id, customer, fingerprint, wanted, clock.now()).await?,
        // What is legal may change too: an order that was placed before stays placed.
        Err(problem) => place.earlier(&id, &fingerprint).await?.ok_or(problem)?,
    };
    match placed {
        Placed::Order(order) => {
            let response = Response::json(202, &OrderBody::when_placed(&order))?;
            Ok(response.header("location", &format!("/orders/{}", order.order_id)))
        }
        Placed::KeyReused => {
            Err(Problem::new(422, "idempotency-key-reused", "The idempotency key belongs to another request")
                .detail("Send the request as it was, or a new key for a new order."))
        }
        // A turn is free again when others have had theirs, and not in a second.
        Placed::Refused(Refused::QueueFull) => {
            Ok(Response::from(problem(Refused::QueueFull)).header("retry-after", QUEUE_FULL_RETRY_SECONDS))
        }
        Placed::Refused(refused) => Err(problem(refused)),
    }
}

fn problem(refused: Refused) -> Problem {
    let names = |skus: &[kernel::Sku]| skus.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match refused {
        Refused::UnknownSkus(skus) => Problem::new(422, "unknown-sku", "A product is not on sale")
            .detail(format!("Not on sale: {}.", names(&skus))),
        Refused::OtherCurrency(skus) => Problem::new(422, "other-currency", "A product is not sold in this currency")
            .detail(format!("Sold in another currency: {}.", names(&skus))),
        Refused::TotalOutOfRange => Problem::new(422, "total-out-of-range", "The total cannot be charged at once"),
        Refused::PriceChanged { total } => changed(total),
        Refused::SaleNotOpen { sku, opens_at } => Problem::new(409, "sale-not-open", "The sale has not opened yet")
            .detail(format!("The sale of {sku} opens at {opens_at}.")),
        Refused::SaleOver(sku) => {
            Problem::new(409, "sale-over", "The sale is over").detail(format!("The sale of {sku} is over."))
        }
        Refused::SoldOut(sku) => Problem::new(409, "sold-out", "The product is sold out").detail(format!(
            "Nothing is left of {sku}. Orders that are not paid give their units back: try again later."
        )),
        Refused::SaleAlone(sku) => Problem::new(422, "sale-alone", "A product in a sale is bought alone")
            .detail(format!("{sku} is in a sale: place one order for it, and another for the rest.")),
        Refused::CustomerLimit { sku, most } => {
            Problem::new(409, "customer-limit", "No more of this product for one customer")
                .detail(format!("Each customer can have {most} of {sku} in its sale."))
        }
        Refused::QueueFull => Problem::new(503, "queue-full", "Too many are waiting")
            .detail("So many orders wait to be paid that yours would not be through in time. Please try again later."),
    }
}

fn changed(total: Money) -> Problem {
    Problem::new(409, "price-changed", "The price has changed")
        .detail(format!("The order costs {total} now. Show that to the customer, and send it as expected_total."))
}

/// Describes the route.
#[utoipa::path(
    post,
    path = "/orders",
    operation_id = "place-order",
    tag = "orders",
    summary = "Places an order",
    description = "Answers as soon as the order is written down; what becomes of it, GET /orders/{id} tells. The same request \
                   with the same Idempotency-Key is answered with the same bytes, and orders nothing again.",
    params(("Idempotency-Key" = String, Header, description = "The client's name for this order, 1 to 255 characters", example = "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")),
    request_body = PlaceOrderBody,
    responses(
        (status = 202, description = "The order, accepted", body = OrderBody, headers(("Location" = String, description = "Where the order is"))),
        (status = 400, description = "missing-idempotency-key, malformed-idempotency-key, malformed-request", content_type = "application/problem+json"),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "The token lacks the scope (worded by the gateway)"),
        (status = 409, description = "price-changed, sale-not-open, sale-over, sold-out, customer-limit", content_type = "application/problem+json"),
        (status = 422, description = "invalid-request, idempotency-key-reused, unknown-sku, other-currency, total-out-of-range, sale-alone", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests (worded by the gateway)"),
        (status = 503, description = "unavailable, queue-full", content_type = "application/problem+json")
    ),
    security(("jwt" = ["customer"]))
)]
#[allow(dead_code, reason = "exists for its attribute")]
pub(crate) fn describe() {}
