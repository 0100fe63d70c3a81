"""Calls that fail on purpose: throttled, answered with 5xx, or never answered."""

from __future__ import annotations

import io
import json
import random
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from annotated_types import Ge, Le

from .clients import ENGINE

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
INTERNAL: Final = "The request processing has failed because of an unknown error."


@dataclass(frozen=True, kw_only=True)
class CallFault:
    """Calls that fail, and how."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: Literal["throttled", "error", "lost", "cut"]
    """`lost` is an answer that never comes, though the work is done; `cut` is before the work."""
    service: str = "cloudformation"
    """The service as it is in signatures, such as `s3`; `*` is any."""
    operations: tuple[str, ...] = ()
    """Names of the operations that are meant, such as `DescribeStackEvents`; none are all."""
    share: Annotated[float, Ge(0), Le(1)] = 1
    """The share of these calls that fail."""
    times: int | None = None
    """The number of calls that fail, after which all are well; None is no end."""
    seconds: float | None = None
    """The time after which all are well; None is no end."""


@dataclass
class _Running:
    """A fault with what is left of it."""

    fault: CallFault
    left: int | None
    began: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        seconds = self.fault.seconds
        return self.left == 0 or (seconds is not None and time.monotonic() > self.began + seconds)


class CallFaults:
    """The faults in the way of calls from outside; the engine's own calls meet none."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.set((), None)

    def set(self, faults: Iterable[CallFault], seed: int | None) -> None:
        """Put these faults in the place of all others."""
        self._random = random.Random(seed)  # noqa: S311 - a choice of calls, no secret
        self._running = [_Running(one, one.times) for one in faults]

    def middleware(self, app: WSGIApp) -> WSGIApp:
        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            match self._next(environ) if self._running else None:
                case None:
                    return app(environ, start)
                case "cut":
                    raise _cut(environ)
                case "lost":
                    for _ in app(environ, lambda *_: lambda _: None):
                        pass
                    raise _cut(environ)
                case kind:
                    return _refuse(environ, start, throttled=kind == "throttled")

        return answer

    def _next(self, environ: dict[str, Any]) -> str | None:
        """The kind of the fault that this call meets."""
        if ENGINE in environ.get("HTTP_USER_AGENT", "") or environ["PATH_INFO"].startswith("/_"):
            return None
        service, operation = _service(environ), _operation(environ)
        with self._turn:
            for one in self._running:
                fault = one.fault
                if one.is_over or fault.service not in {service, "*"}:
                    continue
                if fault.operations and operation not in fault.operations:
                    continue
                if self._random.random() < fault.share:
                    one.left = None if one.left is None else one.left - 1
                    return fault.kind
        return None


def _cut(environ: dict[str, Any]) -> ConnectionError:
    """Close the connection; what is returned is to be raised."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return ConnectionAbortedError("on purpose")


def _service(environ: dict[str, Any]) -> str:
    found = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found[1] if found else ""


def _operation(environ: dict[str, Any]) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if "form" not in environ.get("CONTENT_TYPE", ""):
        return ""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    [operation] = parse_qs(body.decode()).get("Action", [""])
    return str(operation)


def _refuse(
    environ: dict[str, Any], start: Callable[..., Any], *, throttled: bool
) -> Iterable[bytes]:
    """Refuse a call in its own protocol."""
    form = "form" in environ.get("CONTENT_TYPE", "")
    is_json = "json" in environ.get("CONTENT_TYPE", "")
    code = ("Throttling" if form else "ThrottlingException") if throttled else "InternalFailure"
    message = "Rate exceeded" if throttled else INTERNAL
    if _service(environ) == "s3" and throttled:
        code, message = "SlowDown", "Please reduce your request rate."
    status = "500 Internal Server Error"
    if throttled:
        status = "503 Slow Down" if code == "SlowDown" else "400 Bad Request"
    if is_json:
        body = json.dumps({"__type": code, "message": message})
    else:
        error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>"
            f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
            if form
            else f"<Error>{error}</Error>"
        )
    content = body.encode()
    kind = "application/x-amz-json-1.1" if is_json else "text/xml"
    start(status, [("Content-Type", kind), ("Content-Length", str(len(content)))])
    return [content]
