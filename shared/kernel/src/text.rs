//! How a checked string type is made.

/// Why a value was refused. The message names the rule and never repeats the value, which may be a secret or hostile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {rule}")]
pub struct Invalid {
    /// The kind of value, as in "sku".
    pub what: &'static str,
    /// The rule it broke, as in "must be 1 to 32 characters".
    pub rule: &'static str,
}

/// Defines a newtype over `String` whose only ways in are `parse`, `FromStr`, `TryFrom<String>` and serde, all of which
/// apply `$check`: it answers the rule that was broken, or `None`.
macro_rules! checked_string {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `value` and takes it.
            ///
            /// # Errors
            /// [`Invalid`](crate::Invalid) names the rule that was broken.
            pub fn parse(value: impl Into<String>) -> Result<Self, $crate::Invalid> {
                let value = value.into();
                let check: fn(&str) -> Option<&'static str> = $check;
                match check(&value) {
                    None => Ok(Self(value)),
                    Some(rule) => Err($crate::Invalid { what: $what, rule }),
                }
            }

            /// The value as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Invalid;
            fn try_from(value: String) -> Result<Self, Self::Error> {
                Self::parse(value)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Invalid;
            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Self::parse(value)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

pub(crate) use checked_string;
