"""The dialogue with the person at the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .stack_events import Report


@dataclass(frozen=True, kw_only=True)
class Console:
    """What is said to the person at the command, and asked."""

    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    """Asks a question; True where the answer is yes."""
    asks: bool = True
    """False where nobody reads the questions, because each is answered by yes."""
    follow: Report | None = None
    """Shows what happens to resources; without it, each event is said on a line."""
    finish: Callable[[], None] = lambda: None
    """Ends what :attr:`follow` shows, when an operation has ended or is left."""
