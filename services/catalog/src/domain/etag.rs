//! Entity tags: how HTTP names a version.
//!
//! Sources: RFC 9110 §8.8.3 (the syntax of a tag and the two comparisons), §13.1.1 `If-Match`, §13.1.2 `If-None-Match`,
//! §5.6.1.2 (a recipient of a list ignores empty elements).

/// The tag of a product's version, as the `ETag` header has it: `"3"`. It is strong: two answers with the same tag are
/// the same, byte for byte.
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The value of an `If-Match` or `If-None-Match` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever there is.
    Any,
    /// One tag or several.
    Listed(Vec<Tag>),
}

/// One entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Whether it is marked as weak: `W/"3"`.
    pub weak: bool,
    /// The version it names; none when it is a tag that this context never gives out.
    pub version: Option<u64>,
}

/// The header is not what RFC 9110 describes, or names more versions than anybody has reason to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be * or up to {} entity tags, each in double quotes, separated by commas", Tags::MAX)]
pub struct MalformedTags;

impl Tags {
    /// The most tags in one header. DynamoDB's `IN` compares with up to 100 values; a client knows one version or a
    /// few.
    pub const MAX: usize = 20;

    /// Reads the value of an `If-Match` or `If-None-Match` header.
    ///
    /// # Errors
    /// It is neither `*` nor a list of entity tags.
    pub fn parse(header: &str) -> Result<Self, MalformedTags> {
        if header.trim_matches(WHITESPACE) == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = header;
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                break;
            }
            let (tag, after) = first_tag(rest).ok_or(MalformedTags)?;
            let after = after.trim_start_matches(WHITESPACE);
            if !after.is_empty() && !after.starts_with(',') {
                return Err(MalformedTags);
            }
            tags.push(tag);
            rest = after;
        }
        if tags.is_empty() || tags.len() > Self::MAX { Err(MalformedTags) } else { Ok(Self::Listed(tags)) }
    }

    /// Whether the current version is among these by the weak comparison, which `If-None-Match` asks for.
    pub fn match_weakly(&self, current: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| tag.version == Some(current)),
        }
    }
}

const WHITESPACE: [char; 2] = [' ', '\t'];

/// The tag that `text` begins with, and what comes after it. A comma inside the quotes is part of the tag.
fn first_tag(text: &str) -> Option<(Tag, &str)> {
    let (weak, quoted) = match text.strip_prefix("W/") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
    let legal = |c: char| c == '!' || ('#'..='~').contains(&c) || !c.is_ascii();
    opaque.chars().all(legal).then(|| (Tag { weak, version: version(opaque) }, after))
}

/// Tags are compared letter by letter, so `"03"` is not `"3"`.
fn version(opaque: &str) -> Option<u64> {
    opaque.parse().ok().filter(|version: &u64| version.to_string() == opaque)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strong(version: u64) -> Tag {
        Tag { weak: false, version: Some(version) }
    }

    #[test]
    fn headers_are_read_as_rfc_9110_has_them() {
        let weak = Tag { weak: true, version: Some(3) };
        let foreign = Tag { weak: false, version: None };
        for (header, tags) in [
            ("*", Tags::Any),
            (" * ", Tags::Any),
            ("\"3\"", Tags::Listed(vec![strong(3)])),
            ("\"3\", \"5\"", Tags::Listed(vec![strong(3), strong(5)])),
            ("\"3\",\"5\"", Tags::Listed(vec![strong(3), strong(5)])),
            (", \"3\" ,, \"5\",", Tags::Listed(vec![strong(3), strong(5)])),
            ("W/\"3\"", Tags::Listed(vec![weak])),
            ("\"a,b\", \"3\"", Tags::Listed(vec![foreign.clone(), strong(3)])),
            ("\"\"", Tags::Listed(vec![foreign.clone()])),
            ("\"03\"", Tags::Listed(vec![foreign.clone()])),
            ("\"+3\"", Tags::Listed(vec![foreign.clone()])),
            ("\"99999999999999999999\"", Tags::Listed(vec![foreign])),
        ] {
            assert_eq!(Tags::parse(header), Ok(tags), "{header}");
        }
    }

    #[test]
    fn what_is_not_a_list_of_tags_is_refused() {
        let many = "\"1\",".repeat(Tags::MAX + 1);
        for header in [
            "",
            ",",
            "3",
            "\"3",
            "3\"",
            "\"3\" \"5\"",
            "\"3\"5",
            "w/\"3\"",
            "W/3",
            "*, \"3\"",
            "\"3\", *",
            "\"a b\"",
            &many,
        ] {
            assert_eq!(Tags::parse(header), Err(MalformedTags), "{header}");
        }
    }

    #[test]
    fn the_weak_comparison_ignores_the_mark() {
        assert!(Tags::parse("W/\"3\"").unwrap().match_weakly(3));
        assert!(Tags::parse("\"1\", \"3\"").unwrap().match_weakly(3));
        assert!(Tags::parse("*").unwrap().match_weakly(3));
        assert!(!Tags::parse("\"03\", \"4\"").unwrap().match_weakly(3));
    }

    proptest! {
        #[test]
        fn a_tag_that_was_given_out_names_its_version_again(version: u64) {
            prop_assert_eq!(Tags::parse(&etag(version)), Ok(Tags::Listed(vec![strong(version)])));
        }

        #[test]
        fn no_header_makes_it_panic(header in ".*") {
            let _ = Tags::parse(&header);
        }
    }
}
