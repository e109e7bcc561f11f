//! SNS's query protocol: a form in, XML out.

use std::collections::BTreeMap;

use aws_smithy_xml::encode::{ScopeWriter, XmlWriter};
use serde::Deserialize;

use super::{
    form,
    topics::{MOST_BYTES, Notification, Topics, invalid},
};
use crate::{
    aws::AwsError,
    sqs::{WireAttribute, batch, parse_attributes},
};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

#[derive(Deserialize)]
#[serde(tag = "Action", rename_all_fields = "PascalCase", deny_unknown_fields)]
enum Request {
    Publish {
        #[serde(rename = "Version")]
        _version: String,
        topic_arn: String,
        #[serde(default)]
        message: String,
        subject: Option<String>,
        #[serde(default)]
        message_attributes: Attributes,
    },
    PublishBatch {
        #[serde(rename = "Version")]
        _version: String,
        topic_arn: String,
        #[serde(default)]
        publish_batch_request_entries: Members,
    },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    member: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    message: String,
    subject: Option<String>,
    #[serde(default)]
    message_attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes {
    entry: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attribute {
    name: String,
    value: WireAttribute,
}

impl Topics {
    /// Answers a request, given as the form that the SDK sends.
    ///
    /// # Errors
    /// As SNS names them.
    pub fn handle(&self, form: &str) -> Result<String, AwsError> {
        let tree = form::tree(form).map_err(|why| invalid(&why))?;
        match tree["Action"].as_str().unwrap_or_default() {
            "Publish" | "PublishBatch" => {}
            other => return Err(AwsError::not_modelled("SNS", other)),
        }
        match serde_json::from_value(tree).map_err(|why| invalid(&why.to_string()))? {
            Request::Publish { topic_arn, message, subject, message_attributes, .. } => {
                let notification = notification(message, subject, message_attributes)?;
                let id = self.publish(&topic_arn, &notification)?;
                Ok(self.answer("Publish", |result| text(result, "MessageId", &id)))
            }
            Request::PublishBatch { topic_arn, publish_batch_request_entries, .. } => {
                self.publish_batch(&topic_arn, in_order(publish_batch_request_entries.member)?)
            }
        }
    }

    fn publish_batch(&self, topic_arn: &str, entries: Vec<Entry>) -> Result<String, AwsError> {
        self.check_topic(topic_arn)?;
        batch::check(entries.iter().map(|entry| entry.id.as_str()))?;
        batch::check_size(entries.iter().map(Entry::size).sum(), MOST_BYTES)?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for Entry { id, message, subject, message_attributes } in entries {
            let published = notification(message, subject, message_attributes);
            let taken = self.queues().fail_entry(topic_arn).and(published);
            match taken.and_then(|notification| self.publish(topic_arn, &notification)) {
                Ok(message_id) => successful.push((id, message_id)),
                Err(error) => failed.push((id, error)),
            }
        }
        Ok(self.answer("PublishBatch", |result| {
            let mut list = result.start_el("Successful").finish();
            for (id, message_id) in &successful {
                let mut member = list.start_el("member").finish();
                text(&mut member, "Id", id);
                text(&mut member, "MessageId", message_id);
            }
            list.finish();
            let mut list = result.start_el("Failed").finish();
            for (id, error) in &failed {
                let mut member = list.start_el("member").finish();
                text(&mut member, "Id", id);
                text(&mut member, "Code", &error.code);
                text(&mut member, "Message", &error.message);
                text(&mut member, "SenderFault", if error.status < 500 { "true" } else { "false" });
            }
        }))
    }

    /// `<…Response><…Result>` what `write` writes `</…Result><ResponseMetadata>…`.
    fn answer(&self, action: &str, write: impl FnOnce(&mut ScopeWriter<'_, '_>)) -> String {
        let mut xml = String::new();
        let (response, result) = (format!("{action}Response"), format!("{action}Result"));
        let mut document = XmlWriter::new(&mut xml);
        let mut root = document.start_el(&response).write_ns(NAMESPACE, None).finish();
        let mut scope = root.start_el(&result).finish();
        write(&mut scope);
        scope.finish();
        let mut metadata = root.start_el("ResponseMetadata").finish();
        text(&mut metadata, "RequestId", &self.ids.unique().to_string());
        metadata.finish();
        root.finish();
        xml
    }
}

impl Entry {
    /// What it weighs, valid or not.
    fn size(&self) -> usize {
        let attributes = self.message_attributes.entry.values().map(|entry| entry.name.len() + entry.value.size());
        self.message.len() + attributes.sum::<usize>()
    }
}

fn notification(message: String, subject: Option<String>, attributes: Attributes) -> Result<Notification, AwsError> {
    let mut wire = BTreeMap::new();
    for Attribute { name, value } in attributes.entry.into_values() {
        if wire.insert(name.clone(), value).is_some() {
            return Err(invalid(&format!("The message attribute '{name}' is given twice.")));
        }
    }
    let attributes = parse_attributes(wire).map_err(|why| invalid(&why))?;
    Ok(Notification { message, subject, attributes })
}

/// A list's members, by their numbers: the tenth comes after the second.
fn in_order<T>(members: BTreeMap<String, T>) -> Result<Vec<T>, AwsError> {
    let numbered = members.into_iter().map(|(number, member)| match number.parse::<u32>() {
        Ok(number) => Ok((number, member)),
        Err(_) => Err(invalid(&format!("{number} is not a place in a list"))),
    });
    Ok(numbered.collect::<Result<BTreeMap<_, _>, _>>()?.into_values().collect())
}

fn text(parent: &mut ScopeWriter<'_, '_>, tag: &str, value: &str) {
    parent.start_el(tag).finish().data(value);
}
