"""Routes of an API, as declared functions name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ..errors import Problem
from ..model import did_you_mean

METHODS: Final = ("ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_LITERAL: Final = re.compile(r"[A-Za-z0-9._~!$&'()*,;=:@%-]+")
_VARIABLE: Final = re.compile(r"\{[A-Za-z0-9._-]+(\+?)\}")


class Route(NamedTuple):
    """Method and path."""

    method: str
    path: str

    @property
    def key(self) -> str:
        """Method and path without the names of variables, by which an API tells routes apart."""
        path = _VARIABLE.sub(r"{\1}", self.path)
        return f"{self.method} {path}"


def parsed(text: str) -> Route:
    """Split a valid route into method and path."""
    method, _, path = text.partition(" ")
    return Route(method, path)


def route_problems(routes: Sequence[str]) -> Iterator[Problem]:
    """Reject what API Gateway takes for no route."""
    for index, text in enumerate(routes):
        if sentence := _route_problem(text):
            yield Problem(f"routes.{index}", sentence)


def _route_problem(text: str) -> str | None:
    method, space, path = text.partition(" ")
    got = f"got {text!r}"
    if text == "$default":
        return f"must be `ANY /{{path+}}`, and `ANY /` beside it, for everything else, {got}"
    if not space:
        return f"must be a method and a path, such as `GET /orders/{{id}}`, {got}"
    if method not in METHODS:
        similar = did_you_mean(method.upper(), METHODS)
        return f"must begin with one of {', '.join(METHODS)}, {got}{similar}"
    if not path.startswith("/") or (path != "/" and path.endswith("/")):
        return f"must have a path that begins with / and does not end with it, {got}"
    segments = path.split("/")[1:] if path != "/" else []
    names: list[str] = []
    for position, segment in enumerate(segments, 1):
        variable = _VARIABLE.fullmatch(segment)
        if variable is None and not _LITERAL.fullmatch(segment):
            return f"must have letters, digits or one {{variable}} between slashes, {got}"
        if variable and variable[1] and position < len(segments):
            return f"must have {segment} at its end, {got}"
        if variable:
            names.append(segment.strip("{+}"))
    if len(set(names)) < len(names):
        return f"must not name a variable twice, {got}"
    return None
