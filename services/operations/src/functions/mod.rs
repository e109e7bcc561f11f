//! One file per Lambda.

use lambda::Function;

pub(crate) mod list_dead_letters;
pub(crate) mod redrive_dead_letters;

/// The functions of this context, as `service.yaml` names them.
pub fn functions() -> Vec<Function> {
    vec![
        Function::new(list_dead_letters::NAME, list_dead_letters::start),
        Function::new(redrive_dead_letters::NAME, redrive_dead_letters::start),
    ]
}
