//! What resources are called. Names and ARNs are computed from stage, context and name, never read from another resource:
//! the saga needs the functions and a function needs the saga, which would be a cycle.

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

    /// The name of a queue's dead-letter queue, in its context.
    pub fn dead_letter(queue: &str) -> String {
        format!("{queue}-dead")
    }
}
