"""The roles that AWS makes for StackSets in organizations."""

from __future__ import annotations

import hashlib
from typing import Final

from ..apis.trusting_roles import administrator_trusting, role_trusting

ADMIN: Final = "stacksets.cloudformation.amazonaws.com"
MEMBER: Final = "member.org.stacksets.cloudformation.amazonaws.com"
PREFIX: Final = "/aws-service-role/"


def admin_role(manager: str) -> str:
    """The management account's role, which assumes those of the members; made at first."""
    name = "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
    return role_trusting({"Service": ADMIN}, manager, name, f"{PREFIX}{ADMIN}/")


def member_role(account: str) -> str:
    """A member's role, which makes the one that acts; made at first."""
    name = "AWSServiceRoleForCloudFormationStackSetsOrgMember"
    return role_trusting({"Service": MEMBER}, account, name, f"{PREFIX}{MEMBER}/")


def default_role(manager: str, account: str) -> str:
    """The role that acts in a member, where it administers everything; made at first."""
    member_role(account)
    digest = hashlib.md5(manager.encode(), usedforsecurity=False).hexdigest()
    return administrator_trusting({"AWS": admin_role(manager)}, account, f"stacksets-exec-{digest}")
