"""Answers of what is deployed."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from rdsproxy_templates.errors import ConfigError, Problem

from ..local_cloud import Account
from ..viewer import Viewer

SECONDS: Final = 60
API_HOST: Final = re.compile(r"[a-z0-9]+\.execute-api\..+", re.IGNORECASE)
DISTRIBUTION_HOST: Final = re.compile(r"[a-z0-9]+\.cloudfront\.net", re.IGNORECASE)


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


def is_callable(url: str) -> bool:
    """Tell if *url* is that of an API or a distribution."""
    address = urlsplit(url)
    host = address.hostname or ""
    is_known = API_HOST.fullmatch(host) or DISTRIBUTION_HOST.fullmatch(host)
    return address.scheme in {"http", "https"} and bool(is_known)


def answer_of(
    account: Account,
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] = {},
    *,
    signed: bool = True,
) -> Answer:
    """Send a request to an API or a distribution, *signed* by the developer of *account*."""
    host = urlsplit(url).hostname or ""
    if DISTRIBUTION_HOST.fullmatch(host):
        seen = Viewer(account.endpoint).ask(url, method, body, **headers)
        lower = {name.lower(): value for name, value in seen.headers.items()}
        return Answer(seen.status, lower, seen.body)
    if not API_HOST.fullmatch(host):
        sentence = f"must be the URL of an API or a distribution, an output, got {url!r}"
        raise ConfigError([Problem("url", sentence)])
    request = AWSRequest(method, account.local(url), headers=dict(headers), data=body)
    if signed:
        SigV4Auth(account.credentials, "execute-api", account.region).add_auth(request)
    return send(request)


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
