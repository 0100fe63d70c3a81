"""Paths, stages and their variables, which HTTP APIs and REST APIs share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

STAGE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
VARIABLE: Final = re.compile(r"[A-Za-z0-9_]{1,64}")
VALUE: Final = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]{0,512}")
PART: Final = re.compile(r"[A-Za-z0-9._\-:~%!$&'()*,;=@+]*|\{[A-Za-z0-9._\-]+\+?\}")


REST_PART: Final = re.compile(r"[A-Za-z0-9:._$-]*|\{[A-Za-z0-9._\-]+\+?\}")
"""A resource of a REST API has fewer characters: as ``validateResourcePathPart`` of the AWS CDK."""


def stage_problems(name: str) -> Iterator[str]:
    if not STAGE.fullmatch(name):
        yield (
            "Stage name only allows alphanumeric characters, hyphens, and underscores, up to "
            f"128: {name[:140]}"
        )


def variable_problems(name: str, value: str) -> Iterator[str]:
    """Refuse a variable of a stage; no sentence shows its value."""
    if not VARIABLE.fullmatch(name):
        yield f"Stage variable names are letters, digits and underscores: {name[:80]}"
    if not VALUE.fullmatch(str(value)):
        yield f"The value of the stage variable {name[:80]} has characters that are not allowed"


def path_problems(path: str, part_of: re.Pattern[str] = PART) -> Iterator[str]:
    """Refuse a path without its first slash, with a misplaced variable, or a strange part."""
    if not path.startswith("/"):
        yield f"Invalid path: {path}. A path must begin with a slash"
        return
    *before, last = path[1:].split("/")
    if any(part.endswith("+}") for part in before):
        yield f"Invalid path: {path}. A greedy variable must be the last part of a path"
    if strange := [part for part in (*before, last) if not part_of.fullmatch(part)]:
        yield f"Invalid path: {path}. {strange[0]} is no part of a path"
    names = re.findall(r"\{([^}+]+)\+?\}", path)
    if len(set(names)) < len(names):
        yield f"Invalid path: {path}. A path has each variable once"
