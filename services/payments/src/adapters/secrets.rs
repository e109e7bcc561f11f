//! Secrets Manager.

use aws_sdk_secretsmanager::Client;
use lambda::{Runtime, StartError, chain};

/// The secret whose name is the value of `setting`. Read once, when a function starts, and kept as long as its
/// environment lives: after a secret was rotated, new environments use the new one.
///
/// # Errors
/// The setting is missing, or the secret cannot be read.
pub(crate) async fn read(runtime: &Runtime, setting: &str) -> Result<String, StartError> {
    let name = runtime.settings.text(setting)?;
    let answer = Client::new(&runtime.sdk).get_secret_value().secret_id(name).send().await;
    let answer = answer.map_err(|error| StartError::Outside(format!("the secret {name}: {}", chain(&error))))?;
    let secret = answer.secret_string.unwrap_or_default().trim().to_owned();
    if secret.is_empty() {
        return Err(StartError::Outside(format!("the secret {name} is empty")));
    }
    Ok(secret)
}
