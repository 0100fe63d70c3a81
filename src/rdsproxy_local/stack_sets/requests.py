"""Calls of the API for stack sets as they are read, and answered in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ..cloudformation.drift_api import DriftApi
from ..cloudformation.pace import present
from ..cloudformation.stacks import backend
from .organizations import administrator
from .refusals import StackSetNotFound
from .registry import StackSets, stack_sets_of
from .stack_set import StackSet

PAGES: Final = ("NextToken", "MaxResults")

T = TypeVar("T")


class StackSetRequests(DriftApi):
    """What the operations on stack sets share."""

    def _sets(self, given: Mapping[str, Any]) -> StackSets:
        """The stack sets that the caller means: its own, or those of its organization."""
        account = self.current_account
        if given.get("CallAs") == "DELEGATED_ADMIN":
            account = administrator(account, "DELEGATED_ADMIN")
        return stack_sets_of(backend(account, self.region))

    def _found(self, given: Mapping[str, Any]) -> tuple[StackSets, StackSet]:
        stack_sets = self._sets(given)
        found = stack_sets.named(given["StackSetName"])
        if given.get("CallAs") == "DELEGATED_ADMIN" and found.model != "SERVICE_MANAGED":
            raise StackSetNotFound(given["StackSetName"])
        return stack_sets, found

    def _listed(
        self,
        given: Mapping[str, Any],
        everything: Sequence[T],
        position: Callable[[T], str],
        shown: Callable[[T], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """A page of a list, as long as was asked for."""
        most = min(given.get("MaxResults", present.pace.page), present.pace.page)
        items, token = self._page(everything, position, most)
        return {"Summaries": [shown(one) for one in items], "NextToken": token}
