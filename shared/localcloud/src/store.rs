//! What survives a restart of the local cloud, apart from DynamoDB's tables, which have their own file.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, params};
use serde::{Serialize, de::DeserializeOwned};
use tracing::error;

/// A write-through store of small JSON values by (space, key). Without a file it keeps nothing, and costs nothing.
///
/// A write that fails is logged and does not stop the cloud: the running process has the value in memory, and what is
/// missing after a restart is what a power cut would have taken.
#[derive(Debug)]
pub struct Store {
    file: Option<Mutex<Connection>>,
}

impl Store {
    /// A store that forgets everything when the process ends.
    pub fn memory() -> Self {
        Self { file: None }
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
        Ok(Self { file: Some(Mutex::new(connection)) })
    }

    /// Whether it keeps anything.
    pub fn remembers(&self) -> bool {
        self.file.is_some()
    }

    /// Keeps `value`.
    pub fn put(&self, space: &str, key: &str, value: &impl Serialize) {
        self.with(|connection| {
            let text =
                serde_json::to_string(value).map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
            connection
                .prepare_cached("INSERT OR REPLACE INTO state (space, key, value) VALUES (?1, ?2, ?3)")?
                .execute(params![space, key, text])
        });
    }

    /// Forgets a value.
    pub fn delete(&self, space: &str, key: &str) {
        self.with(|connection| {
            connection.prepare_cached("DELETE FROM state WHERE space = ?1 AND key = ?2")?.execute(params![space, key])
        });
    }

    /// Everything in a space, by key. Values that cannot be read any more are left out and logged.
    pub fn load<T: DeserializeOwned>(&self, space: &str) -> Vec<(String, T)> {
        let rows = self.with(|connection| {
            let mut statement = connection.prepare("SELECT key, value FROM state WHERE space = ?1 ORDER BY key")?;
            let rows =
                statement.query_map(params![space], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        let parse = |(key, text): (String, String)| match serde_json::from_str(&text) {
            Ok(value) => Some((key, value)),
            Err(why) => {
                error!(space, key, %why, "a stored value cannot be read");
                None
            }
        };
        rows.unwrap_or_default().into_iter().filter_map(parse).collect()
    }

    fn with<T>(&self, f: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>) -> Option<T> {
        let connection = self.file.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        f(&connection).inspect_err(|why| error!(%why, "the data file failed")).ok()
    }
}
