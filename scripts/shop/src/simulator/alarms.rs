//! The alarms that a simulated shop raises: lines of its log that an alarm in AWS counts.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tracing::{Subscriber, subscriber::DefaultGuard};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// What is in the message of an error that a person has to know of: `terraform/modules/service/alarms.tf` counts such
/// lines.
const CALL: &str = "needs an operator";

/// The error lines of the shop's log, as the functions write them in AWS.
#[derive(Debug, Clone, Default)]
pub struct Alarms(Arc<Mutex<Vec<u8>>>);

impl Alarms {
    /// Listens in this thread as long as the guard lives. Nothing of the simulated shop is logged anywhere else.
    pub fn listen() -> (Self, DefaultGuard) {
        let alarms = Self::default();
        (alarms.clone(), tracing::subscriber::set_default(alarms.subscriber()))
    }

    fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        // The SDK complains of connections that the in-process ones do not have.
        let filter = EnvFilter::new("error,aws_smithy_runtime=off");
        tracing_subscriber::fmt().json().with_env_filter(filter).without_time().with_writer(self.clone()).finish()
    }

    /// Whether an operator was called for this order.
    pub fn called_for(&self, order_id: &str) -> bool {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        lines.any(|line: Value| is_a_call(&line) && line["fields"]["order_id"] == order_id)
    }
}

/// Whether the metric filter counts this line.
fn is_a_call(line: &Value) -> bool {
    line["level"] == "ERROR" && line["fields"]["message"].as_str().is_some_and(|message| message.contains(CALL))
}

impl<'a> MakeWriter<'a> for Alarms {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Alarms {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tracing::{error, warn};

    use super::*;

    #[test]
    fn what_counts_as_an_alarm_is_what_terraform_counts() {
        let terraform = include_str!("../../../../terraform/modules/service/alarms.tf");
        let pattern = format!(r#""{{ $.level = \"ERROR\" && $.fields.message = \"*{CALL}*\" }}""#);
        assert!(terraform.contains(&pattern), "{pattern}");
    }

    #[test]
    fn an_operator_is_called_by_an_error_for_one_order() {
        let (alarms, listening) = Alarms::listen();
        warn!(order_id = %"ord_1", "order needs an operator");
        error!(order_id = %"ord_1", "order was not found");
        assert!(!alarms.called_for("ord_1"));
        error!(order_id = %"ord_1", round = 8, "order needs an operator");
        drop(listening);
        assert!(alarms.called_for("ord_1") && !alarms.called_for("ord_"));
    }
}
