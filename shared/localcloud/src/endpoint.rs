//! Where functions' requests arrive: finds out who asks, whether they may, and which service answers.

use std::{fmt, sync::Arc};

use fakestripe::Fault;
use kernel::Clock;
use serde_json::{Value, json};
use topology::Kind;

use crate::{
    aws::AwsError,
    cloud::Inner,
    connector::{Incoming, Outgoing},
    dynamodb::touched,
    s3,
    sqs::query_code,
};

/// What a request asks for.
pub(crate) struct Asked {
    /// The service: `dynamodb`, or `stripe`.
    pub service: &'static str,
    /// The action: `PutItem`, or `POST /v1/payment_intents`.
    pub action: String,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.action)
    }
}

/// The services that are modelled, as signatures name them.
const SERVICES: [&str; 7] = ["dynamodb", "sqs", "sns", "states", "secretsmanager", "ses", "s3"];

impl Inner {
    /// What a request asks for, as far as can be told without looking at whether it may.
    pub(crate) fn asked(&self, request: &Outgoing) -> Asked {
        if let Some(path) = request.uri.strip_prefix(&self.stripe_base) {
            return Asked { service: "stripe", action: format!("{} {path}", request.method) };
        }
        let named = signature(request).map(|(_, service)| service).unwrap_or_default();
        let service = SERVICES.into_iter().find(|service| *service == named).unwrap_or("unknown");
        let action = match service {
            "sns" => form_field(request, "Action"),
            "ses" => "SendEmail".to_owned(),
            "s3" => s3::action(&request.method),
            _ => operation(request),
        };
        Asked { service, action }
    }

    /// Answers a request that a function sent out. What goes wrong inside Stripe is `fault`.
    pub(crate) async fn answer(self: Arc<Self>, request: Outgoing, fault: Fault) -> Incoming {
        if request.uri.starts_with(&self.stripe_base) {
            return self.ask_stripe(request, fault);
        }
        let Some((access_key, service)) = signature(&request) else {
            return json_error(&AwsError::client("MissingAuthenticationToken", "The request is not signed."));
        };
        let Some(caller) = self.permissions.caller(&access_key) else {
            let error = AwsError::client(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            );
            return json_error(&error);
        };
        let answer = match service.as_str() {
            "dynamodb" => return self.ask_dynamodb(caller, &request),
            "sns" => return self.ask_sns(caller, &request),
            "s3" => return self.ask_s3(caller, &request),
            "sqs" => self.ask_sqs(caller, &request).await,
            "states" => self.ask_states(caller, &request),
            "secretsmanager" => self.ask_secrets(caller, &request),
            "ses" => self.ask_ses(caller, &request),
            other => Err(AwsError::not_modelled(other, "service")),
        };
        answer.map_or_else(|error| error_answer(&service, &error), |answer| json_answer(&answer))
    }

    fn ask_dynamodb(&self, caller: &str, request: &Outgoing) -> Incoming {
        let operation = operation(request);
        let body = match body(request) {
            Ok(body) => body,
            Err(error) => return json_error(&error),
        };
        self.meter.request(caller, &format!("dynamodb:{operation}"));
        let touched = touched(&operation, &body);
        for (table, action) in &touched {
            if let Err(error) = self.permissions.check(caller, Kind::Table, table, action) {
                return json_error(&error);
            }
        }
        let answer = self.dynamodb.call(&operation, body, touched.iter().map(|(table, _)| table.as_str()));
        self.meter.note(|readings| {
            *readings.write_units.entry(caller.to_owned()).or_default() += answer.units.write;
            *readings.read_units.entry(caller.to_owned()).or_default() += answer.units.read;
        });
        match answer.body {
            Ok(body) => json_answer(&body),
            Err(refused) => {
                Incoming { status: refused.status, headers: json_headers(), body: refused.body.into_bytes() }
            }
        }
    }

    async fn ask_sqs(&self, caller: &str, request: &Outgoing) -> Result<Value, AwsError> {
        let (operation, body) = (operation(request), body(request)?);
        if operation == "StartMessageMoveTask" {
            return self.move_messages(caller, body).await;
        }
        let url = body["QueueUrl"].as_str().unwrap_or_default();
        let queue = url.rsplit('/').next().unwrap_or_default();
        // A batch needs the permission of its parts, and has no action of its own.
        let action = operation.strip_suffix("Batch").unwrap_or(&operation);
        self.meter.request(caller, &format!("sqs:{operation}"));
        let arn = format!("arn:aws:sqs:{}:{}:{queue}", self.names.region, self.names.account);
        self.permissions.check(caller, Kind::Queue, &arn, action)?;
        self.queues.handle(&operation, body).await
    }

    /// Whoever has messages moved needs what the move is made of.
    ///
    /// Source: SQS Developer Guide, "Amazon SQS API permissions": `StartMessageMoveTask`.
    async fn move_messages(&self, caller: &str, body: Value) -> Result<Value, AwsError> {
        self.meter.request(caller, "sqs:StartMessageMoveTask");
        let source = body["SourceArn"].as_str().unwrap_or_default();
        for action in ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] {
            self.permissions.check(caller, Kind::Queue, source, action)?;
        }
        let destination = body["DestinationArn"].as_str().or(source.strip_suffix("-dead")).unwrap_or_default();
        self.permissions.check(caller, Kind::Queue, destination, "SendMessage")?;
        self.queues.handle("StartMessageMoveTask", body).await
    }

    fn ask_sns(&self, caller: &str, request: &Outgoing) -> Incoming {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let (operation, topic) = (form_field(request, "Action"), form_field(request, "TopicArn"));
        self.meter.request(caller, &format!("sns:{operation}"));
        let action = operation.strip_suffix("Batch").unwrap_or(&operation);
        let outcome =
            self.permissions.check(caller, Kind::Topic, &topic, action).and_then(|()| self.topics.handle(&form));
        match outcome {
            Ok(xml) => {
                Incoming { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body: xml.into_bytes() }
            }
            Err(error) => error_answer("sns", &error),
        }
    }

    fn ask_states(self: &Arc<Self>, caller: &str, request: &Outgoing) -> Result<Value, AwsError> {
        let (operation, body) = (operation(request), body(request)?);
        self.meter.request(caller, &format!("states:{operation}"));
        let machine = body["stateMachineArn"].as_str().unwrap_or_default().to_owned();
        self.permissions.check(caller, Kind::Saga, &machine, &operation)?;
        match operation.as_str() {
            "StartExecution" => self.start_execution(&machine, &body),
            other => Err(AwsError::not_modelled("Step Functions", other)),
        }
    }

    fn ask_secrets(&self, caller: &str, request: &Outgoing) -> Result<Value, AwsError> {
        let (operation, body) = (operation(request), body(request)?);
        self.meter.request(caller, &format!("secretsmanager:{operation}"));
        let id = body["SecretId"].as_str().unwrap_or_default();
        self.permissions.check(caller, Kind::Secret, id, &operation)?;
        match operation.as_str() {
            "GetSecretValue" => {
                let value = self.secrets.get(id).ok_or_else(|| {
                    AwsError::client("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
                })?;
                let arn = format!("arn:aws:secretsmanager:{}:{}:secret:{id}", self.names.region, self.names.account);
                Ok(json!({ "ARN": arn, "Name": id, "SecretString": value, "VersionId": "1" }))
            }
            other => Err(AwsError::not_modelled("Secrets Manager", other)),
        }
    }

    fn ask_ses(&self, caller: &str, request: &Outgoing) -> Result<Value, AwsError> {
        if request.method != "POST" || !request.uri.ends_with("/v2/email/outbound-emails") {
            return Err(AwsError::not_modelled("SES", &request.uri));
        }
        self.meter.request(caller, "ses:SendEmail");
        self.permissions.check(caller, Kind::Email, "sender", "SendEmail")?;
        self.mailbox.send(&body(request)?, &self.options.mail_sender, self.clock.now())
    }
}

/// Access key and service of a request, from its signature.
///
/// Source: AWS Signature Version 4, the `Authorization` header's `Credential`. The signature itself is not checked.
fn signature(request: &Outgoing) -> Option<(String, String)> {
    let credential = request.header("authorization")?.split("Credential=").nth(1)?.split(',').next()?;
    let mut parts = credential.split('/');
    let access_key = parts.next()?.to_owned();
    let service = parts.nth(2)?.to_owned();
    Some((access_key, service))
}

/// The operation of a request in AWS's JSON protocols: `X-Amz-Target: DynamoDB_20120810.PutItem`.
fn operation(request: &Outgoing) -> String {
    let target = request.header("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

fn body(request: &Outgoing) -> Result<Value, AwsError> {
    serde_json::from_slice(&request.body).map_err(|why| AwsError::client("SerializationException", why.to_string()))
}

/// A field of a request in AWS's query protocol.
fn form_field(request: &Outgoing, wanted: &str) -> String {
    let mut pairs = form_urlencoded::parse(&request.body);
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// An error as `service` words it.
pub(crate) fn error_answer(service: &str, error: &AwsError) -> Incoming {
    match service {
        "sqs" => sqs_error(error),
        "sns" => xml_error(error),
        "ses" => rest_error(error),
        "s3" => s3::xml_error(error),
        _ => json_error(error),
    }
}

fn json_headers() -> Vec<(&'static str, String)> {
    vec![("content-type", "application/x-amz-json-1.0".to_owned())]
}

fn json_answer(body: &Value) -> Incoming {
    Incoming { status: 200, headers: json_headers(), body: body.to_string().into_bytes() }
}

fn json_error(error: &AwsError) -> Incoming {
    let body = json!({ "__type": error.code, "message": error.message });
    Incoming { status: error.status, headers: json_headers(), body: body.to_string().into_bytes() }
}

/// SQS names its errors in a header too, as its older clients expect.
fn sqs_error(error: &AwsError) -> Incoming {
    let mut answer = json_error(error);
    let fault = if error.status >= 500 { "Receiver" } else { "Sender" };
    answer.headers.push(("x-amzn-query-error", format!("{};{fault}", query_code(&error.code))));
    answer
}

fn rest_error(error: &AwsError) -> Incoming {
    let mut answer = json_error(error);
    answer.headers.push(("x-amzn-errortype", error.code.clone()));
    answer
}

fn xml_error(error: &AwsError) -> Incoming {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let kind = if error.status >= 500 { "Receiver" } else { "Sender" };
    let body = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{kind}</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
        escape(&error.code),
        escape(&error.message),
    );
    Incoming { status: error.status, headers: vec![("content-type", "text/xml".to_owned())], body: body.into_bytes() }
}
