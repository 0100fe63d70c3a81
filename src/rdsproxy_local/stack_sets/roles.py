"""The roles of StackSets: the administrator's, which assumes those of the target accounts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from ..acting import RoleClients
from ..clients import Clients
from ..data_plane import identities
from .stack_set import StackSet

PARTITION: Final = "aws"
SERVICE: Final = "cloudformation.amazonaws.com"
SECONDS: Final = 3600
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
VERSION: Final = "2012-10-17"
MEMBER: Final = "member.org.stacksets.cloudformation.amazonaws.com"
MEMBER_ROLE: Final = "AWSServiceRoleForCloudFormationStackSetsOrgMember"


class NotAllowed(Exception):
    """The reason why nothing can be done in an account."""


def clients_in(stack_set: StackSet, account: str, base: Clients) -> RoleClients:
    """Clients of the execution role in an account, or :class:`NotAllowed`."""
    if stack_set.model == "SERVICE_MANAGED":
        role = _service_managed(stack_set, account)
    else:
        role = _self_managed(stack_set, account)
    key = (stack_set.id, role)
    if key not in _clients:
        _clients[key] = RoleClients(base.endpoint, role, _session(role, stack_set.id))
    return _clients[key]


def forget() -> None:
    """Forget the sessions of an earlier local cloud."""
    _clients.clear()


_clients: Final[dict[tuple[str, str], RoleClients]] = {}


def _self_managed(stack_set: StackSet, account: str) -> str:
    """The execution role's ARN, if the administration role exists and may assume it."""
    administration, name = stack_set.administration_role, stack_set.execution_role
    assert administration is not None
    assert name is not None
    own = administration.partition(":role/")[2]
    if not identities.role_trusts_service(administration, SERVICE):
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


def _service_managed(stack_set: StackSet, account: str) -> str:
    """The role that StackSets makes in each account, an administrator, unless it is customized."""
    name = stack_set.execution_role
    if name is None:
        digest = hashlib.md5(stack_set.account.encode(), usedforsecurity=False).hexdigest()
        name = f"stacksets-exec-{digest}"
        _make(account, name)
    return f"arn:aws:iam::{account}:role/{name}"


def _make(account: str, name: str) -> None:
    """Make the role that acts, and the service-linked one that assumes it, once."""
    backend = iam_backends[account][PARTITION]
    if any(one.name == name for one in backend.get_roles()):
        return
    member = _role(account, MEMBER_ROLE, {"Service": MEMBER}, f"/aws-service-role/{MEMBER}/")
    _role(account, name, {"AWS": member}, "/")
    backend.attach_role_policy(ADMINISTRATOR, name)


def _role(account: str, name: str, principal: Mapping[str, str], path: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    made = iam_backends[account][PARTITION].create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": VERSION, "Statement": [statement]}),
        path=path,
        permissions_boundary="",
        description="",
        tags=[],
        max_session_duration="3600",
    )
    return str(made.arn)


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
