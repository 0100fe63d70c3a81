"""Response as Lambda returns it: JSON, or bytes in base64, in the form that the event needs."""

from __future__ import annotations

import json
from base64 import b64encode
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from .request import Failed

LIMIT, LIMIT_OF_ALB = 5_500_000, 900_000
"""Largest body: a response from Lambda is limited to 6 MB, and for a load balancer to 1 MB, as
JSON, with its headers."""


def _is_of_alb(event: Any) -> bool:
    match event:
        case {"requestContext": {"elb": _}}:
            return True
    return False


def formed(
    event: Any, status: int, headers: dict[str, str], text: str, *, binary: bool
) -> dict[str, Any]:
    """Form the response that all APIs accept; a load balancer needs more fields."""
    response: dict[str, Any] = {"statusCode": status, "headers": headers, "body": text}
    if binary:
        response["isBase64Encoded"] = True
    if _is_of_alb(event):
        known = status in HTTPStatus.__members__.values()
        response["statusDescription"] = (
            f"{status} {HTTPStatus(status).phrase if known else ''}".strip()
        )
        response["isBase64Encoded"] = binary
        if "multiValueHeaders" in event:
            response["multiValueHeaders"] = {name: [one] for name, one in headers.items()}
            del response["headers"]
    return response


def written(body: Any, event: Any) -> tuple[str, bool]:
    """Return what stands for *body* in the response, and true if it is in base64."""
    limit = LIMIT_OF_ALB if _is_of_alb(event) else LIMIT
    if body is None:
        return "", False
    binary = isinstance(body, bytes)
    text = b64encode(body).decode() if binary else json.dumps(body, default=_plain, allow_nan=False)
    # It becomes a text within JSON, where these letters are two each.
    if len(text) + text.count('"') + text.count("\\") > limit:
        message = "The response is larger than a function may return; request fewer rows."
        raise Failed(500, "answer_too_long", message)
    return text, binary


def _plain(value: Any) -> str:
    """Turn values of databases, which JSON has not, into text."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, Decimal) or type(value).__module__ == "uuid":
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
