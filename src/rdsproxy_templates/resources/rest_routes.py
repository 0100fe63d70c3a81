"""Routes of a REST API, a tree of resources of which each has one variable below it at most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..errors import Problem
from .function_declaration import DeclaredFunction
from .routes import Route, parsed, route_problems

_PART: Final = re.compile(r"[A-Za-z0-9:._$-]+|\{[^}]*\}")


def rest_route_problems(functions: Sequence[DeclaredFunction]) -> Iterator[Problem]:
    """Reject routes of *functions* that an HTTP API would take, and a REST API does not.

    A problem's place is relative to the list of functions.
    """
    variables: dict[tuple[str, ...], str] = {}
    for index, one in enumerate(functions):
        for number, text in enumerate(one.routes):
            if any(route_problems([text])):
                continue
            if sentence := _problem(parsed(text), variables):
                yield Problem(f"{index}.routes.{number}", f"{sentence}, got {text!r}")


def _problem(route: Route, variables: dict[tuple[str, ...], str]) -> str | None:
    parts = route.path.split("/")[1:] if route.path != "/" else []
    if strange := [part for part in parts if not _PART.fullmatch(part)]:
        return (
            "must have letters, digits, or one of : . _ $ - between slashes for a REST API, and "
            f"has {strange[0]!r}"
        )
    for position, part in enumerate(parts):
        above = tuple(parts[:position])
        if not part.startswith("{"):
            continue
        if (before := variables.setdefault(above, part)) != part:
            return (
                f"must name the variable below /{'/'.join(above)} {before}, as another route "
                "does: a REST API has one name for it"
            )
    return None
