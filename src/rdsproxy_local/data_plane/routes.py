"""The match of a request with a route of an API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote


class Match(NamedTuple):
    """A route, and what of the path its variables stand for."""

    route: Any
    path: str
    """The path as the route declares it."""
    variables: dict[str, str]


class Candidate(NamedTuple):
    """A route as it is deployed."""

    route: Any
    method: str
    path: str


def matched(candidates: Iterable[Candidate], method: str, path: str) -> Match | None:
    """The most specific route for a request: without variables before with, greedy ones last."""
    found = [
        (_generality(one), Match(one.route, one.path, variables))
        for one in candidates
        if one.method in (method, "ANY") and (variables := _variables(one.path, path)) is not None
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _generality(candidate: Candidate) -> tuple[int, int, bool]:
    greedy = len(re.findall(r"\{[^{}]+\+\}", candidate.path))
    return greedy, candidate.path.count("{"), candidate.method == "ANY"


def _variables(pattern: str, path: str) -> dict[str, str] | None:
    """The values of the variables in *pattern*; None if the path does not match."""
    *pieces, end = re.split(r"(\{[^{}]+\})", pattern)
    names = [piece.strip("{}") for piece in pieces if piece.startswith("{")]
    expression = "".join(map(_expression, (*pieces, end)))
    values = re.fullmatch(expression, path)
    if values is None:
        return None
    return {
        name.rstrip("+"): unquote(one) for name, one in zip(names, values.groups(), strict=True)
    }


def _expression(piece: str) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    return "(.+)" if piece.endswith("+}") else "([^/]+)"
