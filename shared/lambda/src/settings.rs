//! A function's settings: its environment variables, in AWS.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::StartError;

/// The settings that `service.yaml` gives a function. Remembers which were asked for, so that a test can find those that
/// are set and never read.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: Arc<BTreeMap<String, String>>,
    read: Arc<Mutex<BTreeSet<String>>>,
}

impl Settings {
    /// These settings.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { values: Arc::new(values.into_iter().collect()), read: Arc::default() }
    }

    /// The process's environment.
    pub fn from_environment() -> Self {
        Self::new(std::env::vars())
    }

    /// The setting as text.
    ///
    /// # Errors
    /// It is not set.
    pub fn text(&self, name: &str) -> Result<&str, StartError> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        self.values.get(name).map(String::as_str).ok_or_else(|| StartError::Missing(name.to_owned()))
    }

    /// The setting, parsed.
    ///
    /// # Errors
    /// It is not set, or does not parse.
    pub fn parse<T>(&self, name: &str) -> Result<T, StartError>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        self.text(name)?
            .parse()
            .map_err(|why: T::Err| StartError::Wrong { name: name.to_owned(), why: why.to_string() })
    }

    /// The setting as a whole number of seconds.
    ///
    /// # Errors
    /// It is not set, or not a whole number.
    pub fn seconds(&self, name: &str) -> Result<Duration, StartError> {
        self.parse(name).map(Duration::from_secs)
    }

    /// The names that were asked for so far.
    pub fn read(&self) -> BTreeSet<String> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
