"""Roles and policies that exist: that the account has them, and whom a role trusts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import Problem
from .account import AccountReader
from .subnets import FUNCTIONS, PROXY
from .values import Given, GivenValues

CLUSTER, INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
TRUSTED: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("RoleArn", (PROXY,), "rds.amazonaws.com"),
    ("AssociatedRoles.*.RoleArn", (CLUSTER, INSTANCE), "rds.amazonaws.com"),
    ("MonitoringRoleArn", (CLUSTER, INSTANCE), "monitoring.rds.amazonaws.com"),
    ("Role", FUNCTIONS, "lambda.amazonaws.com"),
)
"""Property, types, and the service that assumes the role."""
POLICIES: Final = (
    ("PermissionsBoundary", ("AWS::IAM::Role", *FUNCTIONS)),
    ("ManagedPolicyArns", ("AWS::IAM::Role",)),
    ("Policies", FUNCTIONS),
)


def role_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report roles that are missing or trust somebody else, and policies that are missing."""
    for path, types, service in TRUSTED:
        for use in given.uses(path, *types):
            for one in use.given:
                yield from _role(account, one, service)
    for path, types in POLICIES:
        for use in given.uses(path, *types):
            for one in use.given:
                if one.text.startswith("arn:"):
                    yield from _policy(account, one)


def _policy(account: AccountReader, one: Given) -> Iterator[Problem]:
    owner = one.text.split(":")[4]
    if owner in {"aws", account.session.id}:
        account.ask("iam", "get_policy", one.place, PolicyArn=one.text)
    else:
        yield Problem(
            one.place,
            f"is {one.text}, a policy of account {owner}; IAM takes those of AWS and of "
            f"{account.session.id} here",
        )


def _role(account: AccountReader, one: Given, service: str) -> Iterator[Problem]:
    owner, name = one.text.split(":")[4], one.text.rpartition("/")[2]
    if owner != account.session.id:
        yield Problem(
            one.place,
            f"is a role of account {owner}; {service} assumes roles of {account.session.id} here",
        )
        return
    answer = account.ask("iam", "get_role", one.place, RoleName=name)
    if not answer:
        return
    role = answer["Role"]
    if role["Arn"] != one.text:
        yield Problem(one.place, f"is {one.text}, and the role {name} is {role['Arn']}")
    elif not _trusts(role["AssumeRolePolicyDocument"], service):
        yield Problem(
            one.place, f"is {one.text}, which does not trust {service}; let it do sts:AssumeRole"
        )


def _trusts(document: Any, service: str) -> bool:
    read: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else document
    statements = read.get("Statement", [])
    for one in statements if isinstance(statements, list) else [statements]:
        principal = one.get("Principal", {})
        services = principal.get("Service", ()) if isinstance(principal, dict) else principal
        if one.get("Effect") == "Allow" and service in (
            services if isinstance(services, list) else [services]
        ):
            return True
    return False
