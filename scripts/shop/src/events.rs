//! Log events of many functions: fetched from CloudWatch Logs, told apart, merged by time, and made readable.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws::{Aws, LOGS, is_missing};

/// How many log groups are asked at once: AWS allows five calls a second in most regions.
const AT_ONCE: usize = 4;

/// How late an event may be, from when it happened until it can be found.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// One line of one function's log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// CloudWatch's name for it.
    pub event_id: String,
    /// When it happened, in milliseconds since 1970.
    pub timestamp: i64,
    /// The line.
    pub message: String,
    /// `context/function`.
    #[serde(skip)]
    pub function: String,
}

/// Follows the logs of some functions, from a time on.
#[derive(Debug)]
pub struct Tail {
    groups: BTreeMap<String, String>,
    pattern: Option<String>,
    from: Timestamp,
    /// What was answered already and may be found again, with its time.
    seen: HashMap<String, i64>,
}

impl Tail {
    /// `groups` are log groups by `context/function`. With `text`, only lines that have it.
    pub fn new(groups: BTreeMap<String, String>, text: Option<&str>, from: Timestamp) -> Self {
        Self { groups, pattern: text.map(|text| format!("\"{text}\"")), from, seen: HashMap::new() }
    }

    /// All events since the last time that were not answered yet, by time. `now` is taken before asking.
    ///
    /// # Errors
    /// AWS refuses.
    pub async fn next(&mut self, aws: &Aws, now: Timestamp) -> anyhow::Result<Vec<Event>> {
        let from = self.from.as_millisecond();
        let pattern = self.pattern.as_deref();
        let asked = self.groups.iter().map(|(function, group)| fetch(aws, function, group, pattern, from));
        // Futures are made before they are put on the stream: a closure that lends would not be general enough.
        let asked: Vec<_> = asked.collect();
        let found: Vec<Vec<Event>> = stream::iter(asked).buffer_unordered(AT_ONCE).try_collect().await?;
        let new = self.unseen(found.into_iter().flatten().collect());
        // What happened before this look may be found as late as this.
        self.from = self.from.max(now.checked_sub(LATE)?);
        let from = self.from.as_millisecond();
        self.seen.retain(|_, timestamp| *timestamp >= from);
        Ok(new)
    }

    /// Those that were not answered yet, by time.
    fn unseen(&mut self, mut events: Vec<Event>) -> Vec<Event> {
        events.retain(|event| self.seen.insert(event.event_id.clone(), event.timestamp).is_none());
        events.sort_by(|a, b| (a.timestamp, &a.function, &a.event_id).cmp(&(b.timestamp, &b.function, &b.event_id)));
        events
    }
}

/// One group's events from a time on.
async fn fetch(aws: &Aws, function: &str, group: &str, pattern: Option<&str>, from: i64) -> anyhow::Result<Vec<Event>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Page {
        #[serde(default)]
        events: Vec<Event>,
        next_token: Option<String>,
    }
    let mut input = json!({ "logGroupName": group, "startTime": from });
    if let Some(pattern) = pattern {
        input["filterPattern"] = pattern.into();
    }
    let mut found = Vec::new();
    loop {
        let page: Page = match aws.call(LOGS, "FilterLogEvents", &input).await {
            Ok(page) => page,
            // A group that was deleted by hand has no events.
            Err(error) if is_missing(&error) => {
                tracing::warn!("{function} has no log group {group}");
                break;
            }
            Err(error) => return Err(error),
        };
        found.extend(page.events.into_iter().map(|event| Event { function: function.to_owned(), ..event }));
        match page.next_token {
            Some(token) => input["nextToken"] = token.into(),
            None => break,
        }
    }
    Ok(found)
}

impl Event {
    /// As JSON, for programs. A line that is JSON stays what it is.
    ///
    /// # Errors
    /// Its time is out of range.
    pub fn json(&self) -> anyhow::Result<Value> {
        let message: Value = serde_json::from_str(&self.message).unwrap_or_else(|_| self.message.trim_end().into());
        Ok(json!({ "time": self.time()?, "function": self.function, "event_id": self.event_id, "message": message }))
    }

    /// For people: time, function, level, message, fields. Nothing for Lambda's own lines, unless they tell of a failure.
    ///
    /// # Errors
    /// Its time is out of range.
    pub fn line(&self, colours: bool) -> anyhow::Result<Option<String>> {
        let time = self.time()?.strftime("%Y-%m-%d %H:%M:%S%.3f");
        let (level, text) = match serde_json::from_str::<Value>(&self.message) {
            Ok(Value::Object(line)) if line.contains_key("fields") => ours(&line),
            Ok(Value::Object(line)) if line.contains_key("record") => match platform(&line) {
                Some(text) => ("ERROR".to_owned(), text),
                None => return Ok(None),
            },
            _ => (String::new(), self.message.trim_end().to_owned()),
        };
        let colour = match (colours, level.as_str()) {
            (true, "ERROR") => "\x1b[31m",
            (true, "WARN") => "\x1b[33m",
            _ => "",
        };
        let end = if colour.is_empty() { "" } else { "\x1b[0m" };
        Ok(Some(format!("{time} {:<38} {colour}{level:<5}{end} {text}", self.function)))
    }

    fn time(&self) -> anyhow::Result<Timestamp> {
        Timestamp::from_millisecond(self.timestamp).context("an event must have a time")
    }
}

/// A line of ours (shared/lambda): its level; its message with its fields and its spans' fields.
fn ours(line: &serde_json::Map<String, Value>) -> (String, String) {
    let mut text = String::new();
    let mut fields = Vec::new();
    let spans = line.get("spans").and_then(Value::as_array).into_iter().flatten();
    // The outermost is the Lambda runtime's own, and says nothing new.
    let spans = spans.filter(|span| ["invocation", "step"].iter().any(|ours| span["name"] == *ours));
    let spans = spans.filter_map(Value::as_object);
    for (name, value) in line.get("fields").and_then(Value::as_object).into_iter().chain(spans).flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match name.as_str() {
            "message" if text.is_empty() => text = value,
            // A span's own name says nothing.
            "name" if ["invocation", "step"].contains(&value.as_str()) => {}
            _ => fields.push((name, value)),
        }
    }
    for (name, value) in fields {
        // Writing to a String cannot fail.
        let _ = write!(text, " {name}={value}");
    }
    (line.get("level").and_then(Value::as_str).unwrap_or_default().to_owned(), text)
}

/// A line of Lambda's: what failed, if something did.
fn platform(line: &serde_json::Map<String, Value>) -> Option<String> {
    let record = line.get("record")?;
    let status = record["status"].as_str().filter(|status| *status != "success")?;
    let kind = line.get("type").and_then(Value::as_str).unwrap_or("platform");
    let request = record["requestId"].as_str().unwrap_or("none");
    let why = record["errorType"].as_str().unwrap_or_default();
    Some(format!("{kind} {status} {why} request_id={request}").replace("  ", " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::testing::Fake;

    fn event(id: &str, timestamp: i64, message: &str) -> Event {
        Event {
            event_id: id.to_owned(),
            timestamp,
            message: message.to_owned(),
            function: "orders/get-order".to_owned(),
        }
    }

    fn answer(events: &[(&str, i64)], next: Option<&str>) -> (u16, Value) {
        let one = |(id, at): &(&str, i64)| json!({ "eventId": id, "timestamp": at, "message": id });
        let events: Vec<_> = events.iter().map(one).collect();
        (200, json!({ "events": events, "nextToken": next }))
    }

    fn tail(functions: &[&str], text: Option<&str>, from: i64) -> Tail {
        let group = |name: &&str| ((*name).to_owned(), format!("/aws/lambda/{name}"));
        Tail::new(functions.iter().map(group).collect(), text, Timestamp::from_millisecond(from).unwrap())
    }

    fn ids(events: &[Event]) -> Vec<&str> {
        events.iter().map(|event| event.event_id.as_str()).collect()
    }

    #[tokio::test]
    async fn pages_and_functions_are_merged_by_time() {
        let fake = Fake::start([answer(&[("c", 3), ("a", 1)], Some("page 2")), answer(&[("b", 2)], None)]).await;
        let mut tail = tail(&["orders/x"], Some("ord_1"), 0);
        let events = tail.next(&fake.aws, Timestamp::from_millisecond(9).unwrap()).await.unwrap();
        assert_eq!(ids(&events), ["a", "b", "c"]);
        let requests = fake.requests();
        assert_eq!(requests[0].target, "Logs_20140328.FilterLogEvents");
        let expected = json!({ "logGroupName": "/aws/lambda/orders/x", "startTime": 0, "filterPattern": "\"ord_1\"" });
        assert_eq!(requests[0].body, expected);
        assert_eq!(requests[1].body["nextToken"], "page 2");
    }

    #[tokio::test]
    async fn following_repeats_nothing_and_finds_what_is_late() {
        let minute = 60_000;
        let fake = Fake::start([
            answer(&[("a", minute), ("b", 5 * minute)], None),
            // Found a second time, and one that happened before b but came later.
            answer(&[("late", 5 * minute - 1), ("b", 5 * minute)], None),
            answer(&[("late", 5 * minute - 1), ("c", 6 * minute)], None),
        ])
        .await;
        let mut tail = tail(&["orders/x"], None, 0);
        let mut seen = Vec::new();
        for now in [5 * minute + 5_000, 5 * minute + 15_000, 6 * minute - 10_000] {
            let events = tail.next(&fake.aws, Timestamp::from_millisecond(now).unwrap()).await.unwrap();
            seen.extend(events.into_iter().map(|event| event.event_id));
        }
        assert_eq!(seen, ["a", "b", "late", "c"]);
        let from: Vec<_> = fake.requests().iter().map(|request| request.body["startTime"].as_i64().unwrap()).collect();
        assert_eq!(from, [0, 4 * minute + 5_000, 4 * minute + 15_000]);
        assert!(!tail.seen.contains_key("a"), "what cannot be found again is forgotten");
    }

    #[tokio::test]
    async fn a_group_that_is_gone_has_no_events() {
        let fake = Fake::start([
            (400, json!({ "__type": "ResourceNotFoundException", "message": "no such group" })),
            answer(&[("a", 1)], None),
        ])
        .await;
        let mut tail = tail(&["orders/x", "orders/y"], None, 0);
        let events = tail.next(&fake.aws, Timestamp::from_millisecond(9).unwrap()).await.unwrap();
        assert_eq!(ids(&events), ["a"]);
    }

    #[test]
    fn a_line_of_ours_is_made_readable() {
        let message = json!({
            "timestamp": "2026-11-24T23:00:00Z", "level": "WARN",
            "fields": { "message": "not yet", "order_id": "ord_1", "attempt": 2 },
            "target": "orders", "spans": [{ "request_id": "r-1", "name": "invocation" }],
        });
        let event = event("e", 1_790_000_000_123, &message.to_string());
        let expected = "2026-09-21 14:13:20.123 orders/get-order                       WARN  \
                        not yet order_id=ord_1 attempt=2 request_id=r-1";
        assert_eq!(event.line(false).unwrap().unwrap(), expected);
        assert!(event.line(true).unwrap().unwrap().contains("\x1b[33mWARN \x1b[0m"));
        assert_eq!(event.json().unwrap()["message"]["fields"]["order_id"], "ord_1");
    }

    #[test]
    fn lambdas_own_lines_are_shown_when_something_failed() {
        let report = |status: &str| {
            let record = json!({ "requestId": "r-1", "status": status });
            event("e", 0, &json!({ "type": "platform.report", "record": record }).to_string()).line(false).unwrap()
        };
        assert_eq!(report("success"), None);
        assert!(report("timeout").unwrap().ends_with("ERROR platform.report timeout request_id=r-1"));
    }

    #[test]
    fn other_lines_are_shown_as_they_are() {
        let event = event("e", 0, "thread 'main' panicked\n");
        assert!(event.line(true).unwrap().unwrap().ends_with(" thread 'main' panicked"));
        assert_eq!(event.json().unwrap()["message"], "thread 'main' panicked");
    }
}
