//! Where the load goes, and whether it may go there.

use http::Uri;
use thiserror::Error;

/// Why there is no load for a target.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TargetError {
    /// It cannot be read.
    #[error("{0} is no address of a shop: it has to be like http://127.0.0.1:8080 or https://shop.example")]
    Malformed(String),
    /// It is not this machine.
    #[error(
        "{0} is not this machine. Load on somebody else's shop is an attack, and on your own it costs money: \
         say --i-own-this-target if it is yours and you mean it"
    )]
    NotOwned(String),
}

/// The address of a shop's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Without a slash at the end.
    base: String,
    host: String,
}

impl Target {
    /// Reads one.
    ///
    /// # Errors
    /// It is no `http` or `https` URL, or has a user, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let malformed = || TargetError::Malformed(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| malformed())?;
        let authority = uri.authority().ok_or_else(malformed)?;
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme)).ok_or_else(malformed)?;
        if authority.as_str().contains('@') || uri.query().is_some() || text.contains('#') || uri.host() == Some("") {
            return Err(malformed());
        }
        let base = format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/'));
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        Ok(Self { base, host })
    }

    /// Whether it is this machine. Names other than `localhost` are not looked up: what they mean may change.
    pub fn is_loopback(&self) -> bool {
        is_localhost(&self.host)
            || self.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }

    /// Whether it is asked over TLS.
    pub fn is_secret(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Refuses a target that is not this machine, unless it is said to be `owned`.
    ///
    /// # Errors
    /// It is refused.
    pub fn permitted(self, owned: bool) -> Result<Self, TargetError> {
        if owned || self.is_loopback() { Ok(self) } else { Err(TargetError::NotOwned(self.base)) }
    }

    /// The URL of a path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// Whether a name is this machine's, whatever a resolver thinks of it (RFC 6761 §6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_needs_no_leave() {
        for url in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:80/",
            "http://LOCALHOST:1",
            "http://a.localhost",
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.clone().permitted(false), Ok(target), "{url}");
        }
    }

    #[test]
    fn other_machines_do_however_they_are_written() {
        for url in [
            "https://shop.example",
            "http://10.0.0.1",
            "http://0.0.0.0:8080",
            "http://[::]",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://notlocalhost",
            "http://2130706433",
        ] {
            let target = Target::parse(url).unwrap();
            assert!(matches!(target.clone().permitted(false), Err(TargetError::NotOwned(_))), "{url}");
            assert_eq!(target.clone().permitted(true), Ok(target), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_whoever_owns_it() {
        for url in ["", "shop.example", "/orders", "ftp://127.0.0.1", "http://127.0.0.1@shop.example", "http://a/?b=c"]
        {
            assert!(matches!(Target::parse(url), Err(TargetError::Malformed(_))), "{url}");
        }
    }

    #[test]
    fn paths_come_after_the_base() {
        assert_eq!(
            Target::parse("https://shop.example/prod/").unwrap().url("/orders"),
            "https://shop.example/prod/orders"
        );
    }
}
