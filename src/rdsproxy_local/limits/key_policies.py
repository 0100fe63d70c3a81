"""KMS: policies and aliases of keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

MOST_BYTES: Final = 32_768
ADMINISTRATION: Final = ("*", "kms:*", "kms:put*", "kms:putkeypolicy")
OF_AWS: Final = "alias/aws/"


def _policy(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    policy = given.get("KeyPolicy")
    if not isinstance(policy, Mapping):
        return
    if len(json.dumps(policy, separators=(",", ":"))) > MOST_BYTES:
        yield f"Cannot exceed quota for KeyPolicySize: {MOST_BYTES}"
    if given.get("BypassPolicyLockoutSafetyCheck") is True:
        return
    statements = policy.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    if all("Principal" in one for one in statements) and not any(
        _administers(context.account, statement) for statement in statements
    ):
        yield "The new key policy will not allow you to update the key policy in the future."


def _administers(account: str, statement: Mapping[str, Any]) -> bool:
    """True if somebody of the account may change the policy."""
    actions = statement.get("Action", [])
    actions = actions if isinstance(actions, list) else [actions]
    principal = statement.get("Principal", {})
    people = principal.get("AWS", []) if isinstance(principal, Mapping) else principal
    people = people if isinstance(people, list) else [people]
    return (
        statement.get("Effect") == "Allow"
        and any(action.lower() in ADMINISTRATION for action in actions)
        and any(one == "*" or account in str(one) for one in people)
    )


def _alias(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("AliasName", "").startswith(OF_AWS):
        yield f"Alias names that begin with {OF_AWS} are reserved for AWS: {given['AliasName']}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::KMS::Alias": (_alias,),
    "AWS::KMS::Key": (_policy,),
}
