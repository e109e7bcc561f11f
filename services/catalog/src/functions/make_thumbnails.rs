//! Looks at what was uploaded, and puts what is to be shown of it on its product.

use std::sync::Arc;

use lambda::{Handler, Message, Runtime, StartError, queue};

use crate::{
    adapters::{DeadLetters, Files, ProductImages, Uploaded},
    usecases::{Workshop, make_thumbnails},
};

pub(crate) const NAME: &str = "make-thumbnails";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let workshop = Arc::new(Workshop {
        images: Box::new(ProductImages::new(&runtime)?),
        uploads: Box::new(Uploaded::new(&runtime)),
        files: Box::new(Files::new(&runtime)?),
        dead_letters: Box::new(DeadLetters::new(&runtime)?),
    });
    let clock = runtime.clock;
    Ok(queue(move |message: Message| {
        let (workshop, now) = (Arc::clone(&workshop), clock.now());
        async move { Ok(make_thumbnails(&workshop, &message.body, now).await?) }
    }))
}
