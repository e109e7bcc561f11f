//! The protocols hold, each rule is for something, and the model is of the saga that is shipped.

mod definition;
mod protocols;
mod rules;
