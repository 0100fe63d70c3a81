"""Rollbacks that failed, continued without what is skipped, in nested stacks too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import background, operations
from .background import Steps
from .stack import STACK, Stack

if TYPE_CHECKING:
    from .stacks import StackBackend


def continued(
    backend: StackBackend, stack: Stack, own: frozenset[str], nested: Iterable[str]
) -> Steps:
    """Go on with the rollback; what is `STACK.RESOURCE` is skipped in a nested stack."""
    steps = operations.roll_back(stack, own)
    next(steps)
    yield
    inside: dict[str, list[str]] = {}
    for one in nested:
        name, _, logical_id = one.rpartition(".")
        inside.setdefault(name, []).append(logical_id)
    for name, logical_ids in inside.items():
        backend.continue_rollback(name, logical_ids)
        background.settled(backend.find(name).id)
    yield from steps


def forced(backend: StackBackend, stack: Stack) -> Steps:
    """Go on with the rollback, also in nested stacks, and take what failed for undone."""
    failed = stack.unfinished.failed if stack.unfinished else frozenset()
    nested = {
        name: stack.deployed[name].physical_id
        for name in failed
        if name in stack.deployed and stack.deployed[name].type == STACK
    }
    steps = operations.roll_back(stack, frozenset(failed - set(nested)))
    next(steps)
    yield
    for stack_id in nested.values():
        if backend.find(stack_id).status == "UPDATE_ROLLBACK_FAILED":
            backend.continue_rollback(stack_id, force=True)
            background.settled(stack_id)
    yield from steps
