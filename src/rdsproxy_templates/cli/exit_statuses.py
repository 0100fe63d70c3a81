"""Exit statuses, and what each of them means to a subcommand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import INTERRUPTED

STALE: Final = 1
FOUND: Final = 1
FAILED: Final = 1
UNWRITTEN: Final = 1
WRONG: Final = 2
INVALID: Final = 3
CHANGES: Final = 4
NOTHING_HERE: Final = 5
BROKEN_PIPE: Final = 141

EVERY: Final[Mapping[int, str]] = {
    0: "success",
    UNWRITTEN: "the output cannot be written",
    WRONG: "wrong usage or settings",
    INTERRUPTED: "interrupted",
    BROKEN_PIPE: "whoever read the output has gone",
}
"""Statuses of every subcommand."""
_REFUSED: Final = {INVALID: "a template is not valid"}
_UNASKED: Final = "AWS could not be asked"
OWN: Final[Mapping[str, Mapping[int, str]]] = {
    "render": {STALE: "`--check` found stale files", **_REFUSED},
    "list": {},
    "schema": {},
    "rules": {},
    "audit": {
        0: "nothing from warning up was found",
        FOUND: "something was found",
        WRONG: "wrong usage, or a file or stack cannot be read",
    },
    "deploy": {
        FAILED: "the deployment failed",
        **_REFUSED,
        CHANGES: "`--plan` found changes",
    },
    "destroy": {
        FAILED: "a stack could not be deleted",
        NOTHING_HERE: "there is no stack to delete",
    },
    "fleet": {
        FAILED: "a stack failed, an account cannot be read, a comparison failed, or AWS refuses",
        **_REFUSED,
        CHANGES: "`fleet plan` found changes, or `fleet drift` a difference",
        NOTHING_HERE: "there is no such stack set",
    },
    "doctor": {
        0: "nothing is wrong",
        FOUND: f"something is wrong, or {_UNASKED}",
        NOTHING_HERE: "there is no stack of that name",
    },
    "init": {},
    "adopt": {FAILED: _UNASKED},
    "freeze": _REFUSED,
    "upgrade-check": {
        0: "nothing would change",
        WRONG: f"{EVERY[WRONG]}, or the other version cannot be installed or does not render",
        **_REFUSED,
        CHANGES: "something would change",
    },
    "local": {
        FAILED: "no local cloud runs, a deployment or the SQL of `local sql` failed, or an API "
        "refused a request of `local call`",
        **_REFUSED,
    },
}
"""What a status means to one subcommand, beside or in place of :data:`EVERY`."""


SUMMARY: Final = (
    "Exit status: 0 success; 1 a check found something, or what was asked for failed; 2 wrong "
    "usage or settings; 3 a template is not valid; 4 something would change; 5 there is no such "
    "stack; 130 interrupted. The help of each subcommand says its own."
)


def statuses_of(subcommand: str) -> Mapping[int, str]:
    """Return the statuses that *subcommand* ends with, in their order, and their meanings."""
    return dict(sorted({**EVERY, **OWN[subcommand]}.items()))


def sentence(subcommand: str) -> str:
    """Return what the help of *subcommand* says of its exit status."""
    told = {n: text for n, text in statuses_of(subcommand).items() if n != BROKEN_PIPE}
    return f"Exit status: {'; '.join(f'{status} {text}' for status, text in told.items())}."


def table() -> list[str]:
    """Return the lines of a table of all statuses, each with what it means to whom."""
    lines = ["| exit status | meaning |", "| --- | --- |"]
    for status in sorted({*EVERY, *(status for own in OWN.values() for status in own)}):
        meanings: dict[str, list[str]] = {}
        for subcommand, own in OWN.items():
            if status in own:
                meanings.setdefault(own[status], []).append(f"`{subcommand}`")
        told = [EVERY[status]] if status in EVERY else []
        told += [f"{', '.join(names)}: {text}" for text, names in meanings.items()]
        lines.append(f"| {status} | {'; '.join(told)} |")
    return lines
