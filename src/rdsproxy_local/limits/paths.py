"""Paths and stages, which HTTP APIs and REST APIs share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

STAGE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
PART: Final = re.compile(r"[A-Za-z0-9._\-:~%!$&'()*,;=@+]*|\{[A-Za-z0-9._\-]+\+?\}")


def stage_problems(name: str) -> Iterator[str]:
    if not STAGE.fullmatch(name):
        yield (
            "Stage name only allows alphanumeric characters, hyphens, and underscores, up to "
            f"128: {name[:140]}"
        )


def path_problems(path: str) -> Iterator[str]:
    """Refuse a path without its first slash, or with a variable where none may be."""
    if not path.startswith("/"):
        yield f"Invalid path: {path}. A path must begin with a slash"
        return
    *before, last = path[1:].split("/")
    if any(part.endswith("+}") for part in before):
        yield f"Invalid path: {path}. A greedy variable must be the last part of a path"
    if strange := [part for part in (*before, last) if not PART.fullmatch(part)]:
        yield f"Invalid path: {path}. {strange[0]} is no part of a path"
    names = re.findall(r"\{([^}+]+)\+?\}", path)
    if len(set(names)) < len(names):
        yield f"Invalid path: {path}. A path has each variable once"
