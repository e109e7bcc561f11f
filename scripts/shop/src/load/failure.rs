//! What can become of a request besides the answer that it wants.

use std::{fmt, time::Duration};

/// Why a request has not been answered as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There was no connection: nothing was sent.
    Connect,
    /// No answer came in time.
    Timeout,
    /// The connection ended before the answer did.
    ConnectionLost,
    /// The status was right, and the rest could not be read.
    Unreadable,
    /// An answer that refuses.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The slug of the problem's type (docs/API-ERRORS.md), if the answer has one: gateways' answers have none.
        problem: Option<String>,
        /// When the shop wants to be asked again.
        retry_after: Option<Duration>,
    },
}

impl Failure {
    /// Whether real buyers would ask again, with the same key.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Connect | Self::Timeout | Self::ConnectionLost => true,
            Self::Unreadable => false,
            Self::Answer { status, .. } => matches!(status, 429 | 502..=504),
        }
    }

    /// Whether the shop may have done what it was asked to all the same.
    pub fn leaves_open(&self) -> bool {
        match self {
            Self::Connect => false,
            Self::Timeout | Self::ConnectionLost | Self::Unreadable => true,
            Self::Answer { status, .. } => *status >= 500,
        }
    }

    /// When the shop wants to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Answer { retry_after, .. } = self { *retry_after } else { None }
    }
}

/// The error's type, as results count it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => f.write_str("connect"),
            Self::Timeout => f.write_str("timeout"),
            Self::ConnectionLost => f.write_str("connection_lost"),
            Self::Unreadable => f.write_str("unreadable_answer"),
            Self::Answer { status, problem: None, .. } => write!(f, "{status}"),
            Self::Answer { status, problem: Some(slug), .. } => write!(f, "{status} {slug}"),
        }
    }
}
