"""The work on the stack of one instance: it is created, updated or deleted in its account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from moto.core.exceptions import ServiceException

from ..acting import RoleClients
from ..cloudformation.background import settled
from ..cloudformation.drift_api import CHECKABLE
from ..cloudformation.planning import Request
from ..cloudformation.stack import STACK, Event, Stack
from ..cloudformation.stacks import StackBackend, backend
from .instance import Instance
from .roles import NotAllowed, clients_in
from .stack_set import StackSet

COMPLETE: Final = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
UNMADE: Final = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}
"""A stack in such a status takes no update, and is made anew."""

Work = Callable[[StackSet, Instance], str | None]
"""Does the work; returns the reason why it failed, or None."""


def bring(stack_set: StackSet, instance: Instance) -> str | None:
    """Bring the stack to what the stack set is now."""
    try:
        stacks, clients = _there(stack_set, instance)
        source = stack_set.source
        request = Request(
            source.text,
            {**source.parameters, **instance.overrides},
            source.capabilities,
            dict(source.tags),
            clients=clients,
        )
        stack = _alive(stacks, instance)
        if stack is not None and stack.status in UNMADE:
            stacks.delete(stack.id)
            settled(stack.id)
            stack = None
        if stack is None:
            name = f"StackSet-{stack_set.name}-{uuid.uuid4()}"
            _require(clients, "CreateStack", stacks, name)
            instance.stack = stacks.create(name, request)
        else:
            plan = stacks.plan(request, directly=True)
            if not stacks.differences(stacks.updatable(stack.id), plan, request):
                return None
            _require(clients, "UpdateStack", stacks, stack.name)
            stacks.update(stack.id, request)
    except (ServiceException, NotAllowed) as refusal:
        return str(refusal.message if isinstance(refusal, ServiceException) else refusal)
    assert instance.stack is not None
    settled(instance.stack.id)
    return None if instance.stack.status in COMPLETE else _reason(instance.stack)


def delete(stack_set: StackSet, instance: Instance) -> str | None:
    """Delete the stack."""
    try:
        stacks, clients = _there(stack_set, instance)
        if (stack := _alive(stacks, instance)) is None:
            return None
        _require(clients, "DeleteStack", stacks, stack.name)
        stack.clients = clients
        stacks.delete(stack.id)
    except (ServiceException, NotAllowed) as refusal:
        return str(refusal.message if isinstance(refusal, ServiceException) else refusal)
    settled(stack.id)
    return None if stack.status == "DELETE_COMPLETE" else _reason(stack)


def checkable(stack_set: StackSet, instance: Instance) -> Stack:
    """The stack, for a detection of its drift by the execution role."""
    stacks, clients = _there(stack_set, instance)
    if (stack := _alive(stacks, instance)) is None:
        raise NotAllowed("The stack instance has no stack")
    if stack.status not in CHECKABLE:
        raise NotAllowed(
            f"Drift detection cannot be performed on stack [{stack.id}] while it is in "
            f"[{stack.status}] state"
        )
    _require(clients, "DetectStackDrift", stacks, stack.name)
    stack.clients = clients
    return stack


def _there(stack_set: StackSet, instance: Instance) -> tuple[StackBackend, RoleClients]:
    stacks = backend(*instance.place)
    return stacks, clients_in(stack_set, instance.place, stacks.clients)


def _alive(stacks: StackBackend, instance: Instance) -> Stack | None:
    """The instance's stack, unless somebody has deleted it in its account."""
    return stacks.named(instance.stack.id) if instance.stack else None


def _require(clients: RoleClients, operation: str, stacks: StackBackend, name: str) -> None:
    region = stacks.region_name
    arn = f"arn:aws:cloudformation:{region}:{stacks.account_id}:stack/{name}/*"
    if denial := clients.denial(f"cloudformation:{operation}", region, arn):
        raise NotAllowed(denial)


def _reason(stack: Stack) -> str:
    """The first failure of the last operation, as StackSets words it."""
    events = [one for one in stack.events if one.operation is stack.operation]
    failed = [one for one in events if one.status.endswith("_FAILED")]
    own: Callable[[Event], bool] = lambda one: one.type == STACK and one.physical_id == stack.id  # noqa: E731
    first = next((one for one in failed if not own(one)), None)
    if first is None:
        return stack.reason or stack.status
    return (
        f"ResourceLogicalId:{first.logical_id}, ResourceType:{first.type}, "
        f"ResourceStatusReason:{first.reason}."
    )
