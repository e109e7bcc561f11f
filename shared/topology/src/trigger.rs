//! What makes a function run.

use serde::Deserialize;

/// What makes a function run. In YAML, exactly one of `http`, `saga`, `queue`, `stream`, `schedule` and `user_pool`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Raw")]
pub enum Trigger {
    /// A request to the HTTP API: `{ http: "GET /stock/{sku}", scope: admin }`.
    Http {
        /// Method and path.
        route: Route,
        /// The scope that a token must carry. Without one, anybody may call.
        scope: Option<String>,
    },
    /// A step of a saga: `{ saga: orders/order-saga }`.
    Saga {
        /// `context/name` of the saga.
        saga: String,
    },
    /// Messages of a queue of this context: `{ queue: price-changes, batch: 10 }`.
    Queue {
        /// The queue.
        queue: String,
        /// Messages per invocation, at most.
        batch: u32,
        /// Invocations at once, at most (2 or more, as AWS has it).
        concurrency: u32,
    },
    /// The stream of a table of this context: `{ stream: stock, batch: 100 }`.
    Stream {
        /// The table.
        table: String,
        /// Records per invocation, at most.
        batch: u32,
        /// Tries before a record goes to the failure destination, which keeps it whole.
        attempts: u32,
    },
    /// The clock: `{ schedule: "rate(5 minutes)" }`.
    Schedule {
        /// The rate, in seconds.
        every_seconds: u64,
        /// The rate as written, which is what EventBridge Scheduler reads.
        expression: String,
    },
    /// The user pool, before it issues a token: `{ user_pool: pre_token_generation }`.
    UserPool,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with parameters in braces: `/stock/{sku}`.
    pub path: String,
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    http: Option<String>,
    scope: Option<String>,
    saga: Option<String>,
    queue: Option<String>,
    stream: Option<String>,
    schedule: Option<String>,
    user_pool: Option<String>,
    batch: Option<u32>,
    concurrency: Option<u32>,
    attempts: Option<u32>,
}

impl TryFrom<Raw> for Trigger {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        match raw {
            Raw {
                http: Some(http),
                scope,
                saga: None,
                queue: None,
                stream: None,
                schedule: None,
                user_pool: None,
                batch: None,
                concurrency: None,
                attempts: None,
            } => Ok(Self::Http { route: route(&http)?, scope }),
            Raw {
                saga: Some(saga),
                http: None,
                scope: None,
                queue: None,
                stream: None,
                schedule: None,
                user_pool: None,
                batch: None,
                concurrency: None,
                attempts: None,
            } => Ok(Self::Saga { saga }),
            Raw {
                queue: Some(queue),
                batch,
                concurrency,
                http: None,
                scope: None,
                saga: None,
                stream: None,
                schedule: None,
                user_pool: None,
                attempts: None,
            } => Ok(Self::Queue { queue, batch: batch.unwrap_or(10), concurrency: concurrency.unwrap_or(10) }),
            Raw {
                stream: Some(table),
                batch,
                attempts,
                http: None,
                scope: None,
                saga: None,
                queue: None,
                schedule: None,
                user_pool: None,
                concurrency: None,
            } => Ok(Self::Stream { table, batch: batch.unwrap_or(100), attempts: attempts.unwrap_or(10) }),
            Raw {
                schedule: Some(expression),
                user_pool: None,
                http: None,
                scope: None,
                saga: None,
                queue: None,
                stream: None,
                batch: None,
                concurrency: None,
                attempts: None,
            } => Ok(Self::Schedule { every_seconds: seconds(&expression)?, expression }),
            Raw {
                user_pool: Some(moment),
                http: None,
                scope: None,
                saga: None,
                queue: None,
                stream: None,
                schedule: None,
                batch: None,
                concurrency: None,
                attempts: None,
            } => match moment.as_str() {
                "pre_token_generation" => Ok(Self::UserPool),
                _ => Err(format!("{moment} is not what a user pool asks functions: pre_token_generation is")),
            },
            _ => Err("a trigger is exactly one of http (with scope), saga, queue (with batch and concurrency), \
                      stream (with batch and attempts), schedule and user_pool"
                .to_owned()),
        }
    }
}

fn route(text: &str) -> Result<Route, String> {
    let (method, path) = text.split_once(' ').ok_or_else(|| format!("{text} is not a method and a path"))?;
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method) || !path.starts_with('/') {
        return Err(format!("{text} is not a method and a path, as in GET /stock/{{sku}}"));
    }
    Ok(Route { method: method.to_owned(), path: path.to_owned() })
}

/// `rate(5 minutes)` in seconds. Source: EventBridge Scheduler, "Rate-based schedules".
fn seconds(expression: &str) -> Result<u64, String> {
    let wrong = || format!("{expression} is not a rate, as in rate(5 minutes)");
    let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(wrong)?;
    let (number, unit) = inner.split_once(' ').ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return Err(wrong()),
    };
    Ok(number * unit)
}
