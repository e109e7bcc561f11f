//! What crosses the border between two contexts: events, and what the order saga hands to its steps.
//!
//! Contexts never read each other's tables and never depend on each other's crates; they share these types. Every type's
//! JSON Schema is a golden file under `schemas/`, so a change of contract shows in a diff. Within a version, changes only
//! add; anything else is a new version beside the old one.

pub mod events;
pub mod saga;
