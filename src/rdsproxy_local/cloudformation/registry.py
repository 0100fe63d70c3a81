"""The stacks that there are in an account and region, and what they export."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from moto.cloudformation import urls
from moto.cloudformation.models import CloudFormationBackend

from ..clients import Clients
from .failure import Failure
from .refusals import ValidationError
from .stack import STACK, Stack

if TYPE_CHECKING:
    from .drift import Detection


class StackRegistry(CloudFormationBackend):
    """The stacks of one account and region, in the place of moto's."""

    clients: ClassVar[Clients]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._alive: dict[str, Stack] = {}
        self._dead: dict[str, Stack] = {}
        self.answers: dict[tuple[str, str], tuple[str, dict[str, Any], Any]] = {}
        """Calls and their results, by stack and token: they may be repeated."""
        self.detections: dict[str, Detection] = {}
        """Detections of drift by their IDs."""
        self.turn = threading.RLock()
        """Held while it is decided if an operation may begin."""

    @property
    def _url_module(self) -> Any:
        return urls

    @property
    def alive(self) -> list[Stack]:
        """The stacks there are now; others come and go while one looks at them."""
        return [*self._alive.values()]

    @property
    def everyone(self) -> list[Stack]:
        """The stacks there are now and those that are deleted."""
        return [*{**self._alive, **self._dead}.values()]

    def admit(self, stack: Stack) -> None:
        """Show a new stack, which has its first event, to everyone."""
        self._alive[stack.id] = stack

    def find(self, name_or_id: str) -> Stack:
        """A stack by its name or, deleted ones too, by its ID."""
        for stack in self.everyone:
            if name_or_id == stack.id:
                return stack
        if named := self.named(name_or_id):
            return named
        raise ValidationError(f"Stack with id {name_or_id} does not exist")

    def named(self, name_or_id: str) -> Stack | None:
        """A stack that is not deleted."""
        there = [one for one in self.alive if one.deleted is None]
        return next((one for one in there if name_or_id in {one.name, one.id}), None)

    def parent(self, stack: Stack) -> Stack | None:
        """The stack of which *stack* is a resource."""
        for other in self.alive:
            for deployed in [*other.deployed.values()]:
                if deployed.type == STACK and deployed.physical_id == stack.id:
                    return other
        return None

    def exported(self, name: str) -> str:
        """The value of an export of any stack."""
        for stack in self.alive:
            if name in stack.exports:
                return stack.exports[name]
        raise Failure(f"No export named {name} found.")

    def users_of(self, export: str) -> list[str]:
        """The names of the stacks that import the export."""
        return [stack.name for stack in self.alive if export in stack.imports]

    def check_exports(self, stack: Stack, exports: Mapping[str, str]) -> None:
        """Fail if the stack may not export this, or no longer export something else."""
        for name in exports:
            others = [one for one in self.alive if one is not stack]
            if owner := next((one for one in others if name in one.exports), None):
                raise Failure(f"Export with name {name} is already exported by stack {owner.name}.")
        for name, value in stack.exports.items():
            if exports.get(name) != value and (users := self.users_of(name)):
                verb = "updated" if name in exports else "deleted"
                raise Failure(
                    f"Export {name} cannot be {verb} as it is in use by {' and '.join(users)}"
                )

    def forget_if_deleted(self, stack: Stack) -> None:
        """Keep a deleted stack among those that only their IDs find."""
        if stack.status == "DELETE_COMPLETE" and stack.id in self._alive:
            self._dead[stack.id] = stack
            del self._alive[stack.id]
