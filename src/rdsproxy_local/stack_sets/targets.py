"""The accounts and Regions that a call means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import boto3

from ..cloudformation.refusals import ValidationError, refusals
from ..cloudformation.template_url import object_at
from .instance import Place
from .organizations import accounts_in
from .stack_set import StackSet

ONLY_UNITS: Final = (
    "StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target"
)
ONLY_ACCOUNTS: Final = (
    "StackSets with SELF_MANAGED permission model can only have accounts as target"
)
MOST_UNITS: Final = 50
MOST_BYTES: Final = 10 * 1024 * 1024
ACCOUNT: Final = re.compile(r"\d{12}")


def targets(
    stack_set: StackSet, given: Mapping[str, Any], *, creates: bool = False
) -> dict[Place, str | None]:
    """The places that a call means, Region after Region, with the unit of each."""
    named = given.get("DeploymentTargets") or {}
    if given.get("Accounts") and named:
        raise ValidationError("You can specify Accounts or DeploymentTargets, but not both")
    if stack_set.model == "SELF_MANAGED":
        accounts: Mapping[str, str | None] = _self_managed(stack_set, given, named)
    else:
        accounts = _service_managed(stack_set, given, named, creates=creates)
    regions = list(dict.fromkeys(given.get("Regions", [])))
    if not regions:
        raise ValidationError("You must specify at least one value for Regions")
    if unknown := [one for one in regions if one not in known_regions()]:
        raise ValidationError(f"Regions [{', '.join(unknown)}] do not exist")
    return {
        Place(account, region): unit for region in regions for account, unit in accounts.items()
    }


@cache
def known_regions() -> frozenset[str]:
    """All Regions of AWS in which there is CloudFormation."""
    session = boto3.Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("cloudformation", partition)
    )


def _self_managed(
    stack_set: StackSet, given: Mapping[str, Any], named: Mapping[str, Any]
) -> dict[str, str | None]:
    if named.get("OrganizationalUnitIds"):
        raise ValidationError(ONLY_ACCOUNTS)
    accounts = [*given.get("Accounts", []), *_listed(stack_set, named)]
    if not accounts:
        raise ValidationError("Accounts are required")
    return dict.fromkeys(accounts)


def _service_managed(
    stack_set: StackSet, given: Mapping[str, Any], named: Mapping[str, Any], *, creates: bool
) -> dict[str, str | None]:
    if given.get("Accounts") or not named:
        raise ValidationError(ONLY_UNITS)
    units = named.get("OrganizationalUnitIds", [])
    listed = set(_listed(stack_set, named))
    kind = named.get("AccountFilterType")
    if not units:
        raise ValidationError("OrganizationalUnitIds are required")
    if len(units) > MOST_UNITS:
        raise ValidationError(f"The maximum number of organizational units is {MOST_UNITS}")
    if creates and listed and units and kind is None:
        raise ValidationError("AccountFilterType must be specified with Accounts")
    if creates and kind == "UNION":
        raise ValidationError("UNION is not supported for CreateStackInstances operations")
    if kind in {"INTERSECTION", "DIFFERENCE"} and not listed:
        raise ValidationError(f"Accounts are required with AccountFilterType {kind}")
    if kind == "NONE" and listed:
        raise ValidationError("Accounts cannot be specified with AccountFilterType NONE")
    inside: Mapping[str, str | None] = accounts_in(stack_set.account, units)
    match kind:
        case "INTERSECTION":
            return {account: unit for account, unit in inside.items() if account in listed}
        case "DIFFERENCE":
            return {account: unit for account, unit in inside.items() if account not in listed}
    return {**_units_of(stack_set, listed), **inside}


def _units_of(stack_set: StackSet, listed: set[str]) -> dict[str, str | None]:
    """Accounts by themselves are those with stacks, in the unit that they came with."""
    return {
        place.account: one.unit
        for place, one in [*stack_set.instances.items()]
        if place.account in listed
    }


def _listed(stack_set: StackSet, named: Mapping[str, Any]) -> list[str]:
    """The accounts that are named, in the call or in a file of S3."""
    accounts = list(named.get("Accounts", []))
    if url := named.get("AccountsUrl"):
        if accounts:
            raise ValidationError("You can specify Accounts or AccountsUrl, but not both")
        with refusals():
            text = object_at(url, stack_set.account)
        if len(text.encode()) > MOST_BYTES:
            raise ValidationError(f"AccountsUrl must not be larger than {MOST_BYTES} bytes")
        accounts = [one for one in re.split(r"[\s,]+", text) if one]
        if wrong := [one for one in accounts if not ACCOUNT.fullmatch(one)]:
            raise ValidationError(f"AccountsUrl has invalid accounts: {', '.join(wrong)}")
    return accounts
