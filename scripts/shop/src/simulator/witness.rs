//! Sees what leaves the shop and leaves no trace in its tables: mails and events.

use std::collections::BTreeMap;

use localcloud::driver::Call;
use serde_json::Value;

/// A mail that was given to SES.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The invocation that sent it.
    request_id: String,
    /// Whether SES's answer arrived.
    answered: bool,
    /// Whether it did, and the sender wrote it down. Otherwise the mail may have to be sent again.
    pub recorded: bool,
}

/// An event that a topic took.
#[derive(Debug, Clone)]
pub struct Published {
    /// What it is about.
    pub subject: String,
    /// Its type.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it tells.
    pub data: Value,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Witness {
    mails: BTreeMap<(String, String), Vec<Sent>>,
    events: Vec<Published>,
}

impl Witness {
    /// The mails that were given to SES, by order and template, in order.
    pub fn mails(&self) -> &BTreeMap<(String, String), Vec<Sent>> {
        &self.mails
    }

    /// The events that topics took, in order.
    pub fn events(&self) -> &[Published] {
        &self.events
    }

    /// A call is performed.
    pub(super) fn performed(&mut self, call: &Call<'_>) {
        match (call.service, call.function, call.action) {
            ("ses", ..) => {
                if let Some(mail) = tagged(call) {
                    let sent = Sent { request_id: call.request_id.to_owned(), answered: false, recorded: false };
                    self.mails.entry(mail).or_default().push(sent);
                }
            }
            // The sender's first write about a mail that it has sent, which is how it records that.
            ("dynamodb", "notifications/send-email", "UpdateItem") => {
                if let Some(sent) = keyed(call).and_then(|mail| self.last_of(&mail, call.request_id)) {
                    sent.recorded |= sent.answered;
                }
            }
            _ => {}
        }
    }

    /// The answer of a call arrives.
    pub(super) fn answered(&mut self, call: &Call<'_>, status: u16) {
        if call.service == "ses"
            && status == 200
            && let Some(sent) = tagged(call).and_then(|mail| self.last_of(&mail, call.request_id))
        {
            sent.answered = true;
        }
    }

    fn last_of(&mut self, mail: &(String, String), request_id: &str) -> Option<&mut Sent> {
        self.mails.get_mut(mail)?.iter_mut().rev().find(|sent| sent.request_id == request_id)
    }

    /// A topic takes a message.
    pub(super) fn published(&mut self, message: &str) {
        let mut event: Value = serde_json::from_str(message).unwrap_or_default();
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        let (subject, kind, id) = (text("subject"), text("type"), text("id"));
        self.events.push(Published { subject, kind, id, data: event["data"].take() });
    }
}

/// Order and template of a mail that SES is given.
fn tagged(call: &Call<'_>) -> Option<(String, String)> {
    let body: Value = serde_json::from_slice(call.body).ok()?;
    let tags = body["EmailTags"].as_array()?;
    let tag = |wanted: &str| tags.iter().find(|tag| tag["Name"] == wanted)?["Value"].as_str().map(str::to_owned);
    Some((tag("order_id")?, tag("template")?))
}

/// Order and template of an item of the mails table.
fn keyed(call: &Call<'_>) -> Option<(String, String)> {
    let body: Value = serde_json::from_slice(call.body).ok()?;
    let key = |name: &str| body["Key"][name]["S"].as_str().map(str::to_owned);
    Some((key("order_id")?, key("template")?))
}
