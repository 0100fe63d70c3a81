"""Organizations as stack sets see them: who manages, who may act for whom, and who is where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from moto.organizations.models import OrganizationsBackend, organizations_backends

from ..cloudformation.refusals import ValidationError
from .refusals import DELEGATED, NO_ACCESS, NOT_MANAGEMENT, InvalidOperation
from .service_roles import MEMBER as MEMBER_ACCESS
from .service_roles import admin_role

PARTITION: Final = "aws"
_activated: Final[set[str]] = set()
"""The IDs of organizations whose management account has activated StackSets."""


def organization_of(account: str) -> OrganizationsBackend | None:
    """The organization that an account manages or is a member of."""
    manager, partition = organizations_backends.master_accounts.get(account, (account, PARTITION))
    found: OrganizationsBackend = organizations_backends[manager][partition]
    return found if found.org else None


def administrator(account: str, call_as: str) -> str:
    """The account whose stack sets with service-managed permissions a caller means."""
    found = organization_of(account)
    if call_as == "DELEGATED_ADMIN":
        if found is None or account not in _delegated(found):
            raise ValidationError(DELEGATED)
        return str(found.account_id)
    if found is None or found.account_id != account:
        raise ValidationError(NOT_MANAGEMENT)
    return account


def require_access(account: str) -> None:
    """Refuse what needs trusted access to the organization, which must have been activated."""
    if access_of(account) != "ENABLED":
        raise ValidationError(NO_ACCESS)


def access_of(account: str) -> str:
    """The status of trusted access; StackSets must be told, Organizations is not enough."""
    found = organization_of(account)
    if found is None or found.org is None or found.org.id not in _activated:
        return "DISABLED"
    enabled = any(one["ServicePrincipal"] == MEMBER_ACCESS for one in found.services)
    return "ENABLED" if enabled else "DISABLED"


def set_access(account: str, *, enabled: bool) -> None:
    """Give StackSets trusted access, or take it."""
    found = organization_of(account)
    if found is None or found.org is None or found.account_id != account:
        raise InvalidOperation(NOT_MANAGEMENT)
    if enabled:
        found.enable_aws_service_access(ServicePrincipal=MEMBER_ACCESS)
        admin_role(account)
        _activated.add(found.org.id)
    else:
        found.disable_aws_service_access(ServicePrincipal=MEMBER_ACCESS)
        _activated.discard(found.org.id)


def accounts_in(manager: str, units: Iterable[str]) -> dict[str, str]:
    """The accounts in each unit and in those within, with the unit that was named for them.

    The management account is never one of them.
    """
    organization = organization_of(manager)
    found: dict[str, str] = {}
    if organization is None:
        return found
    for unit in units:
        require_unit(organization, unit)
        for inner in _within(organization, unit):
            for account in organization.accounts:
                if account.parent_id == inner and account.id != organization.account_id:
                    found.setdefault(account.id, unit)
    return found


def units_above(account: str) -> list[str]:
    """The units that an account is in, directly and above, up to the root."""
    organization = organization_of(account)
    if organization is None:
        return []
    parents = {one.id: one.parent_id for one in organization.ou}
    unit = next((one.parent_id for one in organization.accounts if one.id == account), None)
    found: list[str] = []
    while unit:
        found.append(unit)
        unit = parents.get(unit)
    return found


def is_suspended(account: str) -> bool:
    """True if the account is closed."""
    organization = organization_of(account)
    accounts: list[Any] = organization.accounts if organization else []
    return any(one.id == account and one.status == "SUSPENDED" for one in accounts)


def require_unit(organization: OrganizationsBackend, unit: str) -> None:
    """Refuse a unit that is not of the organization."""
    if all(one.id != unit for one in organization.ou):
        raise ValidationError(f"Organizational unit {unit} does not exist in the organization")


def _within(organization: OrganizationsBackend, unit: str) -> list[str]:
    """A unit and all units within it."""
    found = [unit]
    for one in found:
        found.extend(other.id for other in organization.ou if other.parent_id == one)
    return found


def _delegated(organization: OrganizationsBackend) -> set[str]:
    return {one.account.id for one in organization.admins if MEMBER_ACCESS in one.services}
