"""Secrets Manager: names and replicas of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from ..values import repeated
from .check import Check

KINDS_OF_CHARACTERS: Final = ("Lowercase", "Numbers", "Punctuation", "Uppercase")
NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")


def _name(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("Name")
    if name is not None and not NAME.fullmatch(name):
        yield (
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of "
            "the following: -/_+=.@!"
        )


def _replicas(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a Region twice, the secret's own, and a key of another Region."""
    replicas = given.get("ReplicaRegions", ())
    regions = [one.get("Region") for one in replicas]
    for region in repeated(regions):
        yield f"The Region {region} is specified more than once."
    for one in replicas:
        key, region = str(one.get("KmsKeyId", "")), one.get("Region")
        if key.startswith("arn:") and key.split(":")[3] != region:
            yield f"The KMS key {key} isn't in the replica's Region {region}."


def _template(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("GenerateSecretString", {}).get("GenerateStringKey") == "":
        yield "GenerateStringKey must have a value, the key of the password in the secret"


def _characters(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a password that no character may be in."""
    wanted = given.get("GenerateSecretString", {})
    kinds = [name for name in KINDS_OF_CHARACTERS if wanted.get(f"Exclude{name}") is not True]
    if not kinds:
        yield "You can't exclude all types of characters from the password."


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::SecretsManager::Secret": (_name, _replicas, _template, _characters)
}
