//! What the `cargo shop` command does, for the command itself and for the tests.
//!
//! Layout: `local.rs` puts the shop together on this machine; `seed.rs` fills it; `invariants.rs` judges it; `simulator/` tries
//! to break it; `load/` lets buyers come to one that runs somewhere; `sale/` simulates a day on which everybody wants the same thing; `prices.rs`
//! says what AWS asks for that; `report/` makes pages of what was measured; `documents.rs`
//! generates what is generated; `tools.rs` installs programs from PyPI and npm; `package/` builds what is deployed;
//! `stage/` runs Terraform; `rollout/` moves traffic between versions; `events.rs` reads logs; `leftovers.rs` finds what a
//! destroyed stage left; `aws/` calls AWS; `commands/` has one file per command.

pub mod aws;
pub mod commands;
pub mod console;
pub mod documents;
pub mod events;
pub mod invariants;
pub mod leftovers;
pub mod load;
pub mod local;
pub mod package;
pub mod prices;
pub mod report;
pub mod rollout;
pub mod sale;
pub mod seed;
pub mod simulator;
pub mod stage;
mod storefront;
pub mod tools;
