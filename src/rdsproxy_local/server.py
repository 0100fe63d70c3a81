"""The process that plays AWS: moto's server with everything in this package installed."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any, Self

# Read by moto when it is imported: arn:aws:iam::aws:policy/... exist.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# An account has 1,000 concurrent executions, of which 100 are reserved for no function.
os.environ.setdefault("MOTO_LAMBDA_CONCURRENCY_QUOTA", "1000")

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from . import installation
from .acting import called_actions
from .clients import Clients
from .fault_api import FaultApi

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Any]

HOST = "127.0.0.1"
HEALTH = "/_local/health"
CALLED = "/_local/called"
FAILURE = b"<html><body><b>Http/1.1 Internal Server Error</b></body></html>"


class CloudServer:
    """AWS in this process, at ``endpoint``, while its ``with`` block runs.

    The *middlewares* see every request before moto does, the last of them first.
    """

    def __init__(
        self, port: int = 0, middlewares: Sequence[Callable[[WSGIApp], WSGIApp]] = ()
    ) -> None:
        self.log: list[str] = []
        """Every request and every error."""
        app: WSGIApp = _mistakes(DomainDispatcherApplication(create_backend_app), self.log)
        for middleware in (*middlewares, FaultApi().middleware, _called, _health):
            app = middleware(app)
        self._server: BaseWSGIServer = make_server(
            HOST, port, app, threaded=True, request_handler=_handler(self.log)
        )
        # By name: SAM CLI takes a template's URL at 127.0.0.1 for a path in a bucket "127".
        self.endpoint = f"http://localhost:{self._server.port}"
        self.clients = Clients(self.endpoint)
        installation.install(self.clients)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _mistakes(app: WSGIApp, log: list[str]) -> WSGIApp:
    """Answer a mistake of the local cloud as AWS's front ends do their own.

    Clients know that answer for a passing failure and try again; werkzeug's they cannot parse.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        try:
            return app(environ, start)
        except Exception:  # noqa: BLE001 - whatever it is, others are served
            log.append(traceback.format_exc())
            traceback.print_exc()
            kind = ("Content-Type", "text/html")
            start("500 Internal Server Error", [kind, ("Content-Length", str(len(FAILURE)))])
            return [FAILURE]

    return answer


def _health(app: WSGIApp) -> WSGIApp:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != HEALTH:
            return app(environ, start)
        # Whoever started it sees that nobody else took its port.
        body = str(os.getpid()).encode()
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _called(app: WSGIApp) -> WSGIApp:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != CALLED:
            return app(environ, start)
        body = json.dumps(called_actions()).encode()
        kind = ("Content-Type", "application/json")
        start("200 OK", [kind, ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _handler(log: list[str]) -> type[MotoRequestHandler]:
    class Handler(MotoRequestHandler):
        """Speaks HTTP/1.1, and logs to a list."""

        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
            log.append(message % args if args else message)

    return Handler
