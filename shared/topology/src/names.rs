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
    /// Every queue of the shop, as `context/queue`.
    pub queues: Vec<String>,
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

    /// The name of a bucket: with the account in it, as no two buckets of all accounts have the same.
    pub fn bucket(&self, context: &str, name: &str) -> String {
        format!("{}-{}", self.resource(context, name), self.account)
    }

    /// The ARN of a bucket; that of all its objects has `/*` behind it.
    pub fn bucket_arn(&self, context: &str, name: &str) -> String {
        format!("arn:aws:s3:::{}", self.bucket(context, name))
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
            Kind::DeadLetters => self.queue_url(context, &Self::dead_letter(&name)),
            Kind::Bucket => self.bucket(context, &name),
            Kind::Shop => self.of_all(&name, &given.queues)?,
            Kind::Saga => self.saga_arn(context, &name),
            Kind::Email => given.sender.clone(),
            Kind::Stage => given.values.get(&name)?.clone(),
        })
    }

    /// Every queue with its URL, or that of its dead-letter queue: `orders/watch=https://…,orders/starts=https://…`.
    fn of_all(&self, what: &str, queues: &[String]) -> Option<String> {
        let url = |queue: &String| {
            let (context, name) = queue.split_once('/')?;
            let url = match what {
                "queues" => self.queue_url(context, name),
                "dead-letters" => self.queue_url(context, &Self::dead_letter(name)),
                _ => return None,
            };
            Some(format!("{queue}={url}"))
        };
        Some(queues.iter().map(url).collect::<Option<Vec<_>>>()?.join(","))
    }

    /// The pattern of the ARNs of all queues, or of all dead-letter queues, for `shop/queues` and `shop/dead-letters`.
    pub fn of_all_arn(&self, what: &str) -> String {
        self.queue_arn("*", "").trim_end_matches('-').to_owned() + if what == "dead-letters" { "-dead" } else { "" }
    }

    /// The name of a queue's dead-letter queue, in its context.
    pub fn dead_letter(queue: &str) -> String {
        format!("{queue}-dead")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_what_it_refers_to() {
        let names = Names { stage: "dev".into(), region: "eu-central-1".into(), account: "123456789012".into() };
        let given = Given {
            sender: "shop@example.com".to_owned(),
            values: BTreeMap::from([("base".to_owned(), "https://stripe".to_owned())]),
            queues: vec!["shop/watch".to_owned(), "other/watch".to_owned()],
        };
        let settings = [
            ("table/orders", "emporium-dev-shop-orders"),
            ("secret/key", "emporium-dev-shop-key"),
            ("topic/news", "arn:aws:sns:eu-central-1:123456789012:emporium-dev-shop-news"),
            ("queue/watch", "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-dev-shop-watch"),
            ("dead-letters/watch", "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-dev-shop-watch-dead"),
            (
                "shop/dead-letters",
                "shop/watch=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-dev-shop-watch-dead,\
                 other/watch=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-dev-other-watch-dead",
            ),
            ("bucket/uploads", "emporium-dev-shop-uploads-123456789012"),
            ("saga/tale", "arn:aws:states:eu-central-1:123456789012:stateMachine:emporium-dev-shop-tale"),
            ("email/sender", "shop@example.com"),
            ("stage/base", "https://stripe"),
            ("30", "30"),
            ("a/b", "a/b"),
        ];
        for (value, meant) in settings {
            assert_eq!(names.setting("shop", value, &given).as_deref(), Some(meant), "{value}");
        }
        assert_eq!(names.setting("shop", "stage/unknown", &given), None);
    }
}
