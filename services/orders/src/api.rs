//! The HTTP API of this context: its types, and its part of the OpenAPI description.

mod admin;
mod sales;

use kernel::{Currency, EmailAddress, Money, PaymentMethodId, Quantity, Sku, Timestamp};
use lambda::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

pub use self::sales::{PutSaleBody, SaleBody, SalesBody};

use self::admin::AdminBody;
use crate::domain::{Address, LINES_MAX, Line, Order, Pace, Status, Wanted, WantedLine};
use contracts::saga::Refusal;

/// How `Money` looks in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyBody {
    /// Minor units: cents for EUR, yen for JPY.
    #[schema(example = 1980)]
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self { amount_minor: money.amount_minor(), currency: money.currency().code().to_owned() }
    }
}

/// A request to place an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrderBody {
    /// What is wanted. Lines of the same sku are added up.
    #[schema(min_items = 1, max_items = 50)]
    pub items: Vec<ItemBody>,
    /// The currency to pay in, which must be the products'.
    #[schema(example = "EUR")]
    pub currency: String,
    /// A Stripe payment method id.
    #[schema(example = "pm_card_visa")]
    pub payment_method: String,
    /// Where mails go.
    #[schema(example = "ada@example.com")]
    pub email: String,
    /// Where the goods go.
    pub shipping_address: Address,
    /// What the customer believes it costs: when it costs something else, the order is refused with 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_total: Option<MoneyBody>,
}

/// So many of one sku.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemBody {
    /// The sku.
    #[schema(example = "MUG-01")]
    pub sku: String,
    /// How many, 1 to 10,000.
    #[schema(example = 2, minimum = 1, maximum = 10_000)]
    pub quantity: i64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderBody {
    /// Its id.
    #[schema(example = "ord_0f8fad5bd9cb469fa16570867728950e")]
    id: String,
    /// Where it is in its life.
    status: Status,
    /// What was ordered.
    items: Vec<OrderItemBody>,
    /// What it costs in all.
    total: MoneyBody,
    /// When it was placed.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Why it is cancelled: `sold_out`, `hold_expired`, `payment_declined`, `insufficient_funds`, `authentication_failed`,
    /// `payment_canceled`, `deadline_passed`, `cancelled_by_customer` or `cancelled_by_shop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<Refusal>,
    /// What the customer has to do, when the status is `ACTION_REQUIRED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action: Option<NextActionBody>,
    /// Its place in the queue of a sale, while it waits there.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<QueueBody>,
    /// What only admins are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<AdminBody>,
}

/// A place in the queue of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Queue)]
pub struct QueueBody {
    /// What it waits for.
    waits_for: WaitsFor,
    /// How many are paid until it is its turn, itself included. Only when its stock is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 412)]
    position: Option<u64>,
    /// How long that will take, in seconds. Only when its stock is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 10)]
    estimated_seconds: Option<u64>,
}

/// What an order in the queue of a sale waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// It is not known yet whether there is stock for it: for a second or two.
    Stock,
    /// Its stock is held, and it waits for its turn to pay.
    Turn,
}

/// What the customer has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NextAction)]
pub struct NextActionBody {
    /// Authenticate the payment with Stripe.js and this secret.
    client_secret: String,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderItem)]
pub struct OrderItemBody {
    /// The sku.
    sku: String,
    /// The product's name when it was ordered.
    name: String,
    /// How many.
    quantity: i64,
    /// The price of one when it was ordered.
    unit_price: MoneyBody,
}

/// A page of orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrdersPage {
    /// The orders, newest first.
    pub items: Vec<OrderBody>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl OrderBody {
    /// The order as it is.
    pub fn now(order: &Order) -> Self {
        let secret = order.client_secret.clone().filter(|_| order.status == Status::ActionRequired);
        Self {
            status: order.status,
            updated_at: order.updated_at,
            reason: order.reason,
            next_action: secret.map(|client_secret| NextActionBody { client_secret }),
            ..Self::when_placed(order)
        }
    }

    /// The order as it was when it was placed. Made of what never changes, so that a repeated request is answered with the
    /// same bytes, whatever has become of the order.
    pub fn when_placed(order: &Order) -> Self {
        Self {
            id: order.order_id.to_string(),
            status: Status::Pending,
            items: order.lines.iter().map(item).collect(),
            total: order.total.into(),
            created_at: order.created_at,
            updated_at: order.created_at,
            reason: None,
            next_action: None,
            queue: None,
            admin: None,
        }
    }

    /// With what only admins are told.
    #[must_use]
    pub fn for_admin(self, order: &Order) -> Self {
        Self { admin: Some(AdminBody::of(order)), ..self }
    }

    /// With its place in the queue, if it waits there.
    #[must_use]
    pub fn in_queue(self, order: &Order, pace: Pace, now: Timestamp) -> Self {
        if !order.queued || order.status != Status::Pending {
            return self;
        }
        let queue = match (order.starts_at, order.waits(now)) {
            (None, _) => Some(QueueBody { waits_for: WaitsFor::Stock, position: None, estimated_seconds: None }),
            (Some(at), Some(wait)) => Some(QueueBody {
                waits_for: WaitsFor::Turn,
                position: Some(pace.position(at, now)),
                estimated_seconds: Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
            }),
            (Some(_), None) => None,
        };
        Self { queue, ..self }
    }
}

fn item(line: &Line) -> OrderItemBody {
    OrderItemBody {
        sku: line.sku.to_string(),
        name: line.name.clone(),
        quantity: line.quantity.into(),
        unit_price: line.unit_price.into(),
    }
}

impl PlaceOrderBody {
    /// Checks every field, and takes the request.
    ///
    /// # Errors
    /// 422, with every field that is wrong.
    pub fn check(&self) -> Result<Wanted, Problem> {
        let mut faults = Faults(Problem::invalid());
        let lines = self.lines(&mut faults);
        let currency = faults.take("/currency", Currency::parse(&self.currency));
        let payment_method = faults.take("/payment_method", PaymentMethodId::parse(self.payment_method.as_str()));
        let email = faults.take("/email", EmailAddress::parse(self.email.as_str()));
        faults.check_address(&self.shipping_address);
        let expected_total = self.expected_total.as_ref().and_then(|total| {
            let currency = faults.take("/expected_total/currency", Currency::parse(&total.currency))?;
            Some(Money::minor(total.amount_minor, currency))
        });
        match (currency, payment_method, email) {
            (Some(currency), Some(payment_method), Some(email)) if faults.0.errors.is_empty() => {
                let shipping_address = self.shipping_address.clone();
                Ok(Wanted { lines, currency, payment_method, email, shipping_address, expected_total })
            }
            _ => Err(faults.0),
        }
    }

    /// One line per sku, sorted by sku.
    fn lines(&self, faults: &mut Faults) -> Vec<WantedLine> {
        if self.items.is_empty() || self.items.len() > LINES_MAX {
            faults.add("/items", format!("must be 1 to {LINES_MAX} lines"));
        }
        let mut by_sku = std::collections::BTreeMap::<Sku, Quantity>::new();
        for (place, item) in self.items.iter().enumerate() {
            let sku = faults.take(&format!("/items/{place}/sku"), Sku::parse(item.sku.as_str()));
            let quantity = faults.take(&format!("/items/{place}/quantity"), Quantity::new(item.quantity));
            let (Some(sku), Some(quantity)) = (sku, quantity) else { continue };
            let sum = by_sku.get(&sku).map_or(Ok(quantity), |so_far| so_far.plus(quantity));
            if let Some(sum) = faults.take(&format!("/items/{place}/quantity"), sum) {
                by_sku.insert(sku, sum);
            }
        }
        by_sku.into_iter().map(|(sku, quantity)| WantedLine { sku, quantity }).collect()
    }
}

/// Collects what is wrong, so that a client hears all of it at once.
struct Faults(Problem);

impl Faults {
    fn add(&mut self, pointer: &str, detail: impl std::fmt::Display) {
        self.0.errors.push(lambda::FieldError { pointer: pointer.to_owned(), detail: detail.to_string() });
    }

    fn take<T>(&mut self, pointer: &str, checked: Result<T, kernel::Invalid>) -> Option<T> {
        checked.map_err(|why| self.add(pointer, why)).ok()
    }

    fn check_address(&mut self, address: &Address) {
        let mut text = |field: &str, value: &str, most: usize| {
            let legal =
                !value.trim().is_empty() && value.chars().count() <= most && !value.chars().any(char::is_control);
            if !legal {
                self.add(&format!("/shipping_address/{field}"), format!("must be 1 to {most} characters"));
            }
        };
        text("name", &address.name, 100);
        text("line1", &address.line1, 100);
        text("city", &address.city, 100);
        text("postal_code", &address.postal_code, 20);
        if let Some(line2) = &address.line2 {
            text("line2", line2, 100);
        }
        if let Some(state) = &address.state {
            text("state", state, 100);
        }
        if address.country.len() != 2 || !address.country.chars().all(|c| c.is_ascii_uppercase()) {
            self.add("/shipping_address/country", "must be two capital letters (ISO 3166-1 alpha-2)");
        }
    }
}

/// This context's part of the OpenAPI description.
#[derive(OpenApi)]
#[openapi(
    paths(
        crate::functions::place_order::describe,
        crate::functions::get_order::describe,
        crate::functions::list_orders::describe,
        crate::functions::cancel_order::describe,
        crate::functions::resume_order::answer,
        crate::functions::put_sale::answer,
        crate::functions::get_sale::answer,
        crate::functions::list_sales::answer,
        crate::functions::delete_sale::answer
    ),
    components(schemas(PlaceOrderBody, OrderBody, OrdersPage, MoneyBody))
)]
pub struct Api;
