//! Asked by the user pool before it issues a token.

use lambda::{Handler, Runtime, StartError, token};

use crate::domain::scopes_to_add;

pub(crate) const NAME: &str = "grant-scopes";

pub(crate) async fn start(_: Runtime) -> Result<Handler, StartError> {
    Ok(token(|request| std::future::ready(Ok(scopes_to_add(&request.groups, &request.scopes)))))
}
