//! Tells the other contexts what changed: the table's stream is the outbox.

use lambda::{Change, Handler, Outbox, Runtime, StartError, publisher};

use crate::domain::{Product, event};

pub(crate) const NAME: &str = "publish-product-events";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let topic = Outbox::new(&runtime, "PRODUCT_EVENTS_TOPIC")?;
    // An item that vanishes means nothing: this context never deletes one, it leaves a tombstone.
    Ok(publisher(topic, |change: &Change<Product>| change.new.iter().map(event).collect()))
}
