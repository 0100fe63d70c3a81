"""The Runtime API: where a runtime asks for its next event, and tells how the last one went."""

from __future__ import annotations

import json
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any, Final, Literal, NamedTuple

from .loopback import HOST, Background

FUNCTION_ARN: Final = "arn:aws:lambda:eu-west-1:123456789012:function:standin"


class Invocation(NamedTuple):
    request_id: str
    event: Any


class News(NamedTuple):
    """A message from the runtime: it waits, it answered, it failed, or it ended."""

    kind: Literal["idle", "response", "error", "ended"]
    body: Any = None


class RuntimeApi:
    """One runtime's, on loopback; each event is good for *timeout* seconds."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._events: Queue[Invocation | None] = Queue()
        self._news: Queue[News] = Queue()
        self._server = _HttpServer(self)
        self._background = Background(self._server)

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.server_port}"

    def give(self, request_id: str, event: Any) -> None:
        """Hand an event to the runtime, which waits for one."""
        self._events.put(Invocation(request_id, event))

    def tell(self, news: News) -> None:
        self._news.put(news)

    def hear(self, seconds: float) -> News | None:
        """The next message, or None if no message arrives in that time."""
        try:
            return self._news.get(timeout=seconds)
        except Empty:
            return None

    def next_event(self) -> Invocation | None:
        """The next event for the runtime that asks for one; None when there are no more."""
        self.tell(News("idle"))
        return self._events.get()

    def close(self) -> None:
        self._events.put(None)
        self._background.close()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__((HOST, 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent if the runtime was ended while it waited."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _HttpServer

    def do_GET(self) -> None:
        api = self.server.api
        invocation = api.next_event()
        if invocation is None:
            self.close_connection = True
            self._answer(HTTPStatus.GONE)
            return
        deadline = int((time.time() + api.timeout) * 1000)
        self._answer(
            HTTPStatus.OK,
            json.dumps(invocation.event).encode(),
            **{
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
                "Content-Type": "application/json",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # …/invocation/{id}/response, …/invocation/{id}/error or …/init/error
        kind: Literal["response", "error"] = (
            "response" if self.path.endswith("/response") else "error"
        )
        self.server.api.tell(News(kind, json.loads(body or b"null")))
        self._answer(HTTPStatus.ACCEPTED)

    def log_message(self, *_: object) -> None:
        """Log nothing: only the function's own log is read."""

    def _answer(self, status: HTTPStatus, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
