//! The whole shop in one process: every context's functions in the local cloud.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, bail};
use axum::{Json, Router, routing::post};
use localcloud::{Cloud, CloudError, Code, Options};
use serde_json::json;
use tokio::net::TcpListener;
use topology::{Service, Shop};

use crate::{commands::docs::root, invariants, storefront};

/// Each context's `service.yaml`.
const SERVICES: [(&str, &str); 7] = [
    ("catalog", include_str!("../../../services/catalog/service.yaml")),
    ("orders", include_str!("../../../services/orders/service.yaml")),
    ("inventory", include_str!("../../../services/inventory/service.yaml")),
    ("payments", include_str!("../../../services/payments/service.yaml")),
    ("notifications", include_str!("../../../services/notifications/service.yaml")),
    ("accounts", include_str!("../../../services/accounts/service.yaml")),
    ("operations", include_str!("../../../services/operations/service.yaml")),
];

/// The order saga's definition.
pub const ORDER_SAGA: &str = include_str!("../../../services/orders/saga/order-saga.asl.json");

/// The shop, as its `service.yaml` files describe it.
///
/// # Errors
/// A file cannot be read, or does not fit the others.
pub fn shop() -> anyhow::Result<Shop> {
    let mut services = Vec::new();
    for (context, yaml) in SERVICES {
        services.push(Service::parse(yaml).with_context(|| format!("services/{context}/service.yaml"))?);
    }
    match Shop::new(services) {
        Ok(shop) => Ok(shop),
        Err(faults) => bail!(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// The code of the shop.
pub fn code() -> Code {
    Code {
        functions: vec![
            ("catalog", catalog::functions()),
            ("orders", orders::functions()),
            ("inventory", inventory::functions()),
            ("payments", payments::functions()),
            ("notifications", notifications::functions()),
            ("accounts", accounts::functions()),
            ("operations", operations::functions()),
        ],
        sagas: BTreeMap::from([("orders/order-saga".to_owned(), ORDER_SAGA.to_owned())]),
    }
}

/// Starts the shop in a local cloud whose API will be at `url`.
///
/// # Errors
/// The parts do not fit together, or the data folder cannot be used.
pub fn start(options: Options, url: &str) -> anyhow::Result<Arc<Cloud>> {
    let cloud = Cloud::start(shop()?, code(), options, url).map_err(|error: CloudError| anyhow::anyhow!(error))?;
    Ok(Arc::new(cloud))
}

/// Everything that is served over HTTP: the pages, the API, the issuer, the console, and the check of invariants.
pub fn router(cloud: &Arc<Cloud>) -> Router {
    let checked = Arc::downgrade(cloud);
    let check = move || {
        let violations = checked.upgrade().map(|cloud| invariants::check(&cloud)).unwrap_or_default();
        std::future::ready(Json(json!({ "violations": violations })))
    };
    let shop = cloud.router().route("/_local/check", post(check));
    storefront::before(shop, &root().join("storefront"))
}

/// Serves the shop's [`router`] until `until` is ready.
///
/// # Errors
/// The socket fails.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    until: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(until).await.context("the HTTP server failed")
}
