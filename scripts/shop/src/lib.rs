//! What the `cargo shop` command does, for the command itself and for the tests.
//!
//! Layout: `local.rs` puts the shop together on this machine; `seed.rs` fills it; `invariants.rs` judges it; `documents.rs`
//! generates what is generated; `tools.rs` installs programs from PyPI and npm;
//! `package/` builds what is deployed;
//! `commands/` has one file per command.

pub mod commands;
pub mod documents;
pub mod invariants;
pub mod local;
pub mod package;
pub mod seed;
pub mod tools;
