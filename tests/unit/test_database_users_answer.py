"""Answers to CloudFormation, whatever the function that applies changes does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import Message
from types import SimpleNamespace
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import answer
import physical_id
from rdsproxy_client.aws import Answer, CallFailed
from rdsproxy_client.sigv4 import Keys, signed_headers

NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
EVENT = {
    "RequestType": "Create",
    "ResponseURL": "https://bucket.example/answer",
    "StackId": "stack-1",
    "RequestId": "request-2",
    "LogicalResourceId": "User",
    "ResourceProperties": {"UserName": "app"},
}
CONTEXT = SimpleNamespace(
    aws_request_id="request-1",
    log_stream_name="outer",
    get_remaining_time_in_millis=lambda: 60_000,
)


class Aws:
    """Other function, with a list of answers, and CloudFormation's bucket."""

    def __init__(self, *answers):
        self.answers, self.invoked, self.sent = list(answers), [], []

    def invoke(self, name, region, event, seconds):
        self.invoked.append(seconds)
        said = self.answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def deliver(self, url, body, until):
        self.sent.append(json.loads(body))
        assert len(body) < 4096
        return True


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setenv("APPLY_FUNCTION_NAME", "apply")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("RDS_ENGINE_FAMILY", "MYSQL")
    slept = []
    monkeypatch.setattr(answer.time, "sleep", slept.append)
    monkeypatch.setattr(answer.time, "monotonic", lambda: sum(slept))

    def told(aws, **more):
        """Return the only answer to an event."""
        monkeypatch.setattr(answer, "invoked", aws.invoke)
        monkeypatch.setattr(answer, "delivered", aws.deliver)
        answer.handler(EVENT | more, CONTEXT)
        (sent,) = aws.sent
        return sent["Status"], sent["PhysicalResourceId"], sent["Reason"]

    return told


def outcome(body, error=None):
    headers = Message()
    if error:
        headers["X-Amz-Function-Error"] = error
    return Answer(body if isinstance(body, bytes) else json.dumps(body).encode(), headers)


def failed(**error):
    return outcome(error, "Unhandled")


DONE = outcome({"physical_id": "MYSQL/app", "data": {}})
NO_OUTCOME = "The function that applies changes ended without an outcome"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (failed(errorType="Sandbox.Timedout", errorMessage="hunter2"), f"{NO_OUTCOME}."),
        (failed(errorType="hunter2"), f"{NO_OUTCOME}."),
        (outcome(b"hunter2", "Unhandled"), f"{NO_OUTCOME}."),
        (outcome(b"hunter2"), "The function that applies changes returned a malformed outcome."),
        (outcome(None), "The function that applies changes returned a malformed outcome."),
        (outcome({"data": {}}), "The function that applies changes returned a malformed outcome."),
        (
            CallFailed("lambda does not answer: TimeoutError"),
            "The function that applies changes did not answer: "
            "lambda does not answer: TimeoutError.",
        ),
    ],
)
def test_a_user_that_may_be_there_is_deleted_with_the_failed_resource(told, said, sentence):
    answers = [said] * 50

    assert told(Aws(*answers)) == ("FAILED", "MYSQL/app", f"{sentence} See the log stream outer.")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (failed(errorType="Runtime.ImportModuleError"), "(Runtime.ImportModuleError). See"),
        (CallFailed("lambda answered 404", 404), "did not answer: lambda answered 404. See"),
    ],
)
def test_what_never_began_is_nothing(told, said, sentence):
    status, made, reason = told(Aws(said))

    assert (status, made) == ("FAILED", "nothing/request-1")
    assert sentence in reason


@pytest.mark.parametrize(("made", "told_id"), [(None, "nothing/request-1"), ("x/a", "x/a")])
def test_a_failure_is_handed_on_with_the_log_that_tells_more(told, made, told_id):
    said = outcome({"failure": "No.", "physical_id": made, "log": "inner"})

    assert told(Aws(said)) == ("FAILED", told_id, "No. See the log stream inner.")


def test_a_long_failure_is_cut_but_for_the_log(told):
    said = outcome({"failure": "x" * 9000, "physical_id": None, "log": "inner"})
    _, _, reason = told(Aws(said))

    assert reason.endswith("x See the log stream inner.")


@pytest.mark.parametrize("status", [403, 409, 429, 503])
def test_who_is_throttled_asks_again_for_as_long_as_there_is_time(told, status):
    refusals = [CallFailed(f"lambda answered {status}", status)] * 10

    assert told(Aws(*refusals, DONE)) == ("SUCCESS", "MYSQL/app", "")


def test_who_is_throttled_to_the_end_says_so_in_time(told):
    status, made, reason = told(Aws(*[CallFailed("lambda answered 429", 429)] * 50))

    assert (status, made) == ("FAILED", "nothing/request-1")
    assert "did not answer: lambda answered 429. See" in reason


def test_what_is_updated_keeps_its_id_when_that_fails(told):
    said = outcome({"failure": "No.", "physical_id": "MYSQL/new", "log": "inner"})
    _, made, _ = told(Aws(said), RequestType="Update", PhysicalResourceId="MYSQL/old")

    assert made == "MYSQL/old"


def test_what_never_began_is_deleted_without_asking_anybody(told):
    aws = Aws()
    given = physical_id.of_nothing("request-0")

    assert told(aws, RequestType="Delete", PhysicalResourceId=given) == ("SUCCESS", given, "")
    assert aws.invoked == []


@pytest.mark.parametrize("status", [None, 403, 409, 429, 500, 503])
def test_what_is_refused_for_now_is_invoked_again(told, status):
    aws = Aws(CallFailed("no", status), CallFailed("no", status), DONE)

    assert told(aws)[0] == "SUCCESS"


def test_waiting_ends_while_there_is_time_to_answer(told):
    aws = Aws(DONE)
    told(aws)

    assert 39 < aws.invoked[0] <= 60 - answer.ANSWER_SECONDS


def test_whatever_is_unexpected_is_answered_too(told, monkeypatch):
    monkeypatch.delenv("APPLY_FUNCTION_NAME")
    status, _, reason = told(Aws())

    assert status == "FAILED"
    assert reason == "An unexpected error occurred. See the log stream outer."


@pytest.mark.parametrize("name", ["apply", "arn:aws:lambda:eu-west-1:123456789012:function:a"])
def test_the_signature_of_a_path_equals_botocores(name, monkeypatch):
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOON)
    path = f"/2015-03-31/functions/{quote(name, safe='')}/invocations"
    host = "lambda.eu-west-1.amazonaws.com"
    request = AWSRequest("POST", f"https://{host}{path}", data=b"{}")
    credentials = Credentials("AKIDEXAMPLE", "key", "session")
    botocore.auth.SigV4Auth(credentials, "lambda", "eu-west-1").add_auth(request)

    keys = Keys("AKIDEXAMPLE", "key", "session")
    now = NOON.timestamp()
    ours = signed_headers({"host": host}, b"{}", "lambda", "eu-west-1", keys, path=path, now=now)
    assert ours["authorization"] == request.headers["Authorization"]
