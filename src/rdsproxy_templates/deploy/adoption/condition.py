"""The state of a database: at rest, and with what it has before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...errors import DeploymentError, Problem
from .properties import Described

SETTLED: Final = ("available", "backing-up", "storage-optimization", "storage-config-upgrade")
"""States in which a description holds, and RDS takes the calls that CloudFormation makes."""
PASSWORD: Final = "MasterUserPassword"  # noqa: S105 - a name


def require_settled(place: str, status: str) -> None:
    """Refuse what changes now, or takes no change: CloudFormation modifies what it imports."""
    if status not in SETTLED:
        sentence = f"is {status}, and what RDS says of it may not hold; adopt it once available"
        raise DeploymentError([Problem(place, sentence)])


def condition_notes(found: Described) -> Iterator[str]:
    """Tell what RDS will change by itself."""
    pending = {
        name: value for name, value in found.get("PendingModifiedValues", {}).items() if value
    }
    if pending:
        listed = ", ".join(
            name if name == PASSWORD else f"{name}: {_shown(value)}"
            for name, value in pending.items()
        )
        yield (
            f"RDS has changes of it pending ({listed}), and makes them at the next maintenance "
            "window or restart. The template has the present values; change it with them."
        )


def _shown(value: Any) -> str:
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)
