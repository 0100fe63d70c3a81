"""KMS: kinds, policies and aliases of keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

MOST_BYTES: Final = 32_768
ADMINISTRATION: Final = ("*", "kms:*", "kms:put*", "kms:putkeypolicy")
OF_AWS: Final = "alias/aws/"
SYMMETRIC: Final = "SYMMETRIC_DEFAULT"

# https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
USAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "ECC_NIST_EDWARDS": ("SIGN_VERIFY",),
    "ECC_NIST_": ("KEY_AGREEMENT", "SIGN_VERIFY"),
    "ECC_SECG_": ("SIGN_VERIFY",),
    "HMAC_": ("GENERATE_VERIFY_MAC",),
    "ML_DSA_": ("SIGN_VERIFY",),
    "RSA_": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "SM2": ("ENCRYPT_DECRYPT", "KEY_AGREEMENT", "SIGN_VERIFY"),
    "SYMMETRIC_DEFAULT": ("ENCRYPT_DECRYPT",),
}
"""The usages of key specs, by their beginnings."""


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


def _alias(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    key = str(given.get("TargetKeyId", ""))
    if key.startswith("arn:") and key.split(":")[3:5] != [context.region, context.account]:
        yield f"Invalid arn {key}: the key must be in the same AWS account and Region as the alias"
    if given.get("AliasName", "").startswith(OF_AWS):
        yield f"Alias names that begin with {OF_AWS} are reserved for AWS: {given['AliasName']}"


def _kind(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    spec = given.get("KeySpec", SYMMETRIC)
    if spec != SYMMETRIC and "KeyUsage" not in given:
        yield "You must specify a KeyUsage value for all KMS keys except symmetric encryption keys"
    if spec == "SM2" and not context.region.startswith("cn-"):
        yield "KeySpec SM2 is only supported in China Regions"
    if given.get("Origin", "AWS_KMS") != "AWS_KMS" and given.get("EnableKeyRotation") is True:
        yield f"Keys of origin {given['Origin']} are not rotated automatically"
    usage = given.get("KeyUsage", "ENCRYPT_DECRYPT")
    usages = next((one for start, one in USAGES.items() if spec.startswith(start)), None)
    if usages is not None and usage not in usages:
        yield f"KeyUsage {usage} is not compatible with KeySpec {spec}"
    if spec != SYMMETRIC and given.get("EnableKeyRotation") is True:
        yield (
            "You cannot set the EnableKeyRotation property to true on asymmetric or HMAC keys: "
            f"{spec}"
        )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::KMS::Alias": (_alias,),
    "AWS::KMS::Key": (_policy, _kind),
}
