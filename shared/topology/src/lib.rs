//! `services/<context>/service.yaml`: the cloud, described once.
//!
//! One small file per context says what runs, what triggers it and what it may touch. Terraform, the local cloud, the
//! generated tables and the drift tests all read that file; this crate is the Rust side of it. It knows YAML and names, and
//! nothing about AWS.
//!
//! A resource is referred to as `kind/name` inside its context (`table/stock`), and as `context/name` where the kind is
//! clear and the context is another one (`subscribe: { topic: catalog/product-events }`).

mod names;
mod reference;
mod service;
mod shop;
mod trigger;

pub use names::{Given, Names};
pub use reference::{Kind, Reference};
pub use service::{
    Bucket, Function, Index, Key, Notification, Queue, Saga, Secret, Service, Subscription, Table, Topic, View,
};
pub use shop::{Fault, Shop};
pub use trigger::{Route, Trigger};
