"""The roles that AWS makes for StackSets in organizations."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Final

from moto.iam.models import iam_backends

PARTITION: Final = "aws"
VERSION: Final = "2012-10-17"
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
ADMIN: Final = "stacksets.cloudformation.amazonaws.com"
MEMBER: Final = "member.org.stacksets.cloudformation.amazonaws.com"
PREFIX: Final = "/aws-service-role/"

_turn: Final = threading.Lock()


def admin_role(manager: str) -> str:
    """The management account's role, which assumes those of the members; made at first."""
    name = "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
    return _made(manager, name, {"Service": ADMIN}, f"{PREFIX}{ADMIN}/")


def member_role(account: str) -> str:
    """A member's role, which makes the one that acts; made at first."""
    name = "AWSServiceRoleForCloudFormationStackSetsOrgMember"
    return _made(account, name, {"Service": MEMBER}, f"{PREFIX}{MEMBER}/")


def default_role(manager: str, account: str) -> str:
    """The role that acts in a member, where it administers everything; made at first."""
    member_role(account)
    digest = hashlib.md5(manager.encode(), usedforsecurity=False).hexdigest()
    name = f"stacksets-exec-{digest}"
    arn = _made(account, name, {"AWS": admin_role(manager)}, "/")
    iam_backends[account][PARTITION].attach_role_policy(ADMINISTRATOR, name)
    return arn


def _made(account: str, name: str, principal: Mapping[str, str], path: str) -> str:
    backend = iam_backends[account][PARTITION]
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    with _turn:
        if known := next((one for one in backend.get_roles() if one.name == name), None):
            return str(known.arn)
        made = backend.create_role(
            role_name=name,
            assume_role_policy_document=json.dumps({"Version": VERSION, "Statement": [statement]}),
            path=path,
            permissions_boundary="",
            description="",
            tags=[],
            max_session_duration="3600",
        )
    return str(made.arn)
