//! The shop's two protocols as models, small enough to visit every state that can be reached: the order saga
//! ([`saga`]) and the stock ([`stock`]).
//!
//! A test by example shows that one course of events ends well, and a simulation that thousands do. A model shows it of
//! all of them, within its bounds: every order in which calls, losses, deaths, cancels and deadlines can come. The
//! price is that it is not the shipped code. It follows it call by call; the saga's transitions are compared with the
//! shipped definition by a test.
//!
//! Each rule of the protocols can be left out ([`report`]), and then the shortest course of events that goes wrong is
//! what the rule is for. A rule without which nothing goes wrong says so, and why it is kept.

mod check;
mod report;

pub mod saga;
pub mod stock;

pub use check::{Broken, Firsts, Found, Told};
pub use report::{Explored, RuleReport, explore, explore_further, report};
