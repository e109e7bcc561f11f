//! What survives a restart of the local cloud, apart from DynamoDB's tables, which have their own file.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, params};
use serde::{Serialize, de::DeserializeOwned};
use tracing::error;

/// A write-through store of small JSON values by (space, key): in a file, in memory for whoever comes next, or nowhere.
///
/// A write that fails is logged and does not stop the cloud: the running process has the value in memory, and what is
/// missing after a restart is what a power cut would have taken.
#[derive(Debug)]
pub struct Store(Place);

#[derive(Debug)]
enum Place {
    /// Keeps nothing, and costs nothing.
    Nowhere,
    Memory(Mutex<BTreeMap<(String, String), String>>),
    File(Mutex<Connection>),
}

impl Store {
    /// A store that keeps nothing: what a cloud knows ends with it.
    pub fn forgetful() -> Self {
        Self(Place::Nowhere)
    }

    /// A store that outlives a cloud, but not the process.
    pub fn memory() -> Self {
        Self(Place::Memory(Mutex::default()))
    }

    /// A store in this file, which is made if it is not there.
    ///
    /// # Errors
    /// The file cannot be opened, or is not a database.
    pub fn file(path: &Path) -> Result<Self, rusqlite::Error> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute(
            "CREATE TABLE IF NOT EXISTS state (space TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID",
            (),
        )?;
        Ok(Self(Place::File(Mutex::new(connection))))
    }

    /// Whether it outlives the process.
    pub fn is_durable(&self) -> bool {
        matches!(self.0, Place::File(_))
    }

    /// Keeps `value`.
    pub fn put(&self, space: &str, key: &str, value: &impl Serialize) {
        if matches!(self.0, Place::Nowhere) {
            return;
        }
        let text = match serde_json::to_string(value) {
            Ok(text) => text,
            Err(why) => return error!(space, key, %why, "a value cannot be stored"),
        };
        self.keep((space.to_owned(), key.to_owned()), Some(text));
    }

    /// Forgets a value.
    pub fn delete(&self, space: &str, key: &str) {
        if !matches!(self.0, Place::Nowhere) {
            self.keep((space.to_owned(), key.to_owned()), None);
        }
    }

    fn keep(&self, (space, key): (String, String), text: Option<String>) {
        match (&self.0, text) {
            (Place::Nowhere, _) => {}
            (Place::Memory(map), Some(text)) => drop(locked(map).insert((space, key), text)),
            (Place::Memory(map), None) => drop(locked(map).remove(&(space, key))),
            (Place::File(file), Some(text)) => drop(logged(
                locked(file).prepare_cached(PUT).and_then(|mut put| put.execute(params![space, key, text])),
            )),
            (Place::File(file), None) => drop(logged(
                locked(file).prepare_cached(DELETE).and_then(|mut delete| delete.execute(params![space, key])),
            )),
        }
    }

    /// Everything in a space, by key. Values that cannot be read any more are left out and logged.
    pub fn load<T: DeserializeOwned>(&self, space: &str) -> Vec<(String, T)> {
        let parse = |(key, text): (String, String)| match serde_json::from_str(&text) {
            Ok(value) => Some((key, value)),
            Err(why) => {
                error!(space, key, %why, "a stored value cannot be read");
                None
            }
        };
        self.texts(space).into_iter().filter_map(parse).collect()
    }

    fn texts(&self, space: &str) -> Vec<(String, String)> {
        match &self.0 {
            Place::Nowhere => Vec::new(),
            Place::Memory(map) => {
                let map = locked(map);
                let of_space = map.iter().filter(|((its_space, _), _)| its_space == space);
                of_space.map(|((_, key), text)| (key.clone(), text.clone())).collect()
            }
            Place::File(file) => logged(all(&locked(file), space)).unwrap_or_default(),
        }
    }
}

const PUT: &str = "INSERT OR REPLACE INTO state (space, key, value) VALUES (?1, ?2, ?3)";
const DELETE: &str = "DELETE FROM state WHERE space = ?1 AND key = ?2";

fn all(connection: &Connection, space: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT key, value FROM state WHERE space = ?1 ORDER BY key")?;
    let rows = statement.query_map(params![space], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    rows.collect()
}

fn logged<T>(outcome: Result<T, rusqlite::Error>) -> Option<T> {
    outcome.inspect_err(|why| error!(%why, "the data file failed")).ok()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
