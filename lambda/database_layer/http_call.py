"""One call over HTTP on a connection of its own, which ends in time."""

from __future__ import annotations

import http.client
import ssl
from typing import NamedTuple

import deadline

FAILURES = (OSError, http.client.HTTPException)
"""Everything that a call may fail with."""


class CallFailed(Exception):
    """A call was refused with *status* or not answered.

    Neither the message nor *detail*, which is for the log, holds a secret.
    """

    def __init__(self, message: str, status: int | None = None, detail: str = "") -> None:
        self.status, self.detail = status, detail
        super().__init__(message)


class Response(NamedTuple):
    """What the other side answers."""

    status: int
    body: bytes
    headers: http.client.HTTPMessage


class _Connection(http.client.HTTPConnection):
    """Over TLS, verified by the authorities that the machine trusts, or in clear."""

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
    """The answer to one request for scheme, host and path. Raises one of ``FAILURES``."""
    scheme, host, path = url
    connection = _Connection(host, secure=scheme == "https")
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Response(response.status, response.read(), response.headers)
    finally:
        connection.close()
