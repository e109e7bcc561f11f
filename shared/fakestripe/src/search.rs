//! The part of Stripe's search language that finds an order's intent: exact matches, all of which must hold.
//!
//! `metadata['order_id']:'ord_1' AND status:'succeeded'`, with either kind of quotes; the AND may be left out.
//!
//! Source: docs.stripe.com/search#search-query-language.

use std::{iter::Peekable, str::Chars};

use crate::{error::ApiError, intents::Intent};

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    Metadata { key: String, value: String },
    Status(String),
    Currency(String),
}

impl Term {
    /// Whether it holds. Exact matches do not see the difference between capital and small letters.
    pub(crate) fn matches(&self, intent: &Intent) -> bool {
        let (actual, wanted) = match self {
            Self::Metadata { key, value } => (intent.terms.metadata.get(key).map(String::as_str), value),
            Self::Status(value) => (Some(intent.status.as_str()), value),
            Self::Currency(value) => (Some(intent.terms.currency.as_str()), value),
        };
        actual.is_some_and(|actual| actual.eq_ignore_ascii_case(wanted))
    }
}

/// Reads a query.
pub(crate) fn parse(query: &str) -> Result<Vec<Term>, ApiError> {
    let mut reader = Reader(query.chars().peekable());
    reader.terms().filter(|terms| !terms.is_empty()).ok_or_else(|| {
        let message = "We were unable to parse your search query. Fakestripe knows metadata['key']:'value', \
                       status:'value' and currency:'value', joined by AND.";
        ApiError::invalid(message).param("query")
    })
}

struct Reader<'a>(Peekable<Chars<'a>>);

impl Reader<'_> {
    fn terms(&mut self) -> Option<Vec<Term>> {
        let mut terms = Vec::new();
        loop {
            self.blanks();
            if self.0.peek().is_none() {
                return Some(terms);
            }
            let mut word = self.word();
            if word == "AND" && !terms.is_empty() {
                self.blanks();
                word = self.word();
            }
            terms.push(self.term(&word)?);
        }
    }

    fn term(&mut self, field: &str) -> Option<Term> {
        let key = match field {
            "metadata" => {
                self.expect('[')?;
                let key = self.quoted()?;
                self.expect(']')?;
                key
            }
            _ => String::new(),
        };
        self.expect(':')?;
        let value = self.quoted()?;
        match field {
            "metadata" => Some(Term::Metadata { key, value }),
            "status" => Some(Term::Status(value)),
            "currency" => Some(Term::Currency(value)),
            _ => None,
        }
    }

    fn blanks(&mut self) {
        while self.0.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.0.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            word.push(c);
        }
        word
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.0.next_if_eq(&wanted).map(|_| ())
    }

    /// Text in quotes, in which a backslash takes the next character as it is.
    fn quoted(&mut self) -> Option<String> {
        let quote = self.0.next_if(|c| matches!(c, '\'' | '"'))?;
        let mut text = String::new();
        loop {
            match self.0.next()? {
                '\\' => text.push(self.0.next()?),
                c if c == quote => return Some(text),
                c => text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(key: &str, value: &str) -> Term {
        Term::Metadata { key: key.into(), value: value.into() }
    }

    #[test]
    fn exact_matches_are_read() {
        let order = metadata("order_id", "ord_1");
        for query in
            ["metadata['order_id']:'ord_1'", r#"metadata["order_id"]:"ord_1""#, " metadata['order_id']:'ord_1' "]
        {
            assert_eq!(parse(query).unwrap(), vec![order.clone()], "{query}");
        }
        let both = [order, Term::Status("succeeded".into())];
        for query in
            ["metadata['order_id']:'ord_1' AND status:'succeeded'", "metadata['order_id']:'ord_1' status:\"succeeded\""]
        {
            assert_eq!(parse(query).unwrap(), both, "{query}");
        }
        assert_eq!(parse(r"metadata['it\'s']:'a\\b'").unwrap(), [metadata("it's", r"a\b")]);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for query in [
            "",
            " ",
            "order_1",
            "metadata['a']:b",
            "metadata[a]:'b'",
            "metadata['a']~'b'",
            "metadata['a']:'b' OR status:'c'",
            "-status:'canceled'",
            "amount>100",
            "metadata['a']:'b",
            "AND status:'c'",
            "status:'c' AND",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
