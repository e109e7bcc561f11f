//! Sees what leaves the shop and leaves no trace in its tables: mails and events.

use std::collections::BTreeMap;

use localcloud::driver::Call;
use serde_json::Value;

/// A mail that SES was asked to send.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The invocation that asked.
    request_id: String,
    /// Which of its calls.
    number: u32,
    /// Whether SES took it.
    taken: bool,
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
    /// The mails that SES took, by order and template. They are in the order in which it was asked, not in that in which it
    /// took them: a sender answers for what it knew when it asked.
    pub fn mails(&self) -> impl Iterator<Item = (&(String, String), Vec<&Sent>)> {
        let taken = self.mails.iter().map(|(mail, asked)| (mail, asked.iter().filter(|sent| sent.taken).collect()));
        taken.filter(|(_, taken): &(_, Vec<&Sent>)| !taken.is_empty())
    }

    /// The events that topics took, in order.
    pub fn events(&self) -> &[Published] {
        &self.events
    }

    /// A call is made.
    pub(super) fn asked(&mut self, call: &Call<'_>) {
        if call.service == "ses"
            && let Some(mail) = tagged(call)
        {
            let (request_id, number) = (call.request_id.to_owned(), call.number);
            let sent = Sent { request_id, number, taken: false, answered: false, recorded: false };
            self.mails.entry(mail).or_default().push(sent);
        }
    }

    /// A call is performed.
    pub(super) fn performed(&mut self, call: &Call<'_>) {
        match (call.service, call.function, call.action) {
            ("ses", ..) => {
                if let Some(sent) = self.sent(call) {
                    sent.taken = true;
                }
            }
            // The sender's first write about a mail that it has sent, which is how it records that. Its claim, made
            // before, may land after that as well.
            ("dynamodb", "notifications/send-email", "UpdateItem") => {
                let mails = keyed(call).and_then(|mail| self.mails.get_mut(&mail)).into_iter().flatten();
                for sent in mails.filter(|sent| sent.request_id == call.request_id && sent.number < call.number) {
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
            && let Some(sent) = self.sent(call)
        {
            sent.answered = true;
        }
    }

    fn sent(&mut self, call: &Call<'_>) -> Option<&mut Sent> {
        let asked = self.mails.get_mut(&tagged(call)?)?;
        asked.iter_mut().find(|sent| sent.request_id == call.request_id && sent.number == call.number)
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
