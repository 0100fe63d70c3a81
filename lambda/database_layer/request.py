"""What a route needs to know of an event, whoever sent it: an API, a load balancer, a person."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

KEY = "idempotency-key"
KEY_LENGTH = 64
GREATEST = (1 << 63) - 1


class Failed(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        self.status, self.code, self.headers = status, code, headers
        super().__init__(message)


class Request:
    """An event of an HTTP API (format 1.0 or 2.0), a REST API, a function URL or an ALB.

    Raises :class:`Failed` for anything else.
    """

    def __init__(self, event: Any, context: Any) -> None:
        self.id: str = context.aws_request_id
        seconds: float = context.get_remaining_time_in_millis() / 1000
        # What is left of the function's time to answer in, when trying ends.
        self.until = time.monotonic() + seconds - min(1, seconds / 10)
        self.path, self.method = _called(event)
        self.headers = _all(event, "headers", "multiValueHeaders")
        self.query = _all(event, "queryStringParameters", "multiValueQueryStringParameters")
        self.key = self._key(event["requestContext"])

    def whole(self, name: str, default: int) -> int:
        """A whole number of the query, from 0."""
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdecimal()) or int(text[:20]) > GREATEST:
            message = f"{name} must be a whole number from 0 to {GREATEST}."
            raise Failed(400, "invalid_parameter", message)
        return int(text)

    def _key(self, around: Mapping[str, Any]) -> str:
        """Names the request, however often it is made: the client's key, else its ID.

        Databases ignore spaces at the end when they compare, and headers lose them on their way.
        """
        key = self.headers.get(KEY)
        if key is None:
            return str(around.get("requestId") or self.id)
        if not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()) or (
            key != key.strip()
        ):
            message = (
                f"Idempotency-Key must have 1 to {KEY_LENGTH} printable characters of ASCII,"
                " no space first or last; a UUID will do."
            )
            raise Failed(400, "invalid_idempotency_key", message)
        return key


def _called(event: Any) -> tuple[str, str]:
    """Path and method, which kinds of events name differently."""
    match event:
        case {"httpMethod": str(method), "path": str(path), "requestContext": dict()}:
            pass
        case {
            "rawPath": str(path),
            "requestContext": {"http": {"method": str(method)}, **around},
        }:
            # A stage with a name is part of the path in this format, and in no other.
            stage = f"/{around.get('stage')}"
            if path == stage or path.startswith(f"{stage}/"):
                path = path.removeprefix(stage) or "/"
        case _:
            message = "This is no request of an HTTP API, a REST API, a function URL or an ALB."
            raise Failed(400, "no_request", message)
    try:
        (path + method).encode()
    except UnicodeEncodeError:
        message = "The path holds half of a character (a lone surrogate)."
        raise Failed(400, "invalid_path", message) from None
    return path, method


def _all(event: Mapping[str, Any], one: str, many: str) -> dict[str, str]:
    """Names in lower case with their values: some APIs leave them as the client spelled them."""
    found = {name.lower(): str(text) for name, text in (event.get(one) or {}).items()}
    if found:
        return found
    return {
        name.lower(): ",".join(map(str, all_)) for name, all_ in (event.get(many) or {}).items()
    }
