//! The shop's promises, checked: no oversell, no double charge, no lost order.
//!
//! Each context audits its own tables; what holds between contexts is checked here. Orders that the saga is still at work on
//! are left out of the latter, so that the check may be asked for at any time.

use std::collections::BTreeMap;

use localcloud::Cloud;
use serde_json::Value;

/// All that a shop has written down, and what the outside says.
#[derive(Debug, Default)]
pub struct Evidence {
    /// The items of `orders/orders`, as plain JSON.
    pub orders: Vec<Value>,
    /// The items of `orders/prices`.
    pub prices: Vec<Value>,
    /// The items of `inventory/stock`.
    pub stock: Vec<Value>,
    /// The items of `inventory/holds`.
    pub holds: Vec<Value>,
    /// The items of `payments/payments`.
    pub payments: Vec<Value>,
    /// The items of `notifications/mails`.
    pub mails: Vec<Value>,
    /// Stripe's payment intents, each with `_local.amount_refunded`.
    pub intents: Vec<Value>,
    /// The mails that were sent, each with its `tags`.
    pub outbox: Vec<Value>,
    /// The functions that gave up on a stream record.
    pub failed_records: Vec<String>,
}

impl Evidence {
    /// What the local cloud has.
    ///
    /// # Errors
    /// A table cannot be read.
    pub fn of(cloud: &Cloud) -> Result<Self, String> {
        let table = |context: &str, name: &str| {
            cloud.scan(context, name).map_err(|why| format!("{context}/{name} cannot be read: {why}"))
        };
        Ok(Self {
            orders: table("orders", "orders")?,
            prices: table("orders", "prices")?,
            stock: table("inventory", "stock")?,
            holds: table("inventory", "holds")?,
            payments: table("payments", "payments")?,
            mails: table("notifications", "mails")?,
            intents: cloud.payment_intents(),
            outbox: {
                let mails = cloud.mails();
                let of_functions = mails.iter().filter(|mail| !mail.is_of_user_pool());
                of_functions.filter_map(|mail| serde_json::to_value(mail).ok()).collect()
            },
            failed_records: cloud.failed_records().into_iter().map(|record| record.function).collect(),
        })
    }

    /// What may never be wrong, not even while orders are under way.
    pub fn violations_at_any_time(&self) -> Vec<String> {
        let mut violations = orders::audit::audit(&self.orders);
        violations.extend(inventory::audit::audit(&self.stock, &self.holds));
        violations.extend(between_contexts(&self.orders, &self.holds, &self.intents));
        violations
    }

    /// Everything that is wrong.
    pub fn violations(&self) -> Vec<String> {
        let mut violations = self.violations_at_any_time();
        violations.extend(payments::audit::audit(&self.payments, &self.intents));
        violations.extend(notifications::audit::audit(&self.mails, &self.outbox));
        violations.extend(self.failed_records.iter().map(|name| format!("{name} could not handle a stream record")));
        violations
    }
}

/// Everything that is wrong now in the local cloud.
pub fn check(cloud: &Cloud) -> Vec<String> {
    match Evidence::of(cloud) {
        Ok(evidence) => evidence.violations(),
        Err(unreadable) => vec![unreadable],
    }
}

/// A confirmed order is paid once and has its stock; a cancelled one holds nothing and costs nothing; and nothing is held or
/// charged for an order that does not exist.
fn between_contexts(orders: &[Value], holds: &[Value], intents: &[Value]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut books: BTreeMap<&str, Books<'_>> = BTreeMap::new();
    for order in orders {
        books.entry(text(&order["order_id"])).or_default().order = Some(order);
    }
    for hold in holds {
        books.entry(text(&hold["order_id"])).or_default().holds.push(hold);
    }
    for intent in intents {
        books.entry(text(&intent["metadata"]["order_id"])).or_default().intents.push(intent);
    }
    for (id, books) in books {
        violations.extend(books.faults().into_iter().map(|fault| format!("{id}: {fault}")));
    }
    violations
}

/// All that there is about one order.
#[derive(Default)]
struct Books<'a> {
    order: Option<&'a Value>,
    holds: Vec<&'a Value>,
    intents: Vec<&'a Value>,
}

impl Books<'_> {
    fn faults(&self) -> Vec<String> {
        let Some(order) = self.order else { return vec!["something is held or charged for no order".to_owned()] };
        let mut faults = Vec::new();
        if self.intents.len() > 1 {
            faults.push(format!("it has {} payment intents", self.intents.len()));
        }
        match text(&order["status"]) {
            "CONFIRMED" => {
                if self.taken() != number(&order["total"]["amount_minor"]) {
                    faults.push(format!("it is confirmed, and {} was taken for it", self.taken()));
                }
                let lines = order["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
                let committed = |line: &&Value| {
                    self.holds.iter().any(|hold| {
                        hold["sku"] == line["sku"]
                            && hold["quantity"] == line["quantity"]
                            && text(&hold["state"]) == "committed"
                    })
                };
                let without = lines.iter().filter(|line| !committed(line)).count();
                if without > 0 {
                    faults.push(format!("it is confirmed, and {without} of its lines have no committed stock"));
                }
            }
            "CANCELLED" => {
                if self.taken() != 0 {
                    faults.push(format!("it is cancelled, and {} was taken for it", self.taken()));
                }
                if self.intents.iter().any(|intent| text(&intent["status"]) == "requires_capture") {
                    faults.push("it is cancelled, and its money is still set aside".to_owned());
                }
                let holding =
                    self.holds.iter().filter(|hold| ["held", "committed"].contains(&text(&hold["state"]))).count();
                if holding > 0 {
                    faults.push(format!("it is cancelled, and still has {holding} holds"));
                }
            }
            _ => {}
        }
        faults
    }

    /// What was captured and not given back, in minor units.
    fn taken(&self) -> i64 {
        let of = |intent: &&Value| number(&intent["amount_received"]) - number(&intent["_local"]["amount_refunded"]);
        self.intents.iter().map(of).sum()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}
