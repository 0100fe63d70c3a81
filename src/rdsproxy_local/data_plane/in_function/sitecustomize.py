"""The first import of a function's process: lets RDS's host names lead to the local cloud."""

from __future__ import annotations

import http.client
import json
import os
import socket
from typing import Any
from urllib.parse import quote, urlsplit

_resolved = socket.getaddrinfo
_SECONDS = 25


def _getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or not name.endswith(".rds.amazonaws.com"):
        return _resolved(host, port, *more, **named)
    return _resolved(*_place(name, int(port or 0)), *more, **named)


def _place(name: str, port: int) -> tuple[str, int]:
    """Address and port that stand in for those of AWS."""
    cloud = urlsplit(os.environ["LOCAL_CLOUD_URL"])
    function = quote(os.environ["LOCAL_CLOUD_FUNCTION"])
    connection = http.client.HTTPConnection(cloud.netloc, timeout=_SECONDS)
    try:
        path = f"/_local/host/{quote(name)}?port={port}&function={function}"
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        place = json.loads(answer.read())
    finally:
        connection.close()
    return place["address"], place["port"]


socket.getaddrinfo = _getaddrinfo
