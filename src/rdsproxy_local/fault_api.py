"""``/_local/faults``: the faults of the local cloud in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from .call_faults import CallFault, CallFaults, WSGIApp
from .cloudformation.pace import Pace, present
from .data_plane.proxy_health import Provoked, provoke
from .faults import PATH


class FaultApi:
    """Takes faults, and puts them into effect."""

    def __init__(self) -> None:
        self._calls = CallFaults()

    def middleware(self, app: WSGIApp) -> WSGIApp:
        inner = self._calls.middleware(app)

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if environ["PATH_INFO"] != PATH:
                return inner(environ, start)
            length = int(environ.get("CONTENT_LENGTH") or 0)
            status, said = self._answer(environ["wsgi.input"].read(length))
            body = json.dumps(said).encode()
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            start(f"{status.value} {status.phrase}", headers)
            return [body]

        return answer

    def _answer(self, text: bytes) -> tuple[HTTPStatus, dict[str, str]]:
        try:
            self._set(text)
        except ValueError as error:
            return HTTPStatus.BAD_REQUEST, {"message": _sentence(error)}
        return HTTPStatus.OK, {}

    def _set(self, text: bytes) -> None:
        # Only those who want faults wait for it.
        from pydantic import TypeAdapter  # noqa: PLC0415

        wanted = TypeAdapter(dict[str, Any]).validate_json(text)
        calls = TypeAdapter(list[CallFault]).validate_python(wanted.pop("calls", []))
        proxies = TypeAdapter(dict[str, Provoked]).validate_python(wanted.pop("proxies", {}))
        pace = TypeAdapter(Pace).validate_python(wanted)
        present.set(pace)
        provoke(proxies)
        self._calls.set(calls, pace.seed)


def _sentence(error: ValueError) -> str:
    """What is wrong, with its place."""
    from pydantic import ValidationError  # noqa: PLC0415

    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))}: {one['msg']}, got {one['input']!r}"
        for one in error.errors()
    )
