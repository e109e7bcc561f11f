//! What resources are called. Names and ARNs are computed from stage, context and name, never read from another resource:
//! the saga needs the functions and a function needs the saga, which would be a cycle.

use std::collections::BTreeMap;

use crate::{Kind, Reference};

/// What a stage decides and no `service.yaml`: what `email/sender` and `stage/...` stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// Who mails come from.
    pub sender: String,
    /// Values by the part after `stage/`.
    pub values: BTreeMap<String, String>,
}

/// Computes names and ARNs for one stage. `terraform/modules/service` computes the same ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The stage, as in `dev`.
    pub stage: String,
    /// The AWS region.
    pub region: String,
    /// The AWS account.
    pub account: String,
}

impl Names {
    /// `emporium-<stage>-<context>-<name>`.
    pub fn resource(&self, context: &str, name: &str) -> String {
        format!("emporium-{}-{context}-{name}", self.stage)
    }

    /// What comes before `<context>-<function>` in a function's ARN; the value of `${functions}` in a saga's definition.
    pub fn function_prefix(&self) -> String {
        format!("arn:aws:lambda:{}:{}:function:emporium-{}-", self.region, self.account, self.stage)
    }

    /// The ARN of a topic.
    pub fn topic_arn(&self, context: &str, name: &str) -> String {
        format!("arn:aws:sns:{}:{}:{}", self.region, self.account, self.resource(context, name))
    }

    /// The ARN of a queue.
    pub fn queue_arn(&self, context: &str, name: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{}", self.region, self.account, self.resource(context, name))
    }

    /// The URL of a queue.
    pub fn queue_url(&self, context: &str, name: &str) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{}", self.region, self.account, self.resource(context, name))
    }

    /// The ARN of a saga's state machine.
    pub fn saga_arn(&self, context: &str, name: &str) -> String {
        format!("arn:aws:states:{}:{}:stateMachine:{}", self.region, self.account, self.resource(context, name))
    }

    /// The ARN of a table.
    pub fn table_arn(&self, context: &str, name: &str) -> String {
        format!("arn:aws:dynamodb:{}:{}:table/{}", self.region, self.account, self.resource(context, name))
    }

    /// The ARN of a secret, with `?` for each of the six characters that AWS adds to it.
    pub fn secret_arn(&self, context: &str, name: &str) -> String {
        format!(
            "arn:aws:secretsmanager:{}:{}:secret:{}-??????",
            self.region,
            self.account,
            self.resource(context, name)
        )
    }

    /// What a function reads where its `service.yaml` sets `value`: a resource's name, ARN or URL if that is a reference, or
    /// else the value as it is. Nothing if it refers to what the stage was not given.
    pub fn setting(&self, context: &str, value: &str, given: &Given) -> Option<String> {
        let Ok(Reference { kind, name }) = value.parse() else { return Some(value.to_owned()) };
        Some(match kind {
            Kind::Table | Kind::Secret => self.resource(context, &name),
            Kind::Topic => self.topic_arn(context, &name),
            Kind::Queue => self.queue_url(context, &name),
            Kind::Saga => self.saga_arn(context, &name),
            Kind::Email => given.sender.clone(),
            Kind::Stage => given.values.get(&name)?.clone(),
        })
    }

    /// The name of a queue's dead-letter queue, in its context.
    pub fn dead_letter(queue: &str) -> String {
        format!("{queue}-dead")
    }
}
