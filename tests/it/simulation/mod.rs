//! The simulator: that it breaks nothing, that it finds what is broken, and that a seed is one history.

mod repeatability;
mod seeds;
mod shrinking;
