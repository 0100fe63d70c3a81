"""Requests and answers of handlers: everything that an event says, and patterns of paths."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest

from rdsproxy_client import Fault, Misused, Refused, Row, within_invocation
from rdsproxy_client.deadline import left
from rdsproxy_client.testing import FakeDatabase
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


@pytest.mark.parametrize(
    ("more", "domain", "number"),
    [
        ({"version": "2.0"}, "api.example", "50%25"),  # an HTTP API has decoded 50%2525
        ({"version": "2.0"}, "abc.lambda-url.eu-west-1.on.aws", "50%"),
        ({}, "rest.example", "50%"),
    ],
)
def test_a_parameter_of_the_path_is_decoded_once(more, domain, number):
    made = event("/orders/50%25", **more)
    made["requestContext"]["domainName"] = domain
    assert said(ORDERS, made) == (200, {"id": number})


def of_alb(**more):
    return {"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}} | more


class TestSeveralValues:
    def test_of_a_rest_api_are_all_read(self):
        request = Request(
            {
                "httpMethod": "GET",
                "path": "/",
                "requestContext": {"requestId": "r"},
                "headers": {"X-Of": "b", "X-One": "c"},
                "multiValueHeaders": {"X-Of": ["a", "b"], "Cookie": ["k=1", "l=2"]},
                "queryStringParameters": {"of": "2"},
                "multiValueQueryStringParameters": {"of": ["1", "2"]},
            },
            CONTEXT,
        )
        assert request.headers == {"x-of": "a,b", "x-one": "c", "cookie": "k=1; l=2"}
        assert request.query == {"of": "1,2"}

    def test_of_cookies_are_a_header_in_every_format(self):
        assert Request(event(cookies=["k=1", "l=2"]), CONTEXT).headers["cookie"] == "k=1; l=2"

    @pytest.mark.parametrize(
        "query",
        [
            {"queryStringParameters": {"of%5B%5D": "a%26b+c"}},
            {"multiValueQueryStringParameters": {"of%5B%5D": ["a%26b+c"]}},
        ],
    )
    def test_of_a_load_balancers_query_are_decoded_here(self, query):
        assert Request(of_alb(**query), CONTEXT).query == {"of[]": "a&b c"}


def test_a_body_that_is_nested_too_deep_is_the_clients_error():
    deep = event(method="POST", body="[" * 200_000)
    status, body = said({"/": {"POST": lambda request: request.json()}}, deep)

    assert (status, body["error"]["code"]) == (400, "invalid_json")


def test_values_of_databases_become_text():
    row = Row.of(
        ("price", "at", "day", "id"),
        (
            Decimal("1.50"),
            datetime(2026, 1, 2, 3, tzinfo=UTC),
            date(2026, 1, 2),
            UUID(int=7),
        ),
    )
    assert said({"/": {"GET": lambda request: row.as_dict()}}, event()) == (
        200,
        {
            "price": "1.50",
            "at": "2026-01-02T03:00:00+00:00",
            "day": "2026-01-02",
            "id": str(UUID(int=7)),
        },
    )


@pytest.mark.parametrize("body", [{"a": math.nan}, {"a": object()}, {"a": b"b"}])
def test_what_is_no_json_is_an_internal_error(body):
    assert said({"/": {"GET": lambda request: body}}, event())[0] == 500


@pytest.mark.parametrize("made", [event(), of_alb()])
def test_bytes_are_sent_as_they_are(made):
    image = Answer(b"\x89PNG", headers={"Content-Type": "image/png", "X-Size": 4})
    response = answer({"/": {"GET": lambda request: image}}, made, CONTEXT)

    assert (b64decode(response["body"]), response["isBase64Encoded"]) == (b"\x89PNG", True)
    assert response["headers"]["content-type"] == "image/png"
    assert response["headers"]["x-size"] == "4"
    assert len(response["headers"]) == 3


@pytest.mark.parametrize(
    ("made", "rows", "status"),
    [
        (event(), 600_000, 200),
        (event(), 900_000, 500),  # 4.5 MB of JSON, and 6.3 MB as a text within JSON
        (of_alb(), 100_000, 200),
        (of_alb(), 150_000, 500),
    ],
)
def test_a_response_that_nobody_may_return_is_an_error_of_ours(made, rows, status):
    response = answer({"/": {"GET": lambda request: {"rows": ["a"] * rows}}}, made, CONTEXT)

    assert response["statusCode"] == status
    assert status == 200 or "answer_too_long" in response["body"]


def test_every_status_that_a_response_can_have_is_answered():
    def status(number):
        routes = {"/": {"GET": lambda request: Answer(status=number)}}
        return answer(routes, of_alb(), CONTEXT)["statusCode"]

    assert [status(number) for number in (200, 499, 599)] == [200, 499, 599]
    assert [status(number) for number in (0, 99, 600, "200", None)] == [500] * 5
    with pytest.raises(ValueError, match="200 to 599"):
        Failed(99, "mine", "Mine.")


def test_a_text_that_the_database_cannot_store_is_the_clients_error():
    database = FakeDatabase({"INSERT": lambda values: values[0].encode() and []})

    def insert(request):
        database.write("INSERT INTO pens VALUES (%s)", (request.json(),))

    status, body = said({"/": {"POST": insert}}, event(method="POST", body='"\\ud800"'))
    assert (status, body["error"]["code"]) == (400, "invalid_text")

    def refused(request):
        raise Refused(Fault.OTHER, "22021")

    assert said({"/": {"GET": refused}}, event())[0] == 400


def test_a_misuse_is_told_to_the_operator(caplog):
    def misused(request):
        raise Misused("Use what it gives you.")

    assert said({"/": {"GET": misused}}, event())[0] == 500
    assert [record.remedy for record in caplog.records if hasattr(record, "remedy")] == [
        "Use what it gives you."
    ]
