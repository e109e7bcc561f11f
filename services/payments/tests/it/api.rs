//! The API's description is of the functions that there are.

use std::collections::BTreeSet;

use topology::{Service, Trigger};
use utoipa::OpenApi;

#[test]
fn every_http_function_is_described_under_its_route_and_name() {
    let service = Service::parse(include_str!("../../service.yaml")).unwrap();
    let api = serde_json::to_value(payments::api::Api::openapi()).unwrap();
    let mut described = BTreeSet::new();
    for (path, operations) in api["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            described.insert((name, format!("{} {path}", method.to_uppercase())));
        }
    }
    let http = |(name, function): (&String, &topology::Function)| match &function.trigger {
        Trigger::Http { route, .. } => Some((name.clone(), route.to_string())),
        _ => None,
    };
    let deployed: BTreeSet<(String, String)> = service.functions.iter().filter_map(http).collect();
    assert_eq!(described, deployed);
}
