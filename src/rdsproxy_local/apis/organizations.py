"""Organizations: what moto takes and AWS does not, and delegated administrators."""

from __future__ import annotations

from typing import Any, Final

from moto.core.exceptions import ServiceException
from moto.organizations.exceptions import DuplicateOrganizationalUnitException
from moto.organizations.models import (
    FakeDelegatedAdministrator,
    OrganizationsBackend,
    organizations_backends,
)
from moto.organizations.responses import OrganizationsResponse

from .surround import mend
from .trusting_roles import administrator_trusting

STACK_SETS: Final = "member.org.stacksets.cloudformation.amazonaws.com"
NOT_EMPTY: Final = (
    "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all "
    "child OUs, and try the operation again."
)
ACCESS_ROLE: Final = "OrganizationAccountAccessRole"
DENIED: Final = "You don't have permissions to access this resource."


class Refused(ServiceException):
    """A refusal with a code of its own."""


def install() -> None:
    """Refuse moves and deletions as AWS does; let members read what was delegated to them."""
    FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(STACK_SETS)
    OrganizationsResponse.organizations_backend = property(_readable)  # type: ignore[assignment]
    mend(
        OrganizationsBackend,
        "create_account",
        _create_account,
        moto="CreateAccount leaves the account without roles",
        aws="it has OrganizationAccountAccessRole, or that of RoleName, which trusts the manager",
        source="https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html",
    )
    mend(
        OrganizationsBackend,
        "move_account",
        _move,
        moto="MoveAccount takes any parent as the source, and a destination where the account is",
        aws="they are refused",
        source="https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html",
    )
    mend(
        OrganizationsBackend,
        "delete_organizational_unit",
        _delete_unit,
        moto="DeleteOrganizationalUnit leaves accounts and units without a parent",
        aws="a unit that is not empty is not deleted",
        source="https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html",
    )
    mend(
        OrganizationsBackend,
        "create_organizational_unit",
        _create_unit,
        moto="CreateOrganizationalUnit takes any parent, and a name that another unit in it has",
        aws="they are refused",
        source="https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html",
    )


def _readable(response: OrganizationsResponse) -> OrganizationsBackend:
    """The organization that a call is about: a delegated administrator reads its manager's."""
    account = response.current_account
    own: OrganizationsBackend = organizations_backends[account][response.partition]
    action = response._get_action()
    if own.org or action in {"DescribeOrganization", "ListRoots"}:
        return own
    if not action.startswith(("Describe", "List")):
        return own
    manager, partition = organizations_backends.master_accounts.get(account, (account, "aws"))
    found: OrganizationsBackend = organizations_backends[manager][partition]
    if found.org and all(one.account.id != account for one in found.admins):
        raise Refused("AccessDeniedException", DENIED)
    return found


def _create_account(create: Any, backend: OrganizationsBackend, **given: Any) -> Any:
    status = create(backend, **given)
    account = status["CreateAccountStatus"]["AccountId"]
    manager = {"AWS": f"arn:aws:iam::{backend.account_id}:root"}
    administrator_trusting(manager, account, given.get("RoleName") or ACCESS_ROLE)
    return status


def _move(move: Any, backend: OrganizationsBackend, **given: Any) -> None:
    account = backend.get_account_by_id(given["AccountId"])
    units = {one.id for one in [*backend.ou]}
    if account.parent_id != given["SourceParentId"]:
        raise Refused(
            "SourceParentNotFoundException",
            "We can't find a source root or OU with the ParentId that you specified.",
        )
    if given["DestinationParentId"] not in units:
        raise Refused(
            "DestinationParentNotFoundException",
            "We can't find the destination container (a root or OU) with the ParentId that you "
            "specified.",
        )
    if account.parent_id == given["DestinationParentId"]:
        raise Refused(
            "DuplicateAccountException",
            "That account is already present in the specified destination.",
        )
    move(backend, **given)


def _delete_unit(delete: Any, backend: OrganizationsBackend, **given: Any) -> None:
    unit = given["OrganizationalUnitId"]
    children: list[Any] = [*backend.accounts, *backend.ou]
    if any(one.parent_id == unit for one in children):
        raise Refused("OrganizationalUnitNotEmptyException", NOT_EMPTY)
    delete(backend, **given)


def _create_unit(create: Any, backend: OrganizationsBackend, **given: Any) -> Any:
    if all(one.id != given["ParentId"] for one in [*backend.ou]):
        raise Refused(
            "ParentNotFoundException",
            "We can't find a root or OU with the ParentId that you specified.",
        )
    named = (one for one in [*backend.ou] if one.parent_id == given["ParentId"])
    if any(one.name == given["Name"] for one in named):
        raise DuplicateOrganizationalUnitException
    return create(backend, **given)
