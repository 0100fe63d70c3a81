"""The function that answers CloudFormation, over HTTP: an answer arrives, and in time."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus

import pytest
from database_users import STACK, Cloud, context

import answer
import apply
from rdsproxy_client.aws import Answer

DONE = "response", {"physical_id": "MYSQL/app", "data": {"UserName": "app"}}


@pytest.fixture
def cloud(monkeypatch):
    with Cloud() as cloud:
        for name, value in {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "key-of-the-function",
            "AWS_ENDPOINT_URL_LAMBDA": cloud.address,
            "APPLY_FUNCTION_NAME": "apply",
            "RDS_ENGINE_FAMILY": "MYSQL",
        }.items():
            monkeypatch.setenv(name, value)
        cloud.invoke = lambda _: DONE
        yield cloud


def event(cloud, **more):
    return {
        "RequestType": "Create",
        "ResponseURL": cloud.response_url,
        "StackId": STACK,
        "RequestId": "request-2",
        "LogicalResourceId": "User",
        "ResourceProperties": {"UserName": "app"},
    } | more


def test_the_event_is_handed_on_signed_and_without_its_address(cloud):
    asked = event(cloud)
    answer.handler(asked, context(60))

    ((path, headers, given),) = cloud.invoked
    assert path == "/2015-03-31/functions/apply/invocations"
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert given == {name: value for name, value in asked.items() if name != "ResponseURL"}


def test_the_outcome_is_put_where_cloudformation_waits(cloud):
    answer.handler(event(cloud), context(60))

    assert cloud.answers == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            "PhysicalResourceId": "MYSQL/app",
            "StackId": STACK,
            "RequestId": "request-2",
            "LogicalResourceId": "User",
            "Data": {"UserName": "app"},
        }
    ]


def test_an_answer_leaves_before_the_functions_own_time_is_up(cloud):
    is_answered = threading.Event()
    cloud.invoke = lambda _: is_answered.wait() and DONE
    own_time = context(answer.ANSWER_SECONDS + 1.2)
    try:
        answer.handler(event(cloud), own_time)
        left = own_time.get_remaining_time_in_millis()
    finally:
        is_answered.set()

    assert left > answer.ANSWER_SECONDS * 1000 / 2
    (said,) = cloud.answers
    assert said["Status"] == "FAILED"
    assert "did not answer: lambda does not answer: TimeoutError." in said["Reason"]


def test_a_temporary_refusal_is_retried(cloud):
    cloud.refusals = [HTTPStatus.TOO_MANY_REQUESTS]
    answer.handler(event(cloud), context(60))

    assert [said["Status"] for said in cloud.answers] == ["SUCCESS"]


def test_a_long_throttled_event_is_answered_once_throttling_ends(cloud, monkeypatch):
    monkeypatch.setattr(answer, "PAUSES", (0.01,))
    cloud.refusals = [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT] * 7
    answer.handler(event(cloud), context(60))

    assert [said["Status"] for said in cloud.answers] == ["SUCCESS"]
    assert len(cloud.invoked) == 22


def test_http_is_answered_where_lambda_is_on_loopback_only(cloud, monkeypatch):
    elsewhere = cloud.address.replace("127.0.0.1", "example.com")
    monkeypatch.setattr(answer, "invoked", lambda *_: Answer(json.dumps(DONE[1]).encode(), {}))
    for endpoint in ("", "https://lambda.eu-west-1.amazonaws.com", elsewhere):
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", endpoint)
        answer.handler(event(cloud), context(answer.ANSWER_SECONDS + 3))

    assert cloud.answers == []


def test_an_answer_is_put_again_until_it_arrives(cloud):
    def invoke(_):
        cloud.refusals = [HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR]
        return DONE

    cloud.invoke = invoke
    answer.handler(event(cloud), context(60))

    assert [said["Status"] for said in cloud.answers] == ["SUCCESS"]


@pytest.mark.parametrize(
    "broken",
    [
        {"ResourceProperties": None},
        {"ResourceProperties": {"UserName": ["app"]}},
        {"PhysicalResourceId": 7},
        {"RequestType": None},
    ],
)
def test_an_event_that_makes_no_sense_is_answered(cloud, broken):
    cloud.invoke = lambda given: ("response", apply.handler(given, context(20)))
    answer.handler(event(cloud, **broken), context(60))

    assert [said["Status"] for said in cloud.answers] == ["FAILED"]


@pytest.mark.parametrize("url", [None, "", "ftp://x", "http://elsewhere.example/x"])
def test_nothing_is_raised_when_nobody_waits_for_the_answer(cloud, url):
    answer.handler(event(cloud, ResponseURL=url), context(2))

    assert cloud.answers == []
