"""CloudFormation's API for events, a page at a time."""

from __future__ import annotations

from moto.core.responses import ActionResult

from .api import StackApi


class EventApi(StackApi):
    """The operations on events, and on operations that failed, beside those on stacks."""

    def describe_stack_events(self) -> ActionResult:
        stack = self.stacks.find(self._given("StackName", "NextToken")["StackName"])
        events, token = self._page(stack.events[::-1], lambda one: one.id)
        return ActionResult(
            {"StackEvents": [one.shown(stack) for one in events], "NextToken": token}
        )
