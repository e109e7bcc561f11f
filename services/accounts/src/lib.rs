//! Accounts: who may do what. Who somebody is, the user pool knows.
//!
//! Layout: `domain.rs` has the rule; `functions/` has one file per Lambda.
//!
//! Invariant: a token carries the scope `admin` only while its user is in the group `admins`, whatever its client asked for.

pub mod domain;
mod functions;

pub use functions::functions;
