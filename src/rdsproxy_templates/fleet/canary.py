"""The change set of a wave in its first place, which shows what the wave changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..deploy.accounts import AccountSession, aws_errors_at
from ..deploy.change_set_requests import ChangeSetRequests
from ..deploy.review import RequestedChange
from ..deploy.root_stack import RootStack
from ..deploy.states import state_of
from ..errors import DeploymentError, Problem
from .desired import DesiredStackSet
from .fleet_sessions import FleetSessions
from .place import Place
from .stack_set_requests import described


@contextmanager
def canary_change(
    sessions: FleetSessions,
    place: Place,
    stack_id: str | None,
    desired: DesiredStackSet,
    stack_set: str,
) -> Iterator[RequestedChange]:
    """Yield the change of the stack *stack_id* in *place*, or of one that is new.

    It is requested by the reader role, never executed, and gone when the block ends.
    """
    with aws_errors_at(str(place)):
        session = sessions.member(place)
        status = _status(session, stack_id)
        is_there = state_of(status).way not in {"create", "create again"}
        if is_there and not state_of(status).takes_updates:
            sentence = f"its stack is {status}, from which no update leads; look at it there"
            raise DeploymentError([Problem(str(place), sentence)])
        name = stack_id.split("/")[1] if stack_id and is_there else f"{stack_set[:120]}-canary"
        stack = RootStack(session, name)
        requests = ChangeSetRequests(session.client("cloudformation"), name, stack.own_resources)
        wanted: dict[str, Any] = {
            **desired.template_argument,
            "Parameters": described(desired.values(place)),
            "Capabilities": list(desired.capabilities),
            "Tags": [{"Key": key, "Value": value} for key, value in desired.tags.items()],
        }
        if is_there:
            change_set = requests.for_update(wanted)
        else:
            change_set = requests.for_creation(wanted, is_new=stack.description() is None)
    try:
        yield RequestedChange(stack=stack, change_set=change_set)
    finally:
        with suppress(Exception):
            stack.discard(change_set)


def _status(session: AccountSession, stack_id: str | None) -> str:
    """Return the status of the stack *stack_id*, once it is settled; that of none is deleted."""
    found = RootStack(session, stack_id).wait_until_settled() if stack_id else None
    return str(found["StackStatus"]) if found else "DELETE_COMPLETE"
