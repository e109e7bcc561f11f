//! Under which condition a client writes.
//!
//! Sources: RFC 9110 §13 (conditional requests); RFC 6585 §3 (428 Precondition Required): without a condition, two
//! admins who edit the same product would overwrite each other unseen.

use super::{MalformedTags, Tag, Tags};

/// What the request says must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    None,
    /// `If-None-Match: *`: the product does not exist.
    Absent,
    /// `If-Match`: the product exists, in one of these versions.
    Present(Expected),
}

/// Which versions of an existing product may be written over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whichever there is: `If-Match: *`.
    Any,
    /// One of these. The list may be empty, when no tag names a version: then nothing matches.
    OneOf(Vec<u64>),
}

impl Precondition {
    /// Reads the condition of a write. A header that this context could not honour is refused rather than ignored: a
    /// write must never happen when its condition fails.
    ///
    /// # Errors
    /// What is wrong with the headers, for the client.
    pub fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Self, String> {
        let tags = |name: &str, value: &str| Tags::parse(value).map_err(|why: MalformedTags| format!("{name} {why}."));
        match (if_match, if_none_match) {
            (None, None) => Ok(Self::None),
            (Some(value), None) => Ok(Self::Present(Expected::from(tags("If-Match", value)?))),
            (None, Some(value)) => match tags("If-None-Match", value)? {
                Tags::Any => Ok(Self::Absent),
                Tags::Listed(_) => Err("If-None-Match of a write must be *.".to_owned()),
            },
            (Some(_), Some(_)) => Err("A write takes If-Match or If-None-Match, not both.".to_owned()),
        }
    }
}

/// `If-Match` compares strongly, so a weak tag matches nothing (RFC 9110 §13.1.1).
impl From<Tags> for Expected {
    fn from(tags: Tags) -> Self {
        match tags {
            Tags::Any => Self::Any,
            Tags::Listed(tags) => {
                let strong = |tag: Tag| if tag.weak { None } else { tag.version };
                Self::OneOf(tags.into_iter().filter_map(strong).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_header_says_what_it_says_in_rfc_9110() {
        let one_of = |versions: &[u64]| Precondition::Present(Expected::OneOf(versions.to_vec()));
        for (if_match, if_none_match, expected) in [
            (None, None, Precondition::None),
            (None, Some("*"), Precondition::Absent),
            (Some("*"), None, Precondition::Present(Expected::Any)),
            (Some("\"3\""), None, one_of(&[3])),
            (Some("\"3\", W/\"4\", \"x\", \"5\""), None, one_of(&[3, 5])),
            (Some("W/\"3\""), None, one_of(&[])),
        ] {
            assert_eq!(Precondition::parse(if_match, if_none_match), Ok(expected));
        }
    }

    #[test]
    fn a_condition_that_cannot_be_honoured_is_refused() {
        for (if_match, if_none_match) in
            [(Some("3"), None), (Some(""), None), (None, Some("\"3\"")), (None, Some("3")), (Some("\"3\""), Some("*"))]
        {
            assert!(Precondition::parse(if_match, if_none_match).is_err(), "{if_match:?} {if_none_match:?}");
        }
    }
}
