//! One file per Lambda.

use lambda::Function;

pub(crate) mod list_mails;
mod send_email;

/// The functions of this context, as `service.yaml` names them.
pub fn functions() -> Vec<Function> {
    vec![Function::new(send_email::NAME, send_email::start), Function::new(list_mails::NAME, list_mails::start)]
}
