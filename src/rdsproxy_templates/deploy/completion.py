"""Creations that failed with rollback turned off, and that an update completes.

CloudFormation has nothing to roll such a stack back to, and would delete it. It takes only updates
that do not roll back.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from .change_sets import HOLDING_DATA, Change, ChangeSet
from .operation import is_own

FAILED: Final = "CREATE_FAILED"
UNDECIDED: Final = "UPDATE_FAILED"


def was_never_whole(
    stack: Mapping[str, Any] | None, events: Callable[[str], Iterable[Mapping[str, Any]]]
) -> bool:
    """Tell if the creation of the stack has failed, and nothing has completed it since."""
    if stack is None or stack["StackStatus"] not in {FAILED, UNDECIDED}:
        return False
    if stack["StackStatus"] == FAILED:
        return True
    own = [event["ResourceStatus"] for event in events(stack["StackId"]) if is_own(event)]
    # AWS forgets events after 90 days; without the first, nobody knows.
    return "CREATE_IN_PROGRESS" in own and not any(one.endswith("_COMPLETE") for one in own)


def completing(
    change_set: ChangeSet, resources: Iterable[tuple[str, Mapping[str, Any]]]
) -> ChangeSet:
    """Return the change set as it is executed where it completes a creation."""
    changes = (*change_set.changes, *_endangered(resources))
    return replace(change_set, changes=changes, rolls_back=False)


def _endangered(resources: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Change]:
    """Yield what holds data in nested stacks that CloudFormation may delete, and create again.

    It does so with what failed and never was whole.
    """
    everything = list(resources)
    failed = [f"{path}." for path, one in everything if one["ResourceStatus"] == FAILED]
    for path, one in everything:
        if one["ResourceType"] in HOLDING_DATA and path.startswith(tuple(failed)):
            yield Change(action="Dynamic", path=path, type=one["ResourceType"])
