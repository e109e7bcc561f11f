//! SES, as far as the shop uses it: `SendEmail` with a simple message. Mails go to a mailbox that anybody can read.

use std::sync::{Arc, Mutex, PoisonError};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{aws::AwsError, store::Store};

const SPACE: &str = "mails";

/// Whom the mails of a user pool are from: no function of the shop sends them. It is Cognito's own address.
const SENDER: &str = "no-reply@verificationemail.com";

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// SES's id of the message.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// The tags, which say what the mail is about.
    pub tags: std::collections::BTreeMap<String, String>,
}

impl Mail {
    /// Whether the user pool sent it, and not a function.
    pub fn is_of_user_pool(&self) -> bool {
        self.from == SENDER
    }
}

/// Every mail that was sent, oldest first.
#[derive(Debug)]
pub struct Mailbox {
    mails: Mutex<Vec<Mail>>,
    store: Arc<Store>,
    arrivals: watch::Sender<usize>,
}

impl Mailbox {
    /// The mailbox, with what the store remembers.
    pub fn new(store: Arc<Store>) -> Self {
        let mails: Vec<Mail> = store.load(SPACE).into_iter().map(|(_, mail)| mail).collect();
        let arrivals = watch::channel(mails.len()).0;
        Self { mails: Mutex::new(mails), store, arrivals }
    }

    /// The mails so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a mail that the cloud itself sends, as a user pool does.
    pub(crate) fn deliver(&self, to: &str, subject: &str, text: &str, at: Timestamp) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let mail = Mail {
            id: next_id(&mails),
            at,
            from: SENDER.to_owned(),
            to: vec![to.to_owned()],
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: String::new(),
            tags: std::collections::BTreeMap::new(),
        };
        self.keep(&mut mails, mail);
    }

    fn keep(&self, mails: &mut Vec<Mail>, mail: Mail) {
        self.store.put(SPACE, &mail.id, &mail);
        mails.push(mail);
        self.arrivals.send_replace(mails.len());
    }

    /// `SendEmail`. Source: SES API v2, `POST /v2/email/outbound-emails`.
    pub(crate) fn send(&self, body: &Value, sender: &str, at: Timestamp) -> Result<Value, AwsError> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let from = text(&body["FromEmailAddress"]);
        if from != sender {
            return Err(AwsError::client("MessageRejected", "Email address is not verified."));
        }
        let to = body["Destination"]["ToAddresses"].as_array().map(|to| to.iter().map(text).collect::<Vec<_>>());
        let to = to.unwrap_or_default();
        if to.is_empty() || to.len() > 50 {
            return Err(AwsError::client("BadRequestException", "1 to 50 recipients are needed."));
        }
        let message = &body["Content"]["Simple"];
        if message.is_null() {
            return Err(AwsError::client("BadRequestException", "The local cloud's SES takes simple messages only."));
        }
        let tags = body["EmailTags"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let id = next_id(&mails);
        let mail = Mail {
            id: id.clone(),
            at,
            from,
            to,
            subject: text(&message["Subject"]["Data"]),
            text: text(&message["Body"]["Text"]["Data"]),
            html: text(&message["Body"]["Html"]["Data"]),
            tags: tags.iter().map(|tag| (text(&tag["Name"]), text(&tag["Value"]))).collect(),
        };
        self.keep(&mut mails, mail);
        Ok(json!({ "MessageId": id }))
    }
}

fn next_id(mails: &[Mail]) -> String {
    format!("mail-{:08}", mails.len() + 1)
}
