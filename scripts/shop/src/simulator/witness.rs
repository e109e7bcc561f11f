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

#[cfg(test)]
mod tests {
    use super::*;

    const SES: (&str, &str, &str) =
        ("ses", "SendEmail", r#"{"EmailTags":[{"Name":"order_id","Value":"o"},{"Name":"template","Value":"t"}]}"#);
    const WRITE: (&str, &str, &str) =
        ("dynamodb", "UpdateItem", r#"{"Key":{"order_id":{"S":"o"},"template":{"S":"t"}}}"#);

    /// The call of an invocation of send-email that has this number.
    fn call(
        request_id: &'static str,
        number: u32,
        (service, action, body): (&'static str, &'static str, &'static str),
    ) -> Call<'static> {
        Call { function: "notifications/send-email", request_id, number, service, action, body: body.as_bytes() }
    }

    fn send(witness: &mut Witness, request_id: &'static str, number: u32) {
        let ses = call(request_id, number, SES);
        witness.asked(&ses);
        witness.performed(&ses);
        witness.answered(&ses, 200);
    }

    /// Whether each of the mails that SES took was recorded.
    fn recorded(witness: &Witness) -> Vec<bool> {
        witness.mails().flat_map(|(_, taken)| taken).map(|sent| sent.recorded).collect()
    }

    #[test]
    fn a_write_after_the_mail_records_it() {
        let mut witness = Witness::default();
        send(&mut witness, "first", 2);
        assert_eq!(recorded(&witness), [false]);
        witness.performed(&call("second", 3, WRITE));
        assert_eq!(recorded(&witness), [false], "somebody else's");
        witness.performed(&call("first", 3, WRITE));
        assert_eq!(recorded(&witness), [true]);
    }

    /// Seed 629238896061, when this was written: the sender died, and its claim landed after its mail.
    #[test]
    fn a_claim_that_lands_late_records_nothing() {
        let mut witness = Witness::default();
        send(&mut witness, "first", 3);
        witness.performed(&call("first", 1, WRITE));
        assert_eq!(recorded(&witness), [false]);
    }

    /// Seed 172950433626, when this was written: the first mail was under way until the second one was sent and recorded.
    #[test]
    fn mails_are_in_the_order_in_which_they_were_asked_for() {
        let mut witness = Witness::default();
        let late = call("first", 2, SES);
        witness.asked(&late);
        assert_eq!(recorded(&witness), [false; 0], "SES has not taken it");
        send(&mut witness, "second", 2);
        witness.performed(&call("second", 3, WRITE));
        witness.performed(&late);
        assert_eq!(recorded(&witness), [false, true]);
    }
}
