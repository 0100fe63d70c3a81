"""Runtimes of Lambda, and the days on which AWS ends them (``support.json``)."""

from __future__ import annotations

from datetime import date
from typing import Final

from ..model.wording import did_you_mean
from .support import NOTICE, data, today

IMAGE: Final = "image"
"""Stands in the place of a runtime for a function that is a container image."""


def runtimes() -> tuple[str, ...]:
    """Every runtime that Lambda has or had."""
    return tuple(data()["runtimes"]["ends"])


def supported() -> tuple[str, ...]:
    """The runtimes in which Lambda creates functions, of which none is deprecated."""
    return tuple(one for one in runtimes() if not _is_past(_deprecated(one)))


def runtime_problem(runtime: str) -> str | None:
    """Explain why Lambda creates no function in *runtime*; None if it does."""
    if runtime not in runtimes():
        similar = did_you_mean(runtime, (*supported(), IMAGE))
        known = ", ".join(supported())
        return f"must be a runtime of Lambda, got {runtime!r}{similar}; there are {known}, {IMAGE}"
    if _is_past(blocked := _blocked(runtime)):
        return f"must not be {runtime!r}, in which Lambda creates no function since {blocked}"
    return None


def runtime_doubt(runtime: str) -> str | None:
    """Warn of a *runtime* that AWS no longer patches, or will soon not; None if it is none."""
    ends = _deprecated(runtime) if runtime in runtimes() else None
    if ends is None or ends - NOTICE > today():
        return None
    until = _blocked(runtime)
    verb = "was" if ends < today() else "will be"
    return (
        f"is {runtime!r}, which {verb} deprecated on {ends}: AWS patches it no longer from then "
        "on" + (f", and refuses new functions from {until} on" if until else "")
    )


def language(runtime: str) -> str:
    """The language of *runtime*, such as ``python``, ``nodejs`` or ``provided``.

    >>> language("nodejs22.x")
    'nodejs'
    """
    return next(
        (runtime[:at] for at, letter in enumerate(runtime) if not letter.isalpha()), runtime
    )


def _deprecated(runtime: str) -> date | None:
    return _day(runtime, 0)


def _blocked(runtime: str) -> date | None:
    return _day(runtime, 1)


def _day(runtime: str, position: int) -> date | None:
    text = data()["runtimes"]["ends"][runtime][position]
    return date.fromisoformat(text) if text else None


def _is_past(day: date | None) -> bool:
    return day is not None and day < today()
