"""Identity and Access Management: quotas of roles and policies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, those of an account
# that has asked for no others.
MOST_MANAGED: Final = 10
MOST_MANAGED_CHARACTERS: Final = 6144
MOST_TRUST_CHARACTERS: Final = 2048
ARN_COLONS: Final = 5
ACTION: Final = re.compile(r"[A-Za-z0-9*?]+")
NAMES: Final = ("InstanceProfileName", "ManagedPolicyName")
SID: Final = re.compile(r"[0-9A-Za-z]*")


def _role(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if len(set(given.get("ManagedPolicyArns", ()))) > MOST_MANAGED:
        yield f"Cannot exceed quota for PoliciesPerRole: {MOST_MANAGED}"
    for policy in given.get("Policies", ()):
        yield from _grammar(policy.get("PolicyDocument"))
    yield from _trust(given.get("AssumeRolePolicyDocument"))
    if _characters(given.get("AssumeRolePolicyDocument")) > MOST_TRUST_CHARACTERS:
        yield f"Cannot exceed quota for ACLSizePerRole: {MOST_TRUST_CHARACTERS}"


def _managed(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _grammar(given.get("PolicyDocument"))
    if _characters(given.get("PolicyDocument")) > MOST_MANAGED_CHARACTERS:
        yield f"Cannot exceed quota for PolicySize: {MOST_MANAGED_CHARACTERS}"


def _grammar(document: Any) -> Iterator[str]:
    """Refuse what a policy of a role or user does not have, though those of resources may."""
    for statement in _statements(document):
        if not isinstance(statement, Mapping):
            yield "Syntax errors in policy."
            continue
        if {"Principal", "NotPrincipal"} & set(statement):
            yield "Policy document should not specify a principal."
        for action in _actions(statement):
            yield from _action(action)
        for resource in _listed(statement, "Resource", "NotResource"):
            if resource.startswith("arn:") and resource.count(":") < ARN_COLONS:
                yield f'Resource {resource} must be in ARN format or "*".'
        yield from _sid(statement)


def _action(action: str) -> Iterator[str]:
    vendor, _, name = action.partition(":")
    if "*" in vendor and action != "*":
        yield f"Vendor {vendor} is not valid"
    elif action != "*" and not vendor:
        yield "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    elif action != "*" and not ACTION.fullmatch(name):
        yield f"Action {action} is not valid: it has letters, digits, * and ? after its vendor"


def _trust(document: Any) -> Iterator[str]:
    """Refuse names of statements that IAM does not take in a trust policy either."""
    for statement in _statements(document):
        if isinstance(statement, Mapping):
            yield from _sid(statement)


def _sid(statement: Mapping[str, Any]) -> Iterator[str]:
    if not SID.fullmatch(statement.get("Sid", "")):
        yield (
            f"Statement IDs (SID) must be alpha-numeric: {statement['Sid']}. Check that your "
            "input satisfies the regular expression [0-9A-Za-z]*"
        )


def _statements(document: Any) -> list[Any]:
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    return statements if isinstance(statements, list) else [statements]


def _actions(statement: Mapping[str, Any]) -> Iterator[str]:
    return _listed(statement, "Action", "NotAction")


def _listed(statement: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        value = statement.get(name, [])
        yield from map(str, value if isinstance(value, list) else [value])


def _names(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name in NAMES:
        if given.get(name) == "":
            yield (
                f"1 validation error detected: Value at '{name[:1].lower()}{name[1:]}' failed to "
                "satisfy constraint: Member must have length greater than or equal to 1"
            )


def _inline(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _grammar(given.get("PolicyDocument"))


def _characters(document: Any) -> int:
    """The length of a policy without its white space, which IAM does not count."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len("".join(text.split()))


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::IAM::InstanceProfile": (_names,),
    "AWS::IAM::ManagedPolicy": (_managed, _names),
    "AWS::IAM::Policy": (_inline,),
    "AWS::IAM::Role": (_role,),
    "AWS::IAM::RolePolicy": (_inline,),
}
