//! Writes the mail for an order event and sends it, once per order and template.

use std::sync::Arc;

use contracts::events::{CloudEvent, OrderEvent};
use futures::future::join_all;
use kernel::Clock;
use lambda::{FunctionError, Handler, Message, Runtime, StartError, queue_batch};

use crate::{
    Error,
    adapters::{Mailer, Mails},
    domain::{Mail, Template, Writer},
    usecases::send_once,
};

pub(crate) const NAME: &str = "send-email";

struct Sender {
    writer: Writer,
    mails: Mails,
    mailer: Mailer,
    clock: Arc<dyn Clock>,
}

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let sender = Arc::new(Sender {
        writer: Writer::new().map_err(|why| StartError::Outside(why.to_string()))?,
        mails: Mails::new(&runtime)?,
        mailer: Mailer::new(&runtime)?,
        clock: runtime.clock,
    });
    // All messages at once: each mostly waits for SES.
    Ok(queue_batch(move |messages| {
        let sender = Arc::clone(&sender);
        async move { join_all(messages.iter().map(|message| handle(&sender, message))).await }
    }))
}

async fn handle(sender: &Sender, message: &Message) -> Result<(), FunctionError> {
    let mail = mail(&sender.writer, message)?;
    Ok(send_once(&mail, &sender.mails, &sender.mailer, &*sender.clock).await?)
}

fn mail(writer: &Writer, message: &Message) -> Result<Mail, Error> {
    let event: CloudEvent<OrderEvent> = serde_json::from_str(&message.body).map_err(|why| unreadable(&why))?;
    let template =
        Template::of_event(&event.kind).ok_or_else(|| Error::NotAnEvent("no template for its type".to_owned()))?;
    Ok(writer.write(template, &event.data)?)
}

/// Where the message stops making sense. The error's own text may quote the message, and with it an address.
fn unreadable(why: &serde_json::Error) -> Error {
    Error::NotAnEvent(format!("{:?} error at line {}, column {}", why.classify(), why.line(), why.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(body: &str) -> FunctionError {
        let message = Message { id: "1".to_owned(), body: body.to_owned(), receive_count: 1 };
        mail(&Writer::new().unwrap(), &message).unwrap_err().into()
    }

    #[test]
    fn what_is_not_an_order_event_is_broken_and_its_words_are_not_repeated() {
        let wrong_shape =
            r#"{"specversion":"1.0","id":"1","source":"","type":"","subject":"","data":"ada@example.com"}"#;
        for body in ["", "ada@example.com", "{}", "[\"ada@example.com\"]", wrong_shape] {
            let error = failure(body);
            assert_eq!(error.name, FunctionError::BROKEN);
            assert!(!error.message.contains("ada"), "{error}");
        }
    }
}
