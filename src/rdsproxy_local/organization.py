"""An organization with its units and accounts, and the roles that stack sets need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final, Protocol

from .local_cloud import NO_PROXY, SECONDS, Account

ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
MEMBER_ACCESS: Final = "member.org.stacksets.cloudformation.amazonaws.com"


class Cloud(Protocol):
    """A local cloud, by whichever name."""

    def account(self, account_id: str = ..., region: str = ...) -> Account:
        """Return an account, seen from a Region."""
        ...


class Organization:
    """An organization, with all features, of a management account."""

    def __init__(self, cloud: Cloud, account_id: str) -> None:
        self._cloud = cloud
        self.management = cloud.account(account_id)
        self._api = self.management.client("organizations")
        self.id: str = self._api.create_organization(FeatureSet="ALL")["Organization"]["Id"]

    @cached_property
    def root(self) -> str:
        """The ID of the root, in which all units are."""
        return str(self._api.list_roots()["Roots"][0]["Id"])

    def unit(self, name: str, *, within: str | None = None) -> str:
        """Create an organizational unit in the root or in another unit; returns its ID."""
        made = self._api.create_organizational_unit(ParentId=within or self.root, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def member(self, name: str, *, unit: str | None = None) -> Account:
        """Create an account, in the root or in a unit."""
        made = self._api.create_account(Email=f"{name}@example.com", AccountName=name)
        account = self._cloud.account(made["CreateAccountStatus"]["AccountId"])
        if unit is not None:
            self.move(account, unit)
        return account

    def move(self, account: Account, unit: str) -> None:
        """Move an account to another unit, or to the root."""
        (parent,) = self._api.list_parents(ChildId=account.id)["Parents"]
        self._api.move_account(
            AccountId=account.id, SourceParentId=parent["Id"], DestinationParentId=unit
        )

    def enable_sharing(self) -> None:
        """Enable sharing, as a person does once, before any plan that shares something."""
        self.management.client("ram").enable_sharing_with_aws_organization()

    def enable_stack_sets(self) -> None:
        """Activate trusted access, as a person does once, for service-managed permissions."""
        self.management.client("cloudformation").activate_organizations_access()

    def delegate_stack_sets(self, account: Account) -> None:
        """Let a member administer stack sets, which then says `CallAs: DELEGATED_ADMIN`."""
        self._api.register_delegated_administrator(
            AccountId=account.id, ServicePrincipal=MEMBER_ACCESS
        )


def trust_stack_sets(
    administrator: Account,
    accounts: Iterable[Account],
    *,
    administration_role: str = "AWSCloudFormationStackSetAdministrationRole",
    execution_role: str = "AWSCloudFormationStackSetExecutionRole",
    policy: Mapping[str, Any] | None = None,
) -> None:
    """Create the roles of self-managed permissions.

    The execution role administers its account, unless a *policy* says what it may do.
    """
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    target = f"arn:aws:iam::*:role/{execution_role}"
    _role(
        administrator,
        administration_role,
        {"Service": "cloudformation.amazonaws.com"},
        {"Statement": [{**assume, "Resource": target}]},
    )
    trusted = {"AWS": f"arn:aws:iam::{administrator.id}:role/{administration_role}"}
    for account in accounts:
        _role(account, execution_role, trusted, policy)


def called_by(account: Account, role: str) -> list[str]:
    """Return the actions that an execution role of stack sets has called, in their first order."""
    with NO_PROXY.open(f"{account.endpoint}/_local/called", timeout=SECONDS) as answer:
        return [*json.loads(answer.read()).get(f"arn:aws:iam::{account.id}:role/{role}", ())]


def _role(
    account: Account, name: str, principal: Mapping[str, str], policy: Mapping[str, Any] | None
) -> None:
    iam = account.client("iam")
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    if policy is None:
        iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)
        return
    document = json.dumps({"Version": "2012-10-17", **policy})
    iam.put_role_policy(RoleName=name, PolicyName="StackSets", PolicyDocument=document)
