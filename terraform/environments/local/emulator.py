"""Starts the emulator, put right where it differs from AWS in what this shop depends on. See README.md.

Each difference is one function here, so that it can go when the emulator no longer needs it.
"""

import contextvars
import hashlib
import json
import socketserver
import time

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region


def send_at_once():
    """Its answers to functions leave in two small writes. With Nagle's algorithm the second waits for the other side's
    delayed acknowledgement, which makes every invocation some 40 ms slower."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def count_loopback_as_encrypted():
    """It speaks plain HTTP, on loopback only, and then enforces every policy that denies what is not TLS."""
    origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))
    iam_evaluator._request_origin = origin
    iam_evaluator.pin_request_origin = lambda address, _encrypted: origin.set((address, True))


def take_batches_for_single_calls():
    """In IAM, a batch needs the action of one: PublishBatch needs sns:Publish. Here they are actions of their own.

    Sources: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SNS" and "... SQS"."""
    single = {
        "sns:PublishBatch": "sns:Publish",
        "sqs:SendMessageBatch": "sqs:SendMessage",
        "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    }
    extract = iam_actions.extract_iam_action

    def extract_single(*arguments, **named):
        action = extract(*arguments, **named)
        return single.get(action, action)

    iam_actions.extract_iam_action = extract_single


def move_dead_letters(sqs):
    """StartMessageMoveTask is missing, and would be authorized on *. Letters go to the queue that is named, or back to where
    they came from: one that was sent to the dead-letter queue itself came from nowhere, and stays.

    Source: SQS API Reference, "StartMessageMoveTask"."""
    extract = iam_actions.extract_resource_arn

    def extract_source(service, method, path, headers, body, *rest, **named):
        if service == "sqs" and headers.get("x-amz-target") == "AmazonSQS.StartMessageMoveTask":
            return json.loads(body)["SourceArn"]
        return extract(service, method, path, headers, body, *rest, **named)

    def move(request, _url):
        source, now = sqs._queue_by_arn(request["SourceArn"]), time.time()
        if source is None:
            raise sqs._Err("ResourceNotFoundException", "The resource that you specified for SourceArn does not exist.", 404)
        letters, source["messages"] = source["messages"], []
        for letter in letters:
            origin = letter["sys"].get("DeadLetterQueueSourceArn", "")
            queue = sqs._queue_by_arn(request.get("DestinationArn") or origin)
            if queue is None or letter["visible_at"] > now:
                source["messages"].append(letter)
            else:
                queue["messages"].append({**letter, "receive_count": 0, "first_receive_at": None})
        sqs.esm_wake.set()
        return {"TaskHandle": hashlib.sha256(f"{source['url']} {now}".encode()).hexdigest()}

    iam_actions.extract_resource_arn = extract_source
    sqs._HANDLERS["StartMessageMoveTask"] = move


def know_who_a_mail_is_from(app):
    """SendEmail is authorized on the sender's identity, and conditions on ses:FromAddress are about the sender; it does not
    look into the mail for either.

    Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SES v2"."""
    sender = contextvars.ContextVar("sender", default=None)
    enforce_ses, enforce = app._enforce_ses_v2, app._enforce_data_plane

    def enforce_ses_with_sender(method, path, headers, body, *rest):
        mail = json.loads(body) if body[:1] == b"{" else {}
        sender.set(mail.get("FromEmailAddress"))
        return enforce_ses(method, path, headers, body, *rest)

    def enforce_with_sender(service, *rest, **named):
        if service == "sesv2" and sender.get():
            identity = f"arn:aws:ses:{get_region()}:{get_account_id()}:identity/{sender.get()}"
            named.update(service_context={"ses:fromaddress": sender.get()}, resource_arn=identity)
        return enforce(service, *rest, **named)

    app._enforce_ses_v2, app._enforce_data_plane = enforce_ses_with_sender, enforce_with_sender


def name_log_events(logs):
    """FilterLogEvents gives events without their eventId, by which whoever follows a log tells new ones from old."""
    answer = logs.json_response

    def answer_with_ids(body, *rest, **named):
        if "searchedLogStreams" in body:
            for event in body["events"]:
                line = f"{event['logStreamName']} {event['timestamp']} {event['message']}"
                event["eventId"] = hashlib.sha256(line.encode()).hexdigest()
        return answer(body, *rest, **named)

    logs.json_response = answer_with_ids


send_at_once()
count_loopback_as_encrypted()
take_batches_for_single_calls()

# Only now: it takes the functions that were replaced by name.
from ministack import app  # noqa: E402
from ministack.services import cloudwatch_logs, sqs  # noqa: E402

move_dead_letters(sqs)
know_who_a_mail_is_from(app)
name_log_events(cloudwatch_logs)
app.main()
