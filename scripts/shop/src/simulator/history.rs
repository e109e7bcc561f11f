//! What happened in a simulation, in order.

use std::fmt;

use kernel::Timestamp;
use sha2::{Digest, Sha256};

/// The history of a simulation: every line that was noted, or only their digest.
#[derive(Debug, Default)]
pub struct History {
    digest: Sha256,
    lines: Option<Vec<String>>,
    line: String,
    count: u64,
}

impl History {
    /// A history that keeps its lines, or only their digest.
    pub fn new(keep: bool) -> Self {
        Self { lines: keep.then(Vec::new), ..Self::default() }
    }

    /// Adds a line.
    pub fn note(&mut self, now: Timestamp, what: fmt::Arguments<'_>) {
        self.line.clear();
        // A `String` takes whatever is written to it.
        let _ = fmt::write(&mut self.line, format_args!("{} {what}\n", now.as_millisecond()));
        self.digest.update(&self.line);
        self.count += 1;
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{now} {what}"));
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// The SHA-256 of all lines so far, in hexadecimal digits.
    pub fn digest(&self) -> String {
        hex::encode(self.digest.clone().finalize())
    }

    /// The lines, if they were kept.
    pub fn take(&mut self) -> Vec<String> {
        self.lines.take().unwrap_or_default()
    }
}
