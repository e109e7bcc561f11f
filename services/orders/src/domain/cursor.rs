//! Places in a list of orders.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{OrderId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a page ends: the next begins after it. It says nothing about whose orders they are; that is the caller's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When the page's last order was placed.
    pub created_at: Timestamp,
    /// Its id.
    pub order_id: OrderId,
}

/// A position, as clients see it: text without a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor for a position.
    pub fn new(position: &Position) -> Self {
        Self(URL_SAFE_NO_PAD.encode(format!("{}/{}", position.created_at, position.order_id)))
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    /// The position that `text` stands for, if it is a cursor.
    pub fn read(text: &str) -> Option<Position> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (created_at, order_id) = text.split_once('/')?;
        Some(Position { created_at: created_at.parse().ok()?, order_id: order_id.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let position =
            Position { created_at: "2026-11-24T10:00:00Z".parse().unwrap(), order_id: OrderId::from_bytes([1; 16]) };
        assert_eq!(Cursor::read(&Cursor::new(&position).into_text()), Some(position));
        for bad in ["", "x", "%%%", "MjAyNg"] {
            assert_eq!(Cursor::read(bad), None, "{bad}");
        }
    }
}
