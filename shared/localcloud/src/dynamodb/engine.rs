//! Dynoxide, driven by its storage layer.
//!
//! Its `Database` hides two things that matter here. The SQLite connection: a stream is read, and written, by looking through
//! all of its records, unless there is an index. And the tokens of transactions, which it forgets by the machine's clock, not
//! by the local cloud's.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use dynoxide::{DynoxideError, actions, storage::Storage};
use kernel::{Clock, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::clock::{LocalClock, TableTime};

/// Finds a stream's next record, and its last one.
const STREAM_ORDER: &str = "CREATE INDEX IF NOT EXISTS localcloud_stream_order \
                            ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// For so long a transaction's token is remembered.
///
/// Source: DynamoDB API reference, `TransactWriteItems`, `ClientRequestToken`.
const TOKENS_LAST: Duration = Duration::from_secs(600);

/// The tables, and the transactions that may be asked for again.
pub(super) struct Engine {
    storage: Mutex<Storage>,
    clock: Arc<LocalClock>,
    done: Mutex<BTreeMap<String, Done>>,
}

/// A transaction that was performed under a token.
struct Done {
    at: Timestamp,
    items: Value,
    answer: Value,
}

impl Engine {
    /// Tables in memory, or in a file.
    pub fn open(file: Option<&Path>, clock: Arc<LocalClock>) -> Result<Self, DynoxideError> {
        let storage = match file {
            Some(path) => Storage::new(&path.to_string_lossy())?,
            None => Storage::memory()?.with_clock(Arc::new(TableTime(Arc::clone(&clock)))),
        };
        storage.conn().execute_batch(STREAM_ORDER)?;
        Ok(Self { storage: Mutex::new(storage), clock, done: Mutex::default() })
    }

    /// Performs an operation.
    pub fn perform(&self, operation: &str, body: Value) -> Result<Value, DynoxideError> {
        if operation == "TransactWriteItems" && body["ClientRequestToken"].is_string() {
            return self.once(body);
        }
        self.dispatch(operation, body)
    }

    /// Performs a transaction, unless it was performed under its token already.
    fn once(&self, body: Value) -> Result<Value, DynoxideError> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        done.retain(|_, done| now.duration_since(done.at).unsigned_abs() < TOKENS_LAST);
        let token = body["ClientRequestToken"].as_str().unwrap_or_default().to_owned();
        let items = body["TransactItems"].clone();
        match done.get(&token) {
            Some(done) if done.items == items => Ok(done.answer.clone()),
            Some(_) => {
                let why = "The request token was used with other items.";
                Err(DynoxideError::IdempotentParameterMismatchException(why.to_owned()))
            }
            None => {
                let answer = self.dispatch("TransactWriteItems", body)?;
                done.insert(token, Done { at: now, items, answer: answer.clone() });
                Ok(answer)
            }
        }
    }

    fn dispatch(&self, operation: &str, body: Value) -> Result<Value, DynoxideError> {
        let storage = self.storage.lock().unwrap_or_else(PoisonError::into_inner);
        let s = &*storage;
        match operation {
            "PutItem" => run(body, |request| actions::put_item::execute(s, request)),
            "GetItem" => run(body, |request| actions::get_item::execute(s, request)),
            "UpdateItem" => run(body, |request| actions::update_item::execute(s, request)),
            "DeleteItem" => run(body, |request| actions::delete_item::execute(s, request)),
            "Query" => run(body, |request| actions::query::execute(s, request)),
            "Scan" => run(body, |request| actions::scan::execute(s, request)),
            "BatchGetItem" => run(body, |request| actions::batch_get_item::execute(s, request)),
            "BatchWriteItem" => run(body, |request| actions::batch_write_item::execute(s, request)),
            "TransactWriteItems" => run(body, |request| actions::transact_write_items::execute(s, request)),
            "TransactGetItems" => run(body, |request| actions::transact_get_items::execute(s, request)),
            "CreateTable" => run(body, |request| actions::create_table::execute(s, request)),
            "DescribeStream" => run(body, |request| actions::describe_stream::execute(s, request)),
            "GetShardIterator" => run(body, |request| actions::get_shard_iterator::execute(s, request)),
            "GetRecords" => run(body, |request| actions::get_records::execute(s, request)),
            _ => Err(DynoxideError::ValidationException(format!("the local cloud's DynamoDB has no {operation}"))),
        }
    }
}

/// On SQLite, none of these futures ever waits.
fn run<Request, Response, Performed>(
    body: Value,
    perform: impl FnOnce(Request) -> Performed,
) -> Result<Value, DynoxideError>
where
    Request: DeserializeOwned,
    Response: Serialize,
    Performed: Future<Output = Result<Response, DynoxideError>>,
{
    let request = serde_json::from_value(body).map_err(|why| DynoxideError::SerializationException(why.to_string()))?;
    let response = pollster::block_on(perform(request))?;
    serde_json::to_value(response).map_err(|why| DynoxideError::InternalServerError(why.to_string()))
}
