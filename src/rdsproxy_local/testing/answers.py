"""Answers of what is deployed."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest

SECONDS: Final = 60


@dataclass(frozen=True)
class Answer:
    """The answer of an API or of a distribution."""

    status: int
    headers: Mapping[str, str]
    """Headers by their names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body, which must be JSON."""
        return json.loads(self.body)


def send(request: AWSRequest) -> Answer:
    """Send *request* to an API of a local cloud."""
    address = urlsplit(request.url)
    target = address.path + (f"?{address.query}" if address.query else "")
    # By its address: only browsers and curl know that *.localhost is this machine.
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=SECONDS)
    with closing(connection):
        headers = dict(request.headers) | {"Host": address.netloc}
        connection.request(request.method, target, request.data or None, headers)
        answer = connection.getresponse()
        lower = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, lower, answer.read())
