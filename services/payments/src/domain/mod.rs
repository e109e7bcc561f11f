//! What a payment is, and what may become of it. Free of I/O: time is passed in.

mod breaker;
mod event;
mod intent;
mod key;
mod payment;
mod signature;

pub use breaker::Breaker;
pub use event::{NotAnEvent, StripeEvent, news};
pub use intent::{ClientSecret, Intent, State, refusal};
pub use key::{Key, Operation};
pub use payment::{Entry, Kind, Payment, Status};
pub use signature::{BadSignature, verify};
