"""Answers to an API: a route a path, JSON in every answer, whatever goes wrong."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from database import OutcomeUnknown, Refused, Unavailable
from engine import Fault

logging.getLogger().setLevel(os.environ.get("LOG_LEVEL", "INFO"))
log = logging.getLogger(__name__)

KEY_LENGTH = 64
SPARE_SECONDS = 1
"""What is left of the function's time to answer in, when trying ends."""


class Failed(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        self.status, self.code, self.headers = status, code, headers
        super().__init__(message)


class Request:
    """What a route needs to know of an event: an HTTP API's, in format 2.0, or a REST API's."""

    def __init__(self, event: Mapping[str, Any], context: Any) -> None:
        self.id: str = context.aws_request_id
        self.path, self.method = _called(event)
        self.until = (
            time.monotonic() + context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS
        )
        # A REST API leaves their names as the client spelled them.
        headers = {name.lower(): text for name, text in (event.get("headers") or {}).items()}
        self._key = headers.get("idempotency-key") or event["requestContext"]["requestId"]

    @property
    def key(self) -> str:
        """Names the request, however often it is made: the client's key, else its ID."""
        if len(self._key) > KEY_LENGTH:
            message = f"Idempotency-Key must have at most {KEY_LENGTH} characters."
            raise Failed(400, "invalid_idempotency_key", message)
        return self._key


def _called(event: Mapping[str, Any]) -> tuple[str, str]:
    """Path and method, which the two kinds of API name differently."""
    if "httpMethod" in event:
        return event["path"], event["httpMethod"]
    return event.get("rawPath", ""), event["requestContext"]["http"]["method"]


Route = Callable[[Request], dict[str, Any]]
Routes = Mapping[str, Mapping[str, Route]]
"""For each path the methods that it takes, ``ANY`` for all of them."""


def answer(routes: Routes, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event; whatever goes wrong, the answer is JSON and says what to do."""
    started = time.perf_counter()
    request = Request(event, context)
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    try:
        status, body = 200, _route(routes, request)(request)
    except Exception as error:  # noqa: BLE001 - the last that can answer
        failed = _failed(error, request)
        status, headers = failed.status, headers | failed.headers
        body = {"error": {"code": failed.code, "message": str(failed), "requestId": request.id}}
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    facts = {"route": request.path, "method": request.method, "status": status}
    log.info("answered", extra=facts | {"duration_ms": milliseconds})
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _route(routes: Routes, request: Request) -> Route:
    methods = routes.get(request.path)
    if methods is None:
        known = ", ".join(routes)
        raise Failed(404, "not_found", f"There is no {request.path}; there are {known}.")
    route = methods.get(request.method, methods.get("ANY"))
    if route is None:
        allowed = ", ".join(methods)
        message = f"{request.path} takes {allowed}, not {request.method}."
        raise Failed(405, "method_not_allowed", message, allow=allowed)
    return route


def _failed(error: Exception, request: Request) -> Failed:
    """What the client is told; what a person needs to know goes into the log."""
    again = {"retry-after": "1"}
    match error:
        case Failed():
            return error
        case Unavailable():
            message = "The database does not answer; try again."
            return Failed(503, "database_unavailable", message, **again)
        case OutcomeUnknown():
            message = (
                "The write may have happened; to make sure that it did, and once, repeat it "
                "with the Idempotency-Key of this answer."
            )
            key = {"idempotency-key": request.key}
            return Failed(503, "outcome_unknown", message, **again, **key)
        case Refused(fault=Fault.NO_TABLE):
            return Failed(409, "not_initialized", "Call /initialize first.")
        case Refused():
            log.error("statement refused", extra={"number": str(error)})
            return Failed(500, "database_error", "The database refused the statement.")
        case _:
            # Its text may quote anything; its place is enough to find it.
            log.error("unexpected", extra={"error": type(error).__name__, "at": _place(error)})
            return Failed(500, "internal_error", "Something went wrong here; it is logged.")


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
