//! The shop from end to end, over HTTP.

mod accounts;
mod api;
mod backoffice;
mod cancelling;
mod catalogue;
mod console;
mod cost;
mod hostile;
mod load;
mod ordering;
mod payment;
mod recovery;
pub mod sale;
mod window;
