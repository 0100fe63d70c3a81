"""The execution roles of target accounts, and who may assume them."""

from __future__ import annotations

import threading
from typing import Any, Final

from moto.sts.models import sts_backends

from ..acting import RoleClients
from ..apis.trusting_roles import PARTITION
from ..clients import Clients
from ..cloudformation.background import settled
from ..cloudformation.capabilities import NAMED_IAM
from ..cloudformation.planning import Request
from ..cloudformation.stacks import backend
from ..data_plane import identities
from .instance import Place
from .service_roles import admin_role, default_role
from .stack_set import StackSet

SERVICE: Final = "cloudformation.amazonaws.com"
SECONDS: Final = 3600

_turns: Final[dict[str, threading.RLock]] = {}
"""Held while the role of an account is made, or its session."""
_clients: Final[dict[tuple[str, str], RoleClients]] = {}


class NotAllowed(Exception):
    """The reason why nothing can be done in an account."""


def clients_in(stack_set: StackSet, place: Place, base: Clients) -> RoleClients:
    """Clients of the execution role in an account, or :class:`NotAllowed`."""
    with _turns.setdefault(place.account, threading.RLock()):
        if stack_set.model == "SELF_MANAGED":
            role = _self_managed(stack_set, place.account)
        elif stack_set.has_custom_role:
            role = _custom(stack_set, place, base)
        else:
            role = default_role(stack_set.account, place.account)
        return _session_of(stack_set, role, base)


def forget() -> None:
    """Forget the sessions of an earlier local cloud."""
    _clients.clear()


def _self_managed(stack_set: StackSet, account: str) -> str:
    """The execution role's ARN, if the administration role exists and may assume it."""
    administration, name = stack_set.administration_role, stack_set.execution_role
    assert administration is not None
    assert name is not None
    own = administration.partition(":role/")[2]
    source = {"aws:SourceArn": stack_set.arn}
    if not identities.role_trusts_service(administration, SERVICE, **source):
        raise NotAllowed(
            f"Account {stack_set.account} should have '{own}' role with trust relationship to "
            "CloudFormation service."
        )
    execution = f"arn:aws:iam::{account}:role/{name}"
    administrator = identities.role_identity(administration)
    if not (
        administrator is not None
        and administrator.may("sts:AssumeRole", execution)
        and identities.role_trusts_account_of(execution, administration)
    ):
        raise NotAllowed(
            f"Account {account} should have '{name}' role with trust relationship to Role '{own}'."
        )
    return execution


def _custom(stack_set: StackSet, place: Place, base: Clients) -> str:
    """The customized role of service-managed permissions, of a stack that is made before any."""
    name, template = stack_set.execution_role, stack_set.roles.execution_template
    assert name is not None
    assert template is not None
    stacks = stack_set.role_stacks
    if place.account not in stacks or stacks[place.account].plan.template.text != template:
        _roll_out(stack_set, place, base, template)
    arn = f"arn:aws:iam::{place.account}:role/{name}"
    trusted = admin_role(stack_set.account)
    if not identities.role_trusts_account_of(arn, trusted):
        raise NotAllowed(
            f"Account {place.account} should have '{name}' role with trust relationship to Role "
            f"'{trusted.partition(':role/')[2]}'."
        )
    return arn


def _roll_out(stack_set: StackSet, place: Place, base: Clients, template: str) -> None:
    default = default_role(stack_set.account, place.account)
    request = Request(template, {}, (NAMED_IAM,), clients=_session_of(stack_set, default, base))
    known = stack_set.role_stacks.get(place.account)
    stacks = backend(place.account, known.region if known else place.region)
    if known is None:
        stack = stacks.create(f"StackSet-{stack_set.name}-ExecutionRole", request)
        settled(stack.id)
    else:
        stack = stacks.update(known.id, request)
        settled(stack.id)
    if stack.status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        reason = next((one.reason for one in stack.events if "FAILED" in one.status), stack.reason)
        if known is None:
            stacks.delete(stack.id)
            settled(stack.id)
        raise NotAllowed(f"The execution role could not be provisioned: {reason}")
    stack_set.role_stacks[place.account] = stack


def give_up_role(stack_set: StackSet, account: str) -> None:
    """Delete the stack of the customized execution role, where no instance is left."""
    if (stack := stack_set.role_stacks.pop(account, None)) is not None:
        backend(account, stack.region).delete(stack.id)
        settled(stack.id)


def _session_of(stack_set: StackSet, role: str, base: Clients) -> RoleClients:
    key = (stack_set.id, role)
    if key not in _clients:
        _clients[key] = RoleClients(base.endpoint, role, _session(role, stack_set.id))
    return _clients[key]


def _session(role_arn: str, name: str) -> Any:
    account = role_arn.split(":")[4]
    return sts_backends[account][PARTITION].assume_role(
        region_name="us-east-1",
        role_session_name=name.rpartition(":")[2],
        role_arn=role_arn,
        policy="",
        duration=SECONDS,
        external_id="",
    )
