//! Queues and their dead letters.

use std::{collections::BTreeMap, str::FromStr};

use kernel::Timestamp;

/// The dead-letter queues of the whole shop: their URLs, by the queue whose they are (`orders/watch`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterQueues(BTreeMap<String, String>);

impl DeadLetterQueues {
    /// Each queue, and the URL of its dead-letter queue.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(queue, url)| (queue.as_str(), url.as_str()))
    }

    /// The URL of a queue's dead-letter queue, if there is such a queue.
    pub fn url(&self, queue: &str) -> Option<&str> {
        self.0.get(queue).map(String::as_str)
    }
}

/// From a setting: `orders/watch=https://…,orders/starts=https://…`.
impl FromStr for DeadLetterQueues {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let pair = |pair: &str| {
            let (queue, url) = pair.split_once('=').ok_or_else(|| format!("{pair} is not queue=url"))?;
            Ok((queue.to_owned(), url.to_owned()))
        };
        text.split(',').filter(|pair| !pair.is_empty()).map(pair).collect::<Result<_, String>>().map(Self)
    }
}

/// A queue, and what was given up of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetters {
    /// How many there are, as SQS counts: about so many.
    pub messages: u64,
    /// Some of them.
    pub shown: Vec<DeadLetter>,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// SQS's id of it.
    pub id: String,
    /// What is in it.
    pub body: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// How often it was received, looks at it included.
    pub receives: u64,
    /// Why it was given up, if whoever did so said it.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_read_from_the_setting() {
        let queues: DeadLetterQueues = "orders/watch=https://sqs/1/a,catalog/uploads=https://sqs/1/b".parse().unwrap();
        assert_eq!(queues.url("orders/watch"), Some("https://sqs/1/a"));
        assert_eq!(queues.url("orders/nothing"), None);
        assert_eq!(queues.iter().count(), 2);
        assert_eq!("".parse::<DeadLetterQueues>().unwrap().iter().count(), 0);
        assert!("orders/watch".parse::<DeadLetterQueues>().is_err());
    }
}
