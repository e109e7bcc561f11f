//! What crosses a context's border is a golden file: a change of contract shows in a diff.

use contracts::{
    events::{CloudEvent, OrderEvent, PaymentEvent, ProductEvent, QueuedOrder, StockAllocated, StockEvent},
    saga,
};
use schemars::schema_for;
use serde_json::Value;

fn schemas() -> Vec<(&'static str, Value)> {
    let value = |schema: schemars::Schema| schema.to_value();
    vec![
        ("event-order", value(schema_for!(CloudEvent<OrderEvent>))),
        ("event-payment", value(schema_for!(CloudEvent<PaymentEvent>))),
        ("event-product", value(schema_for!(CloudEvent<ProductEvent>))),
        ("event-queued-order", value(schema_for!(CloudEvent<QueuedOrder>))),
        ("event-stock-allocated", value(schema_for!(CloudEvent<StockAllocated>))),
        ("event-stock", value(schema_for!(CloudEvent<StockEvent>))),
        ("saga-order", value(schema_for!(saga::OrderSaga))),
        ("saga-reserve-stock", value(schema_for!(saga::ReserveStockAnswer))),
        ("saga-authorize-payment", value(schema_for!(saga::AuthorizePaymentAnswer))),
        ("saga-park-order", value(schema_for!(saga::ParkOrderAnswer))),
        ("saga-commit-stock", value(schema_for!(saga::CommitStockAnswer))),
        ("saga-capture-payment", value(schema_for!(saga::CapturePaymentAnswer))),
        ("saga-confirm-order", value(schema_for!(saga::ConfirmOrderAnswer))),
        ("saga-refuse-stock", value(schema_for!(saga::RefuseStockAnswer))),
        ("saga-cancel-payment", value(schema_for!(saga::CancelPaymentAnswer))),
        ("saga-release-stock", value(schema_for!(saga::ReleaseStockAnswer))),
        ("saga-abandon-order", value(schema_for!(saga::AbandonOrderAnswer))),
    ]
}

/// With `UPDATE_SCHEMAS=1` the files are written instead of compared.
#[test]
fn contracts_have_not_changed_unnoticed() {
    let folder = shop::commands::docs::root().join("shared/contracts/schemas");
    for (name, schema) in schemas() {
        let path = folder.join(format!("{name}.json"));
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, golden, "{name}: if the change is meant, run the tests with UPDATE_SCHEMAS=1");
    }
}
