"""Answers to an API: a route a path, JSON in every answer, whatever goes wrong."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import deadline
from database import NotUnderstood, OutcomeUnknown, Refused, Unavailable
from engine import Fault
from environment import Misconfigured
from request import KEY, Failed, Request

LIMIT = 5_500_000
"""Lambda's answers end at 6 MB, in which what is around the body counts, too."""
AGAIN = {"retry-after": "1"}
EVERY_PATH = "*"

log = logging.getLogger(__name__)


def set_log_level(name: str) -> None:
    """Log from the level *name*; where it is none, from INFO, and say so."""
    known = logging.getLevelNamesMapping().get(name.upper())
    logging.getLogger().setLevel(logging.INFO if known is None else known)
    if known is None:
        log.warning("LOG_LEVEL is no level of Python's logging", extra={"log_level": name})


set_log_level(os.environ.get("LOG_LEVEL") or "INFO")


class Written(Exception):
    """The write was executed, and only what was to be answered after it is not to be had."""


Route = Callable[[Request], dict[str, Any]]
Routes = Mapping[str, Mapping[str, Route]]
"""For each path the methods that it takes, ``ANY`` for all of them; ``*`` is every path."""


def answer(routes: Routes, event: Any, context: Any) -> dict[str, Any]:
    """Answer an event; whatever goes wrong, the answer is JSON and says what to do."""
    started = time.perf_counter()
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    request = None
    try:
        request = Request(event, context)
        with deadline.until(request.until):
            status, text = 200, _text(_route(routes, request)(request))
    except Exception as error:  # noqa: BLE001 - the last that can answer
        failed = _failed(error, request)
        status, headers = failed.status, headers | failed.headers
        id_ = context.aws_request_id
        text = _text({"error": {"code": failed.code, "message": str(failed), "requestId": id_}})
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    facts = {"route": request and request.path, "method": request and request.method}
    log.info("answered", extra=facts | {"status": status, "duration_ms": milliseconds})
    if request and request.method == "HEAD":
        text = ""
    return _formed(event, status, headers, text)


def _formed(event: Any, status: int, headers: dict[str, str], text: str) -> dict[str, Any]:
    """An answer as all APIs take it; a load balancer wants more, and headers as it gave them."""
    formed: dict[str, Any] = {"statusCode": status, "headers": headers, "body": text}
    match event:
        case {"requestContext": {"elb": _}}:
            formed["statusDescription"] = f"{status} {HTTPStatus(status).phrase}"
            formed["isBase64Encoded"] = False
            if "multiValueHeaders" in event:
                formed["multiValueHeaders"] = {name: [one] for name, one in headers.items()}
                del formed["headers"]
    return formed


def _text(body: dict[str, Any]) -> str:
    text = json.dumps(body)
    if len(text) > LIMIT:
        message = "The answer is longer than a function may give; ask for less at once."
        raise Failed(500, "answer_too_long", message)
    return text


def _route(routes: Routes, request: Request) -> Route:
    methods = routes.get(request.path, routes.get(EVERY_PATH))
    if methods is None:
        known = ", ".join(routes)
        raise Failed(404, "not_found", f"There is no {request.path}; there are {known}.")
    if "GET" in methods:
        methods = {"GET": methods["GET"], "HEAD": methods["GET"], **methods}
    route = methods.get(request.method, methods.get("ANY"))
    if route is None:
        allowed = ", ".join(methods)
        message = f"{request.path} takes {allowed}, not {request.method}."
        raise Failed(405, "method_not_allowed", message, allow=allowed)
    return route


def _failed(error: BaseException | None, request: Request | None) -> Failed:
    """What the client is told; what a person needs to know goes into the log."""
    key = {KEY: request.key} if request else {}
    match error:
        case Failed():
            return error
        case Unavailable():
            message = "The database does not answer; try again."
            return Failed(503, "database_unavailable", message, **AGAIN)
        case OutcomeUnknown():
            message = (
                "The write may have happened; to make sure that it did, and once, repeat it "
                "with the Idempotency-Key of this answer."
            )
            return Failed(503, "outcome_unknown", message, **AGAIN, **key)
        case Written():
            _failed(error.__cause__, request)
            message = "It is written; only the list that should follow is not to be had now."
            return Failed(503, "written_without_list", message, **AGAIN, **key)
        case Refused(fault=Fault.NO_TABLE):
            return Failed(409, "not_initialized", "Call /initialize first.")
        case Refused(fault=Fault.FORBIDDEN):
            remedy = "Grant the function's user what this statement needs."
            log.error("statement forbidden", extra={"number": str(error), "remedy": remedy})
            message = "The database does not grant the function what it needs; it is logged."
            return Failed(500, "not_granted", message)
        case Refused():
            log.error("statement refused", extra={"number": str(error)})
            return Failed(500, "database_error", "The database refused the statement.")
        case NotUnderstood():
            log.error("answer not understood", extra={"error": str(error), "at": _place(error)})
            message = "The database holds a value that the function cannot read; it is logged."
            return Failed(500, "unreadable_value", message)
        case Misconfigured():
            log.error("misconfigured", extra={"remedy": str(error)})
            return Failed(500, "misconfigured", "The function is not set up; it is logged.")
        case _:
            # Its text may quote anything; its place is enough to find it.
            log.error("unexpected", extra={"error": type(error).__name__, "at": _place(error)})
            return Failed(500, "internal_error", "Something went wrong here; it is logged.")


def _place(error: BaseException | None) -> str:
    trace = error.__traceback__ if error else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
