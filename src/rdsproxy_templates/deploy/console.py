"""The dialogue with the person at the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .stack_events import Report

if TYPE_CHECKING:
    from .root_stack import RootStack


OperationName = Literal["deployment", "deletion"]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An operation that was begun, and that nobody waits for."""

    operation: OperationName
    step: str
    stack: str
    stack_id: str
    """By which CloudFormation finds the stack even when it is deleted."""
    account: str
    region: str

    @classmethod
    def at(cls, step: str, stack: RootStack, operation: OperationName, stack_id: str) -> Begun:
        """Return the *operation* on the stack of *step*."""
        return cls(
            operation=operation,
            step=step,
            stack=stack.name,
            stack_id=stack_id,
            account=stack.session.id,
            region=stack.session.region,
        )


def unseen(_: Begun) -> None:
    """Show nothing of an operation that was begun."""


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
    begun: Callable[[Begun], None] = unseen
    """Says of an operation that it was begun, and how to follow it."""
    finish: Callable[[], None] = lambda: None
    """Ends what :attr:`follow` shows, when an operation has ended or is left."""

    def say_each(self, lines: Iterable[str]) -> None:
        """Say each of *lines* of what a step does."""
        for line in lines:
            self.say(f"  {line}")
