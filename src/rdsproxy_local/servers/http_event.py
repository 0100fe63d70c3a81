"""HTTP requests as the events of an HTTP API, payload format 2.0, and answers as responses."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

ROUTE: Final = "ANY /{proxy+}"
TEXT: Final = ("text/", "application/json", "application/javascript", "application/xml")
"""Bodies of these types reach a function as they are, all others in base64."""


@dataclass(frozen=True)
class Request:
    """A client's request."""

    method: str
    target: str
    headers: Iterable[tuple[str, str]]
    body: bytes
    address: str


@dataclass(frozen=True)
class Response:
    """The answer to a client."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def message(cls, status: HTTPStatus) -> Response:
        """The HTTP API's own answer, where no function gives one."""
        body = json.dumps({"message": status.phrase})
        return cls(status, (("content-type", "application/json"),), body.encode())


def event(request: Request) -> dict[str, Any]:
    """The event that a function gets for *request*."""
    url = urlsplit(request.target)
    path = unquote(url.path)
    headers = _joined((name.lower(), value) for name, value in request.headers)
    cookies = [cookie.strip() for cookie in headers.pop("cookie", "").split(";")]
    query = _joined(parse_qsl(url.query, keep_blank_values=True))
    optional = {
        "cookies": [cookie for cookie in cookies if cookie],
        "queryStringParameters": query,
        "pathParameters": {"proxy": path.removeprefix("/")},
    }
    return {
        "version": "2.0",
        "routeKey": ROUTE,
        "rawPath": path,
        "rawQueryString": url.query,
        "headers": headers,
        **{name: value for name, value in optional.items() if value},
        "requestContext": _context(request, path, headers),
        **_body(request.body, headers.get("content-type", "text/plain")),
    }


def response(answer: Any) -> Response:
    """The response made from a function's *answer*; a malformed answer is the function's error."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        body = answer if isinstance(answer, str) else json.dumps(answer)
        answer = {
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "body": body,
        }
    try:
        return _response(answer)
    except (TypeError, ValueError, AttributeError):
        return Response.message(HTTPStatus.INTERNAL_SERVER_ERROR)


def _response(answer: dict[str, Any]) -> Response:
    headers = {
        "content-type": "text/plain;charset=UTF-8",
        **{name.lower(): str(value) for name, value in (answer.get("headers") or {}).items()},
    }
    cookies = (("set-cookie", cookie) for cookie in answer.get("cookies") or ())
    body = (answer.get("body") or "").encode()
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body, validate=True)
    return Response(int(answer["statusCode"]), (*headers.items(), *cookies), body)


def _context(request: Request, path: str, headers: dict[str, str]) -> dict[str, Any]:
    now = time.time()
    domain = headers.get("host", "")
    return {
        "accountId": "123456789012",
        "apiId": "standin",
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.address,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": f"{secrets.token_urlsafe(11)}=",
        "routeKey": ROUTE,
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if content_type.lower().startswith(TEXT):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values of the same name with a comma between them."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
