//! Executions of the order saga, by Step Functions.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_sfn::Client;
use contracts::saga::OrderSaga;
use lambda::{Runtime, StartError, UniqueIds};

use crate::{Error, domain::execution_name, ports::StartSaga};

/// Starts executions of the order saga.
#[derive(Clone)]
pub(crate) struct Sagas {
    step_functions: Client,
    machine_arn: String,
    ids: Arc<dyn UniqueIds>,
}

impl Sagas {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self {
            step_functions: Client::new(&runtime.sdk),
            machine_arn: runtime.settings.text("ORDER_SAGA")?.to_owned(),
            ids: Arc::clone(&runtime.ids),
        })
    }
}

#[async_trait]
impl StartSaga for Sagas {
    async fn start(&self, saga: &OrderSaga) -> Result<String, Error> {
        let input = serde_json::to_string(saga).map_err(|why| Error::broken("a saga's input", why))?;
        let name = execution_name(&saga.order.order_id, &self.ids.unique().simple().to_string());
        let start = self.step_functions.start_execution().state_machine_arn(&self.machine_arn).name(&name).input(input);
        start.send().await.map(|_| name).map_err(|error| Error::aws("StartExecution", &error))
    }
}
