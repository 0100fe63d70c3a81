"""Stack policies by which CloudFormation itself refuses to replace or delete what holds data.

They hold for everybody who updates a stack, by whatever program. A change set cannot lift them for
itself, so `deploy` does, for the resources whose loss was accepted, and only while it executes.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .change_sets import HOLDING_DATA, is_stack
from .root_stack import RootStack

TYPES: Final = {"StringEquals": {"ResourceType": list(HOLDING_DATA)}}
LOSSES: Final = ("Update:Replace", "Update:Delete")
ALLOWED: Final = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}


@dataclass(frozen=True, kw_only=True)
class DataStack:
    """The root stack, or one nested in it, that holds data or has a stack in it that does."""

    stack_id: str
    within: str
    """The path of the stack, with a dot behind it; empty for the root."""
    nested: tuple[str, ...]
    """Logical IDs of its stacks that hold data."""

    def policy(self, lost: Sequence[str] = ()) -> str:
        """Return its policy, which allows the losses at the paths of *lost*."""
        inside = [path.removeprefix(self.within) for path in lost if path.startswith(self.within)]
        own = [path for path in inside if "." not in path]
        gone = {path.partition(".")[0] for path in inside if "." in path}
        deny: dict[str, Any] = {"Effect": "Deny", "Action": [*LOSSES], "Principal": "*"}
        resources = {"NotResource": _named(own)} if own else {"Resource": "*"}
        statements = [ALLOWED, {**deny, **resources, "Condition": TYPES}]
        if kept := [one for one in self.nested if one not in gone]:
            statements.append({**deny, "Resource": _named(kept)})
        return json.dumps({"Statement": statements})


def data_stacks(stack: RootStack) -> list[DataStack]:
    """Return the stacks of *stack* that hold data, the root first, which always is one of them."""
    return [*_data_stacks(stack, stack.name, "")]


def is_guarded(stack: RootStack) -> bool:
    """Tell if the root stack has a policy of ours; False where nobody may ask."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        text = _policy(stack, stack.name)
    except ClientError:
        return False
    statements: Iterable[Mapping[str, Any]] = json.loads(text)["Statement"] if text else ()
    return any(one.get("Condition") == TYPES for one in statements)


def guard(stack: RootStack, lost: Sequence[str] = ()) -> bool:
    """Set the policies where they are others; True where that changes any."""
    wanted = {one.stack_id: one.policy(lost) for one in data_stacks(stack)}
    changed = {name: text for name, text in wanted.items() if _policy(stack, name) != text}
    for name, text in changed.items():
        _set_policy(stack, name, text)
    return bool(changed)


def allow_losses(stack: RootStack, lost: Sequence[str]) -> None:
    """Allow the losses at the paths of *lost*, until :func:`settled_policy`, if it is guarded."""
    if lost and is_guarded(stack):
        guard(stack, lost)


def settled_policy(stack: RootStack, *, choice: bool | None) -> str | None:
    """Set the policies as is the *choice*, or else as they were; return what has changed.

    A policy that was set once cannot be removed: it allows everything then.
    """
    guarded = is_guarded(stack)
    if choice is False:
        for one in data_stacks(stack) if guarded else ():
            _set_policy(stack, one.stack_id, json.dumps({"Statement": [ALLOWED]}))
        return "the stack policy allows everything" if guarded else None
    if (choice or guarded) and guard(stack):
        return "the stack policy protects what holds data"
    return None


def _data_stacks(stack: RootStack, name_or_id: str, within: str) -> Iterator[DataStack]:
    resources = [*stack.own_resources(name_or_id)]
    inside: list[DataStack] = []
    nested: list[str] = []
    for one in (it for it in resources if is_stack(it) and it.get("PhysicalResourceId")):
        title = one["LogicalResourceId"]
        if found := [*_data_stacks(stack, one["PhysicalResourceId"], f"{within}{title}.")]:
            nested.append(title)
            inside += found
    if not within or nested or any(one["ResourceType"] in HOLDING_DATA for one in resources):
        yield DataStack(stack_id=name_or_id, within=within, nested=tuple(nested))
        yield from inside


def _policy(stack: RootStack, name_or_id: str) -> str:
    answer = stack.session.client("cloudformation").get_stack_policy(StackName=name_or_id)
    return str(answer.get("StackPolicyBody") or "")


def _set_policy(stack: RootStack, name_or_id: str, text: str) -> None:
    api = stack.session.client("cloudformation")
    api.set_stack_policy(StackName=name_or_id, StackPolicyBody=text)


def _named(logical_ids: Iterable[str]) -> list[str]:
    return [f"LogicalResourceId/{one}" for one in logical_ids]
