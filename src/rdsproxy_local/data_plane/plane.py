"""The data plane as a whole, in front of moto's own application."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self
from unittest import mock
from urllib.parse import parse_qs, unquote, urlsplit

from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import JsonRESTError

from ..apis import data_copies
from ..events.sources import EventSources
from ..servers.http_event import Request, Response
from ..servers.loopback import HOST
from . import database_logins, deployed, http_apis, proxy_health, rest_apis
from .across_accounts import guarded
from .databases import Databases
from .distributions import Distributions
from .fronts import Fronts
from .function_variables import CloudContext
from .functions import Functions, invoke_by_moto
from .names import Names

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

API_HOST: Final = re.compile(r"([a-z0-9]+)\.execute-api\.", re.IGNORECASE)
NAME: Final = "/_local/host/"
FIRE: Final = "/_local/fire/"
AUTHORITIES: Final = "/_local/authorities"
DATABASES: Final = "/_local/databases"
DIED: Final = "/_local/died"
LOGIN: Final = "/_local/login"
PEM: Final = (("content-type", "application/x-pem-file"),)
JSON: Final = (("content-type", "application/json"),)


class DataPlane:
    """Runs what is deployed while its ``with`` block does.

    :meth:`middleware` goes around moto's application; :attr:`endpoint` must be set to the
    URL under which that is served before a function is invoked.
    """

    endpoint: str

    def __enter__(self) -> Self:
        with ExitStack() as parts:
            folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="cloud-")))
            self.databases = Databases(deployed.exists)
            parts.callback(self.databases.close)
            parts.enter_context(proxy_health.asked_of(self.databases.verdict))
            parts.enter_context(data_copies.made_by(self.databases.copy))
            self.fronts = Fronts(folder / "authorities", self.databases)
            parts.callback(self.fronts.close)
            self.distributions = Distributions(self.fronts.amazon, self._apis)
            self._names = Names(self.fronts, self.distributions)
            parts.callback(self._names.close)
            self.functions = Functions(folder / "code", self._context)
            parts.callback(self.functions.close)
            parts.enter_context(guarded())
            self.events = parts.enter_context(EventSources(self.functions))
            invoke = invoke_by_moto(self.functions, self.events.calls.submit)
            parts.enter_context(mock.patch.object(LambdaFunction, "invoke", invoke))
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def middleware(self, app: WsgiApp) -> WsgiApp:
        """*app*, but for requests to what is deployed and to ``/_local``."""

        def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            answer = self._answer_of(environ)
            if answer is None:
                return app(environ, start)
            response = answer(_request(environ))
            status = f"{int(response.status)} {_phrase(response.status)}"
            length = ("content-length", str(len(response.body)))
            start(status, [*_without_length(response.headers), length])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

        return serve

    def _answer_of(self, environ: dict[str, Any]) -> Callable[[Request], Response] | None:
        """The handler of a request; None if moto handles it."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(NAME) and environ["REQUEST_METHOD"] == "GET":
            return lambda _: self._named(path.removeprefix(NAME), environ["QUERY_STRING"])
        if path.startswith(FIRE) and environ["REQUEST_METHOD"] == "POST":
            return lambda _: self.events.fire(path.removeprefix(FIRE))
        if path == AUTHORITIES:
            return lambda _: self._authorities()
        if path == DATABASES:
            return lambda _: _json(database_logins.listed())
        if path == DIED:
            return self._died
        if path == LOGIN and environ["REQUEST_METHOD"] == "POST":
            return self._login
        if api := API_HOST.match(environ.get("HTTP_HOST", "")):
            return lambda request: self._called(api[1].lower(), request)
        return None

    def _called(self, api_id: str, request: Request) -> Response:
        self._sweep()
        if http_api := http_apis.find(api_id):
            return http_apis.answer(self.functions, http_api, request)
        if rest_api := rest_apis.find(api_id):
            return rest_apis.answer(self.functions, *rest_api, request)
        return Response.message(HTTPStatus.NOT_FOUND)

    def _named(self, name: str, query: str) -> Response:
        """The address behind a host name, for a function or for a client inside."""
        self._sweep()
        host, given = unquote(name), parse_qs(query)
        port = int(given.get("port", ["0"])[0])
        if function := given.get("function"):
            try:
                where = self.functions.where(function[0])
            except JsonRESTError:
                return Response.message(HTTPStatus.NOT_FOUND)
            place = self._names.from_function(host, port, where)
        else:
            place = self._names.from_inside(host, port)
        if place is None:
            return Response.message(HTTPStatus.NOT_FOUND)
        return _json({"address": HOST, "port": place})

    def _login(self, request: Request) -> Response:
        """An address, user name and password of a database, for a person at this machine."""
        wanted = json.loads(request.body)
        found = database_logins.login(self.databases, wanted["arn"], wanted.get("user"))
        return Response.message(HTTPStatus.NOT_FOUND) if found is None else _json(found)

    def _died(self, request: Request) -> Response:
        """The databases whose servers have died; a POST starts them again."""
        died = self.databases.died()
        if request.method == "POST":
            for one in died:
                one.start_again()
        return _json([one.model.arn for one in died])

    def _authorities(self) -> Response:
        """The certificates of both authorities, Amazon's first."""
        files = (self.fronts.amazon.file, self.fronts.rds.file)
        return Response(HTTPStatus.OK, PEM, b"".join(file.read_bytes() for file in files))

    def _context(self) -> CloudContext:
        nowhere = f"http://{HOST}:{self._names.nowhere}"
        return CloudContext(self.endpoint, nowhere, self.fronts.roots)

    def _apis(self) -> str:
        """The URL at which all APIs answer; the host name tells them apart."""
        return f"http://{HOST}:{urlsplit(self.endpoint).port}"

    def _sweep(self) -> None:
        """End what runs for something that was deleted."""
        self.functions.sweep()
        self.fronts.sweep()
        self.databases.sweep()


def _json(content: Any) -> Response:
    return Response(HTTPStatus.OK, JSON, json.dumps(content).encode())


def _request(environ: dict[str, Any]) -> Request:
    headers = [
        (name[5:].replace("_", "-").lower(), value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    ]
    headers += [
        (name.replace("_", "-").lower(), environ[name])
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        if environ.get(name)
    ]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    target = environ.get("REQUEST_URI") or environ["RAW_URI"]
    return Request(environ["REQUEST_METHOD"], target, headers, body, environ["REMOTE_ADDR"])


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _without_length(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() != "content-length"]
