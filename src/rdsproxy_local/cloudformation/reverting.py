"""Change sets that bring a stack's resources back to what its template says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from .change import ABSENT, Change
from .live_state import LiveState, live_state
from .stack import Plan, Stack


def with_drift(
    found: list[Change], stack: Stack, plan: Plan, live: LiveState, seen: Stack
) -> list[Change]:
    """Return the changes with what is known of each resource's drift.

    A resource that was changed by hand to what the template says now is not changed any more,
    only CloudFormation's record of it.
    """
    there = {one.logical_id for one in found}
    changes = [replace(one, live=live.resources.get(one.logical_id)) for one in found]
    for logical_id, before in [*stack.deployed.items()]:
        now = seen.deployed.get(logical_id)
        if now is None or now.written == before.written or logical_id in there:
            continue
        if logical_id in plan.template.resources:
            names = tuple(
                sorted(
                    name
                    for name in before.written.keys() | now.written.keys()
                    if before.written.get(name) != now.written.get(name)
                )
            )
            values = {
                name: (before.written.get(name, ABSENT), now.written.get(name, ABSENT))
                for name in names
            }
            changes.append(
                Change(
                    "SyncWithActual",
                    logical_id,
                    before.type,
                    before.physical_id,
                    "False",
                    ("Properties",),
                    names,
                    values=values,
                    live=live.resources[logical_id],
                )
            )
    return changes


@contextmanager
def from_actual_state(stack: Stack) -> Iterator[None]:
    """Have an update in the block begin with the resources as they are.

    Where it is rolled back, they are as they were before it, and CloudFormation's record of them is
    that of the last deployment again.
    """
    recorded, live = dict(stack.deployed), live_state(stack)
    stack.deployed = dict(live.deployed)
    try:
        yield
    finally:
        if stack.status != "UPDATE_COMPLETE":
            for logical_id, before in recorded.items():
                now, actual = stack.deployed.get(logical_id), live.deployed.get(logical_id)
                is_back = now is None or (actual is not None and now.written == actual.written)
                if is_back and (now is None or now.physical_id == before.physical_id):
                    stack.deployed[logical_id] = before
