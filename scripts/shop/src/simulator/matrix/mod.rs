//! The kill matrix: every call that every function makes, struck by every kind of death, one after the other.
//!
//! The simulator draws its faults, and so may never draw the one that matters. Here nothing is drawn. Each scenario
//! (`scenarios.rs`: what `people.rs` do to a shop) is run once undisturbed, which records all calls in order. Because a run is
//! repeatable, the n-th call is the same call in the next run, up to the moment at which something else happens; so each is
//! struck in a run of its own (`scripted.rs`, `run.rs`). After every run the shop must come to rest with nothing wrong, and the
//! order must have ended as the scenario says.

mod people;
mod run;
mod saga;
mod scenarios;
mod scripted;
mod sweep;

pub use run::{Course, Faults, Run, run};
pub use saga::Saga;
pub use scenarios::{SCENARIOS, Scenario};
pub(super) use scripted::Script;
pub use scripted::{Interference, Made, Strike};
pub use sweep::{FAULTS, Job, Purpose, Recording, Struck, actions, pairs, perform, record, singles};
