"""Request as a route needs it, whether an API, a function URL or a load balancer sent the event."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

from . import deadline

KEY = "idempotency-key"
KEY_LENGTH = 64
GREATEST = (1 << 63) - 1


def checked(status: int) -> int:
    """Return *status* if a response can have it."""
    if not 200 <= status <= 599:  # noqa: PLR2004
        raise ValueError(f"status must be from 200 to 599, not {status}")
    return status


class Failed(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        self.status, self.code, self.headers = checked(status), code, headers
        super().__init__(message)


class Request:
    """Request from an HTTP API (format 1.0 or 2.0), a REST API, a function URL or an ALB.

    *headers* and *query* have names in lower case; several values are joined by commas, those of
    Cookie by semicolons. *event* is what Lambda was called with, *until* the moment by which to
    answer, *key* the client's Idempotency-Key, or else the ID that the API gave to the request.

    Raises :class:`Failed` for anything else.
    """

    def __init__(self, event: Any, context: Any) -> None:
        self.id: str = context.aws_request_id
        self.until = deadline.until_answer_to(context)
        self.path, self.method = _called(event)
        self.event: Mapping[str, Any] = event
        self.path_parameters: dict[str, str] = {}
        """Parts of the path, percent-decoded, by the names in the route's pattern."""
        around: Mapping[str, Any] = event["requestContext"]
        self.headers = _all(event, "headers", "multiValueHeaders")
        if cookies := event.get("cookies"):
            self.headers["cookie"] = "; ".join(cookies)
        self.query = _all(event, "queryStringParameters", "multiValueQueryStringParameters")
        if "elb" in around:  # a load balancer does not decode them
            self.query = {unquote_plus(k): unquote_plus(v) for k, v in self.query.items()}
        domain = str(around.get("domainName"))
        self.is_encoded = "version" not in event or ".lambda-url." in domain
        """True if *path* is percent-encoded: HTTP APIs decode it, and nobody else does."""
        self.key = self._key(around)
        self.claims = _claims(around)
        """Claims of a JWT or a Cognito user, or what a Lambda authorizer said; else empty."""

    @cached_property
    def body(self) -> bytes:
        """Body, decoded where the API encodes it; empty without one."""
        text = self.event.get("body") or ""
        try:
            return b64decode(text) if self.event.get("isBase64Encoded") else text.encode()
        except ValueError:
            raise Failed(400, "invalid_body", "The body cannot be decoded.") from None

    def json(self) -> Any:
        """Read the body as JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Failed(400, "invalid_json", "The body must be JSON.") from None

    def whole(self, name: str, default: int) -> int:
        """Read a whole number, 0 or greater, from the query."""
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdecimal()) or int(text[:20]) > GREATEST:
            message = f"{name} must be a whole number from 0 to {GREATEST}."
            raise Failed(400, "invalid_parameter", message)
        return int(text)

    def _key(self, around: Mapping[str, Any]) -> str:
        """Identify the request across retries: by the client's key, or else by the request's ID.

        A key has no space at its ends: headers lose such spaces, and databases ignore them.
        """
        key = self.headers.get(KEY)
        if key is None:
            return str(around.get("requestId") or self.id)
        if not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()) or (
            key != key.strip()
        ):
            message = (
                f"Idempotency-Key must have 1 to {KEY_LENGTH} printable ASCII characters, with no"
                " space first or last; a UUID will do."
            )
            raise Failed(400, "invalid_idempotency_key", message)
        return key


def _called(event: Any) -> tuple[str, str]:
    """Extract path and method, which each kind of event names differently."""
    match event:
        case {"httpMethod": str(method), "path": str(path), "requestContext": dict()}:
            pass
        case {
            "rawPath": str(path),
            "requestContext": {"http": {"method": str(method)}, **around},
        }:
            # Only in this format is a named stage part of the path.
            stage = f"/{around.get('stage')}"
            if path == stage or path.startswith(f"{stage}/"):
                path = path.removeprefix(stage) or "/"
        case _:
            message = "The event is not from an HTTP API, a REST API, a function URL or an ALB."
            raise Failed(400, "no_request", message)
    try:
        (path + method).encode()
    except UnicodeEncodeError:
        message = "The path contains half of a character (a lone surrogate)."
        raise Failed(400, "invalid_path", message) from None
    return path, method


def _claims(around: Mapping[str, Any]) -> dict[str, Any]:
    match around.get("authorizer"):
        case {"jwt": {"claims": dict(said)}} | {"claims": dict(said)} | {"lambda": dict(said)}:
            return said
        case {"iam": _}:
            return {}
        case dict(said):
            return said
    return {}


def _all(event: Mapping[str, Any], one: str, many: str) -> dict[str, str]:
    """Map names in lower case to values: some APIs keep the client's spelling.

    With several values, REST APIs have the last one in *one*, and all in *many*.
    """
    found = {name.lower(): str(text) for name, text in (event.get(one) or {}).items()}
    for name, values in (event.get(many) or {}).items():
        found[name.lower()] = ("; " if name.lower() == "cookie" else ",").join(map(str, values))
    return found
