//! One file per Lambda.

use lambda::Function;

pub(crate) mod grant_scopes;

/// The functions of this context, as `service.yaml` names them.
pub fn functions() -> Vec<Function> {
    vec![Function::new(grant_scopes::NAME, grant_scopes::start)]
}
