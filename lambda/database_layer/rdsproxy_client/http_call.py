"""HTTP calls, each on a connection of its own, which keep to the deadline."""

from __future__ import annotations

import http.client
import ssl
from typing import NamedTuple

from . import deadline

FAILURES = (OSError, http.client.HTTPException)
"""Exceptions that a call may raise."""


class CallFailed(Exception):
    """A call was refused with *status*, or got no answer.

    Neither the message nor *detail*, which is for the log, contains a secret.
    """

    def __init__(self, message: str, status: int | None = None, detail: str = "") -> None:
        self.status, self.detail = status, detail
        super().__init__(message)


class Response(NamedTuple):
    """Response to a call."""

    status: int
    body: bytes
    headers: http.client.HTTPMessage


class _Connection(http.client.HTTPConnection):
    """Connection over TLS, verified with the machine's trusted roots, or in plain text."""

    def __init__(self, host: str, *, secure: bool) -> None:
        self._secure = secure
        self.default_port = http.client.HTTPS_PORT if secure else http.client.HTTP_PORT
        super().__init__(host)

    def connect(self) -> None:
        self.sock = deadline.connected(self.host, self.port)
        if self._secure:
            context = deadline.in_time(ssl.create_default_context())
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def exchanged(
    method: str, url: tuple[str, str, str], headers: dict[str, str], body: bytes | None = None
) -> Response:
    """Send one request to scheme, host and path. Raises one of ``FAILURES``."""
    scheme, host, path = url
    connection = _Connection(host, secure=scheme == "https")
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Response(response.status, response.read(), response.headers)
    finally:
        connection.close()
