"""A client of the HTTP API, as the tests of the function use it."""

from __future__ import annotations

import http.client
import json
import os
from typing import Any, NamedTuple

import pytest

from rdsproxy_local.servers.http_api import HttpApi
from rdsproxy_local.servers.programs import MissingServer
from rdsproxy_local.servers.service import require

SECONDS = 120


class Answer(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str | None:
        """The code of an error; None if the body has no error."""
        error = self.body.get("error")
        return error["code"] if error else None


def here_or_skip(family: str) -> None:
    """Skip the test where the family's database server is missing; in CI that is a failure."""
    try:
        require(family)
    except MissingServer as missing:
        if "CI" in os.environ:
            raise
        pytest.skip(str(missing))


def call(api: HttpApi, method: str, path: str, **headers: str) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(*api.address, timeout=SECONDS)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        response = connection.getresponse()
        body = json.loads(response.read())
        return Answer(response.status, body, {k.lower(): v for k, v in response.getheaders()})
    finally:
        connection.close()
