//! The simulator itself.

mod planted;
