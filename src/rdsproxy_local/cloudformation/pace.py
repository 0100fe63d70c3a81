"""The pace of CloudFormation: lag, slowness, order and failures where they are asked for."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Ge, Le

from .failure import Failure

Action = Literal["create", "update", "delete", "rollback"]
ANY: Final = "*"
PATIENCE: Final = 20.0
"""Seconds after which a call that waits for a stack answers in any case."""
PAGE: Final = 100
"""Events on a page, as CloudFormation answers them."""
MESSAGE: Final = (
    'Resource handler returned message: "Internal error reported from downstream service during '
    'operation" (HandlerErrorCode: GeneralServiceException)'
)


@dataclass(frozen=True, kw_only=True)
class Failing:
    """A resource that fails, as often as is wanted."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    resource: str
    """A logical ID, or the type of all resources that are meant."""
    action: Action = "create"
    """`rollback` is the way back of a resource that an update has changed."""
    message: str = MESSAGE
    times: int | None = None
    """None is always."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How operations on stacks go on."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    lag: Annotated[float, Ge(0)] = 0
    """Seconds between a call that begins an operation and the operation."""
    change_set_lag: Annotated[float, Ge(0)] = 0
    """Seconds for which a change set is being created."""
    parallel: Annotated[int, Ge(1), Le(64)] = 1
    """The most resources of a stack that are worked on at once."""
    seed: int | None = None
    """Seed of a random order that respects dependencies; None is one fixed order."""
    delays: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each operation on a resource takes, by its type; `*` means all others."""
    page: Annotated[int, Ge(1), Le(PAGE)] = PAGE
    """The most events, resources or changes on a page."""
    stabilization: Annotated[float, Ge(0)] = 2
    """Seconds that a new resource has to become usable, once nothing else is worked on."""
    account_quotas: bool = False
    """True if what others have made in the account and Region counts against its quotas, too."""
    failing: tuple[Failing, ...] = ()

    @property
    def patience(self) -> float:
        """Seconds for which DescribeStacks waits for an operation on the stack to end.

        Waiters of boto3 and of AWS CLI ask only every 30 seconds. Where nothing is slow on
        purpose, their first question is answered once there is something to say.
        """
        slow = self.lag or any(self.delays.values())
        return 0 if slow else PATIENCE

    def delay(self, type_name: str) -> float:
        return self.delays.get(type_name, self.delays.get(ANY, 0))


class Failures:
    """The failures that are still to come."""

    def __init__(self, failing: tuple[Failing, ...] = ()) -> None:
        self._turn = threading.Lock()
        self._left = [(one, one.times) for one in failing]

    def check(self, action: Action, logical_id: str, type_name: str) -> None:
        """Fail if it is this resource's turn."""
        with self._turn:
            for number, (one, times) in enumerate(self._left):
                if one.action != action or one.resource not in {logical_id, type_name, ANY}:
                    continue
                if times == 0:
                    continue
                self._left[number] = (one, None if times is None else times - 1)
                raise Failure(one.message)


class _Present:
    def __init__(self) -> None:
        self.set(Pace())

    def set(self, pace: Pace) -> None:
        self.pace = pace
        self.failures = Failures(pace.failing)
        self.random = random.Random(pace.seed)  # noqa: S311 - an order, no secret


present: Final = _Present()
"""The pace of the local cloud in this process."""
