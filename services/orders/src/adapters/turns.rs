//! Turns to pay, in DynamoDB.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValue},
};
use kernel::{Clock, SignedDuration, Timestamp};
use lambda::{Runtime, StartError};

use super::conditional::made;
use crate::{
    Error,
    ports::{NextTurn, TakeTurns},
};

/// The one item that says when the next turn is, in microseconds since 1970.
const KEY: &str = "next-turn";

/// How long what was read is good enough to say that the queue is full.
const LIFETIME: SignedDuration = SignedDuration::from_secs(1);

/// Times that somebody else may be faster.
const ATTEMPTS: usize = 5;

/// When the next turn was, and since when that is known.
type Known = Option<(Timestamp, Option<Timestamp>)>;

/// The queue's clock: a generic cell rate algorithm, whose one figure is the time of the next free turn.
///
/// Source: ITU-T I.371, "virtual scheduling".
#[derive(Clone)]
pub(crate) struct Turns {
    dynamodb: Client,
    table: String,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Known>>,
}

impl Turns {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self {
            dynamodb: Client::new(&runtime.sdk),
            table: runtime.settings.text("ADMISSIONS_TABLE")?.to_owned(),
            clock: Arc::clone(&runtime.clock),
            known: Arc::default(),
        })
    }

    /// Sets the time of the next turn by this expression, if the condition holds. What it is then.
    async fn set(&self, expression: &str, condition: &str, values: [(&str, i64); 2]) -> Result<Option<i64>, Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key()));
        let update = update.update_expression(expression).condition_expression(condition);
        let update = update.return_values(ReturnValue::UpdatedNew);
        let value = |value: i64| AttributeValue::N(value.to_string());
        let update = values
            .into_iter()
            .fold(update, |update, (name, number)| update.expression_attribute_values(name, value(number)));
        made(update).await?.map(|set| time(set.attributes.as_ref())).transpose()
    }
}

fn key() -> HashMap<String, AttributeValue> {
    HashMap::from([("admission".to_owned(), AttributeValue::S(KEY.to_owned()))])
}

fn time(item: Option<&HashMap<String, AttributeValue>>) -> Result<i64, Error> {
    let micros = item.and_then(|item| item.get("next_at")?.as_n().ok()?.parse().ok());
    micros.ok_or_else(|| Error::Broken("the next turn cannot be read".to_owned()))
}

fn moment(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros).map_err(|why| Error::broken("the next turn", why))
}

#[async_trait]
impl TakeTurns for Turns {
    async fn take(&self, all: SignedDuration, now: Timestamp) -> Result<Timestamp, Error> {
        let (now, all) = (now.as_microsecond(), i64::try_from(all.as_micros()).unwrap_or(i64::MAX));
        for _ in 0..ATTEMPTS {
            // Somebody waits: their turns come first.
            let after = [(":all", all), (":now", now)];
            if let Some(next) = self.set("SET next_at = next_at + :all", "next_at >= :now", after).await? {
                return moment(next - all);
            }
            // Nobody does: turns that nobody took are not saved up.
            let from_now = [(":after", now.saturating_add(all)), (":now", now)];
            let nobody = "attribute_not_exists(next_at) OR next_at < :now";
            if self.set("SET next_at = :after", nobody, from_now).await?.is_some() {
                return moment(now);
            }
        }
        Err(Error::Transient("others kept taking the next turn".to_owned()))
    }
}

#[async_trait]
impl NextTurn for Turns {
    async fn next(&self) -> Result<Option<Timestamp>, Error> {
        let now = self.clock.now();
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, next)) = known.filter(|(since, _)| now.duration_since(*since) < LIFETIME) {
            return Ok(next);
        }
        let get = self.dynamodb.get_item().table_name(&self.table).set_key(Some(key()));
        let found = get.send().await.map_err(|error| Error::aws("GetItem", &error))?;
        let next = match found.item {
            Some(item) => Some(moment(time(Some(&item))?)?),
            None => None,
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, next));
        Ok(next)
    }
}
