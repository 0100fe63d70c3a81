"""API Gateway: the CORS configuration of HTTP APIs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

ORIGIN: Final = re.compile(r"\*|https?://\*|[a-z][a-z0-9+.-]*://[A-Za-z0-9.-]+(:\d{1,5})?|null")
METHODS: Final = ("*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def cors_problems(cors: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each part of a configuration that browsers could not use."""
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    if cors.get("AllowCredentials") is True and "*" in cors.get("AllowOrigins", ()):
        yield "AllowCredentials cannot be true when AllowOrigins contains *"
    for origin in cors.get("AllowOrigins", ()):
        if not ORIGIN.fullmatch(origin):
            yield f"Invalid format for origin: {origin}"
    for method in cors.get("AllowMethods", ()):
        if method not in METHODS:
            yield f"Invalid method in AllowMethods: {method}"
    for name in ("AllowHeaders", "ExposeHeaders"):
        for header in cors.get(name, ()):
            if not HEADER.fullmatch(header):
                yield f"Invalid header in {name}: {header}"
