"""An HTTP API: a server on loopback in front of a function's execution environments."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any, Final, Self

from .http_event import Request, Response, event, response
from .loopback import HOST, Background
from .runtime import Environment

SECONDS: Final = 30
"""Seconds that a request waits for an environment, and a connection for a request."""


class HttpApi:
    """Gives each request to an environment that has none; the environments stay the caller's."""

    def __init__(self, environments: Sequence[Environment], port: int = 0) -> None:
        self._idle: Queue[Environment] = Queue()
        for environment in environments:
            self._idle.put(environment)
        self._server = _HttpServer(self, port)
        self._background = Background(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> tuple[str, int]:
        return HOST, self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def close(self) -> None:
        self._background.close()

    def answer(self, request: Request) -> Response:
        """The answer to the client of *request*."""
        given = event(request)
        if given["rawPath"] in ("", "/"):  # which ANY /{proxy+} does not match
            return Response.message(HTTPStatus.NOT_FOUND)
        try:
            with self._environment() as environment:
                answer = environment.invoke(given)
        except Empty:
            return Response.message(HTTPStatus.SERVICE_UNAVAILABLE)
        match answer.kind:
            case "response":
                return response(answer.body)
            case "error":
                return Response.message(HTTPStatus.INTERNAL_SERVER_ERROR)
        return Response.message(HTTPStatus.SERVICE_UNAVAILABLE)

    @contextmanager
    def _environment(self) -> Iterator[Environment]:
        environment = self._idle.get(timeout=SECONDS)
        try:
            yield environment
        finally:
            self._idle.put(environment)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, api: HttpApi, port: int) -> None:
        self.api = api
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent if the client did not wait for its answer."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = SECONDS
    wbufsize = -1
    server: _HttpServer

    def __getattr__(self, name: str) -> Any:
        # One route takes every method, which http.server looks for as do_GET and so on.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Log nothing: the environments have the log."""

    def _answer(self) -> None:
        if "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address: str = self.client_address[0]
        request = Request(self.command, self.path, self.headers.items(), body, address)
        answer = self.server.api.answer(request)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
