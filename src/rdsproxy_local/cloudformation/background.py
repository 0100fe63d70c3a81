"""Operations on stacks, which go on in the background once their call is answered."""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from .failure import Failure
from .invalidities import Invalidity

Kind = Literal[
    "CREATE_STACK", "UPDATE_STACK", "DELETE_STACK", "ROLLBACK", "CONTINUE_ROLLBACK", "DETECT_DRIFT"
]
Steps = Iterator[None]
"""The work of an operation; up to its first item it is done before the call is answered."""

LOOK: Final = 0.1
"""Seconds between two looks at whether an operation was cancelled."""


class Cancelled(Failure):
    """The operation was cancelled while a resource was worked on."""

    def __init__(self) -> None:
        super().__init__("The operation was cancelled")


@dataclass(eq=False)
class Operation:
    """One operation on a stack."""

    stack_id: str
    kind: Kind
    token: str | None = None
    """The ClientRequestToken of the call that began it."""
    invalidities: Sequence[Invalidity] = ()
    """What the validation of a stack that is changed directly has found."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    superseded: bool = False
    """True if a deletion has taken its place: nothing is rolled back then."""
    withdrawn: bool = False
    """True if its user has cancelled it."""
    waits: bool = False
    """True while all that it does is to wait for something to become usable."""

    def __post_init__(self) -> None:
        self._cancelled = threading.Event()
        self._ended = threading.Event()

    @property
    def in_progress(self) -> bool:
        return not self._ended.is_set()

    @classmethod
    def none(cls, stack_id: str) -> Operation:
        """The operation of a stack that never had one."""
        operation = cls(stack_id, "CREATE_STACK")
        operation.end()
        return operation

    def end(self) -> None:
        """Have whoever waits for its end go on."""
        self._ended.set()

    def cancel(self) -> None:
        """Have its work end at the next occasion."""
        self._cancelled.set()

    def go_on(self) -> None:
        """Take a cancellation as heard: what follows, such as a rollback, is not cancelled."""
        self._cancelled.clear()

    def check(self) -> None:
        """Raise :class:`Cancelled` if somebody has cancelled it."""
        if self._cancelled.is_set():
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Wait, unless it is cancelled before or meanwhile."""
        if self._cancelled.wait(max(seconds, 0)):
            raise Cancelled

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; returns True if it has ended."""
        return self._ended.wait(seconds)

    def run(self, steps: Steps, lag: float, give_up: Callable[[str], None]) -> None:
        """Do the work, and call *give_up* at a mistake of the local cloud itself."""
        try:
            time.sleep(lag)
            for _ in steps:
                pass
        except Exception as mistake:  # noqa: BLE001 - the process goes on, and its log says where
            traceback.print_exc()
            give_up(f"Internal Failure: {type(mistake).__name__}: {mistake}")
        finally:
            self.end()


_latest: Final[dict[str, Operation]] = {}


def begin(
    operation: Operation, steps: Steps, give_up: Callable[[str], None], *, lag: float = 0
) -> None:
    """Begin an operation; without a *lag* its first step is done when this returns."""
    _latest[operation.stack_id] = operation
    if not lag:
        next(steps)
    threading.Thread(
        target=operation.run,
        args=(steps, lag, give_up),
        name=f"{operation.kind} {operation.stack_id}",
        daemon=True,
    ).start()


def settled(stack_id: str, seconds: float | None = None) -> bool:
    """Wait until no operation on the stack is in progress; returns False after *seconds*."""
    end = None if seconds is None else time.monotonic() + seconds
    while (operation := _latest.get(stack_id)) is not None and operation.in_progress:
        left = None if end is None else end - time.monotonic()
        if not operation.wait(left):
            return False
    return True


def settle(stack_id: str, check: Callable[[], None]) -> bool:
    """Wait as long as it takes; *check* raises once whoever waits is cancelled.

    Returns False if the operation itself waits for others.
    """
    while not settled(stack_id, LOOK):
        check()
        if _latest[stack_id].waits:
            return False
    return True


class _Work:
    """The work on resources in this process, of which there may be none at the moment."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._count = 0
        self._last = time.monotonic()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Be at work while the block runs."""
        with self._turn:
            self._count += 1
        try:
            yield
        finally:
            with self._turn:
                self._count -= 1
                self._last = time.monotonic()

    def idle(self) -> float:
        """Seconds for which nothing has been worked on."""
        with self._turn:
            return 0 if self._count else time.monotonic() - self._last


work: Final = _Work()


def forget() -> None:
    """Forget the operations of an earlier local cloud."""
    _latest.clear()
