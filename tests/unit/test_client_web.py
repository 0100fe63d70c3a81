"""Requests and answers of handlers: everything that an event says, and patterns of paths."""

from __future__ import annotations

import json
from base64 import b64encode
from types import SimpleNamespace

import pytest

from rdsproxy_client import Fault, Refused, within_invocation
from rdsproxy_client.deadline import left
from rdsproxy_client.web import Answer, Failed, Request, answer

CONTEXT = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: 29_000)


def event(path="/", method="GET", authorizer=None, **more):
    around = {"http": {"method": method}, "requestId": "api-1", "authorizer": authorizer}
    return {"rawPath": path, "requestContext": around} | more


def said(routes, made, refusals=None):
    response = answer(routes, made, CONTEXT, refusals)
    return response["statusCode"], response["body"] and json.loads(response["body"])


ORDERS = {
    "/orders/last": {"GET": lambda request: {"last": True}},
    "/orders/{id}": {"GET": lambda request: request.path_parameters},
    "/orders/{id}/lines/{line}": {"GET": lambda request: request.path_parameters},
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/orders/last", {"last": True}),
        ("/orders/7", {"id": "7"}),
        ("/orders/a%2Fb%20c", {"id": "a/b c"}),
        ("/orders/7/lines/2", {"id": "7", "line": "2"}),
    ],
)
def test_a_path_meets_its_pattern(path, body):
    assert said(ORDERS, event(path)) == (200, body)


@pytest.mark.parametrize("path", ["/orders", "/orders/", "/orders/7/", "/orders/7/lines"])
def test_another_path_is_not_found(path):
    assert said(ORDERS, event(path))[0] == 404


@pytest.mark.parametrize(
    "more",
    [
        {"body": '{"a": 1}'},
        {"body": b64encode(b'{"a": 1}').decode(), "isBase64Encoded": True},
    ],
)
def test_a_body_is_read_as_json(more):
    routes = {"/": {"POST": lambda request: {"read": request.json()}}}

    assert said(routes, event(method="POST", **more)) == (200, {"read": {"a": 1}})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "invalid_json"),
        ({"body": "{"}, "invalid_json"),
        ({"body": "abc", "isBase64Encoded": True}, "invalid_body"),
    ],
)
def test_a_body_that_is_none_is_the_clients_error(more, code):
    status, body = said(
        {"/": {"POST": lambda request: request.json()}}, event(method="POST", **more)
    )

    assert (status, body["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("authorizer", "claims"),
    [
        ({"jwt": {"claims": {"sub": "me"}, "scopes": []}}, {"sub": "me"}),
        ({"claims": {"sub": "me"}}, {"sub": "me"}),
        ({"lambda": {"tenant": "t"}}, {"tenant": "t"}),
        ({"principalId": "me", "tenant": "t"}, {"principalId": "me", "tenant": "t"}),
        ({"iam": {"userArn": "arn"}}, {}),
        (None, {}),
    ],
)
def test_claims_are_those_of_the_authorizer(authorizer, claims):
    assert Request(event(authorizer=authorizer), CONTEXT).claims == claims


def test_an_answer_has_a_status_and_headers():
    routes = {"/": {"GET": lambda request: Answer(status=204, headers={"x-mine": "1"})}}
    response = answer(routes, event(), CONTEXT)

    assert (response["statusCode"], response["body"]) == (204, "")
    assert response["headers"]["x-mine"] == "1"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.CONFLICT, 409, "conflict"),
        (Fault.TIMEOUT, 503, "statement_timeout"),
        (Fault.NO_TABLE, 500, "no_table"),
        (Fault.FORBIDDEN, 500, "not_granted"),
        (Fault.OTHER, 500, "database_error"),
    ],
)
def test_a_refusal_is_answered_by_its_fault_or_as_the_handler_says(fault, status, code):
    def refused(request):
        raise Refused(fault, "42")

    found, body = said({"/": {"GET": refused}}, event())
    assert (found, body["error"]["code"]) == (status, code)

    mine = {fault: Failed(418, "mine", "Mine.")}
    assert said({"/": {"GET": refused}}, event(), mine)[0] == 418


def test_the_invocations_deadline_holds_inside_the_handler_only():
    @within_invocation
    def handler(_, context):
        return left()

    assert 27 < handler({}, CONTEXT) <= 28
    assert left() is None
