"""Routes and responses of an API: JSON in every response, whatever goes wrong."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from . import deadline
from .environment import Misconfigured
from .errors import Fault, Misused, NotSent, NotUnderstood, OutcomeUnknown, Refused, Unavailable
from .request import GREATEST, KEY, Failed, Request, checked
from .response import formed, written

__all__ = [
    "EVERY_PATH",
    "GREATEST",
    "Answer",
    "Failed",
    "Refusals",
    "Request",
    "Route",
    "Routes",
    "Written",
    "answer",
    "set_log_level",
]

JSON = {"content-type": "application/json", "cache-control": "no-store"}
AGAIN = {"retry-after": "1"}
EVERY_PATH = "*"
UNSTORABLE = "A text has a character that the database cannot store."

log = logging.getLogger(__name__)


def set_log_level(name: str) -> None:
    """Set the log level to *name*; for an unknown name set INFO, and log a warning."""
    known = logging.getLevelNamesMapping().get(name.upper())
    logging.getLogger().setLevel(logging.INFO if known is None else known)
    if known is None:
        log.warning("unknown LOG_LEVEL", extra={"log_level": name})


set_log_level(os.environ.get("LOG_LEVEL") or "INFO")


class Written(Exception):
    """The write was executed, but the list that should follow cannot be read."""


class Answer(NamedTuple):
    """Response of a route that is more than a JSON object with status 200."""

    body: Any = None
    """What becomes JSON; None is an empty body, and bytes are sent as they are."""
    status: int = 200
    headers: Mapping[str, str] = {}


Route = Callable[[Request], dict[str, Any] | Answer]
"""Function that answers a request, by what becomes JSON or by an :class:`Answer`."""
Routes = Mapping[str, Mapping[str, Route]]
"""Routes by path and method; ``/orders/{id}`` is a pattern, ``*`` every path, ``ANY`` every method.

A route raises :class:`Failed` to refuse a request, with a status, a code and a sentence."""

Refusals = Mapping[Fault, Failed]
"""Answers to statements that the database refused, in place of those of this module."""


def answer(
    routes: Routes, event: Any, context: Any, refusals: Refusals | None = None
) -> dict[str, Any]:
    """Answer an event; whatever goes wrong, the response is JSON and says what to do."""
    started = time.perf_counter()
    headers = dict(JSON)
    request, binary = None, False
    try:
        request = Request(event, context)
        with deadline.until(request.until):
            said = _route(routes, request)(request)
            made = said if isinstance(said, Answer) else Answer(said)
            text, binary = written(made.body, event)
            if binary:
                headers["content-type"] = "application/octet-stream"
            status = checked(made.status)
            headers |= {name.lower(): str(value) for name, value in made.headers.items()}
    except Exception as error:  # noqa: BLE001 - the last that can answer
        failed = _failed(error, request, refusals or {})
        status, headers, binary = failed.status, JSON | failed.headers, False
        id_ = context.aws_request_id
        text = json.dumps(
            {"error": {"code": failed.code, "message": str(failed), "requestId": id_}}
        )
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    facts = {"route": request and request.path, "method": request and request.method}
    log.info("answered", extra=facts | {"status": status, "duration_ms": milliseconds})
    if request and request.method == "HEAD":
        text, binary = "", False
    return formed(event, status, headers, text, binary=binary)


def _route(routes: Routes, request: Request) -> Route:
    methods = _methods(routes, request)
    if methods is None:
        known = ", ".join(routes)
        raise Failed(404, "not_found", f"Unknown path {request.path}; known paths are {known}.")
    if "GET" in methods:
        methods = {"GET": methods["GET"], "HEAD": methods["GET"], **methods}
    route = methods.get(request.method, methods.get("ANY"))
    if route is None:
        allowed = ", ".join(methods)
        message = f"{request.path} accepts {allowed}, not {request.method}."
        raise Failed(405, "method_not_allowed", message, allow=allowed)
    return route


def _methods(routes: Routes, request: Request) -> Mapping[str, Route] | None:
    """Find the route of the path: itself, a pattern, or every path."""
    if request.path in routes:
        return routes[request.path]
    parts = request.path.split("/")
    for pattern, methods in routes.items():
        names = pattern.split("/")
        if "{" in pattern and len(names) == len(parts):
            pairs = list(zip(names, parts, strict=True))
            if all(part if name.startswith("{") else name == part for name, part in pairs):
                decoded = unquote if request.is_encoded else str
                request.path_parameters = {
                    name[1:-1]: decoded(part) for name, part in pairs if name.startswith("{")
                }
                return methods
    return routes.get(EVERY_PATH)


def _failed(error: BaseException | None, request: Request | None, refusals: Refusals) -> Failed:
    """Choose the client's response; log what an operator needs to know."""
    key = {KEY: request.key} if request else {}
    match error:
        case Failed():
            return error
        case Unavailable():
            message = "The database does not answer; try again."
            return Failed(503, "database_unavailable", message, **AGAIN)
        case OutcomeUnknown():
            message = (
                "The write may or may not have been executed. Repeat the request with the "
                "Idempotency-Key of this response: the write is then executed once only."
            )
            return Failed(503, "outcome_unknown", message, **AGAIN, **key)
        case Written():
            _failed(error.__cause__, request, refusals)
            message = "The write was executed; only the list after it cannot be read now."
            return Failed(503, "written_without_list", message, **AGAIN, **key)
        case Refused(fault=fault) if fault in refusals:
            return refusals[fault]
        case Refused(number="22021"):  # PostgreSQL's text has no NUL
            return Failed(400, "invalid_text", UNSTORABLE)
        case Refused(fault=Fault.NO_TABLE):
            log.error("table missing", extra={"number": str(error)})
            return Failed(500, "no_table", "A table is missing in the database.")
        case Refused(fault=Fault.CONFLICT):
            return Failed(409, "conflict", "The database has something that conflicts with this.")
        case Refused(fault=Fault.TIMEOUT):
            log.error("statement timed out", extra={"number": str(error)})
            message = "The database ended the statement; try again."
            return Failed(503, "statement_timeout", message, **AGAIN)
        case Refused(fault=Fault.FORBIDDEN):
            remedy = "Grant the function's user the privilege that this statement needs."
            log.error("statement forbidden", extra={"number": str(error), "remedy": remedy})
            message = "The function lacks a privilege in the database; see its log."
            return Failed(500, "not_granted", message)
        case Refused():
            log.error("statement refused", extra={"number": str(error)})
            return Failed(500, "database_error", "The database refused the statement.")
        case NotSent() if isinstance(error.__cause__, UnicodeEncodeError):
            return Failed(400, "invalid_text", UNSTORABLE)
        case NotSent() | Misused():
            log.error("called wrongly", extra={"remedy": str(error), "at": _place(error)})
            return Failed(500, "internal_error", "Internal error; see the function's log.")
        case NotUnderstood():
            log.error("answer not understood", extra={"error": str(error), "at": _place(error)})
            message = "The database holds a value that the function cannot read; see its log."
            return Failed(500, "unreadable_value", message)
        case Misconfigured():
            log.error("misconfigured", extra={"remedy": str(error)})
            return Failed(500, "misconfigured", "The function is misconfigured; see its log.")
        case _:
            # Its text may quote a secret; type and place are enough to find the cause.
            facts = {"error": type(error).__name__, "at": _place(error)}
            log.error("unexpected error", extra=facts)
            return Failed(500, "internal_error", "Internal error; see the function's log.")


def _place(error: BaseException | None) -> str:
    trace = error.__traceback__ if error else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
