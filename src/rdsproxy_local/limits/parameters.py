"""Systems Manager: names and values of parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import regex

from ..cloudformation.resource import Context
from .check import Check

# PutParameter, Name and Value in botocore's model.
NAME: Final = re.compile(r"[a-zA-Z0-9_.\-/]+")
LONGEST: Final = {"Advanced": 8192, "Intelligent-Tiering": 8192, "Standard": 4096}
MOST_LEVELS: Final = 15
LONGEST_NAME: Final = 1011
REFERENCE: Final = re.compile(r"\{\{.*\}\}")
IMAGE: Final = "aws:ec2:image"
AMI: Final = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")
MOST_POLICIES: Final = 10
POLICIES: Final = ("Expiration", "ExpirationNotification", "NoChangeNotification")


def _parameter(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("Name")
    if name is not None and not NAME.fullmatch(name):
        yield (
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive), and only a mix of '
            f"letters, numbers and the following 4 symbols .-_/ is allowed: {name[:80]}"
        )
    if name is not None and name.strip("/").count("/") >= MOST_LEVELS:
        yield f"Parameter name has a maximum of {MOST_LEVELS} levels"
    if name is not None and "/" in name and not name.startswith("/"):
        yield f"Parameter name must be a fully qualified name: {name[:80]}"
    if name is not None and (name.endswith("/") or "//" in name):
        yield f"Parameter name must not end with a slash, or have an empty level: {name[:80]}"
    if name is not None and len(name) > LONGEST_NAME:
        yield f"Parameter name must not be longer than {LONGEST_NAME} characters: {name[:80]}"
    if REFERENCE.search(given["Value"]):
        yield "Parameter value can't nest another parameter. Do not use {{}} in the value."
    if given.get("DataType") == IMAGE and not AMI.fullmatch(given["Value"]):
        yield f"The value of a parameter of the data type {IMAGE} must be the ID of an image"
    yield from _policies(given.get("Policies"))
    yield from _pattern(given)
    tier = given.get("Tier", "Standard")
    if given.get("Policies") and tier == "Standard":
        yield "Parameter policies are supported by the advanced-parameter tier only."
    longest = LONGEST.get(tier, LONGEST["Standard"])
    if len(given["Value"].encode()) > longest:
        yield (
            f"{tier} tier parameters support a maximum parameter value of {longest} characters. "
            "To create a larger parameter value, upgrade the parameter to use the "
            "advanced-parameter tier."
        )


def _policies(text: Any) -> Iterator[str]:
    """Refuse policies that are no list of a few known kinds."""
    if not text:
        return
    try:
        policies = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        policies = None
    if not isinstance(policies, list):
        yield "Policies must be a JSON array of parameter policies"
        return
    if len(policies) > MOST_POLICIES:
        yield f"A parameter has at most {MOST_POLICIES} policies"
    kinds = [one.get("Type") if isinstance(one, Mapping) else None for one in policies]
    for kind in dict.fromkeys(one for one in kinds if one not in POLICIES):
        yield f"InvalidPolicyType: the parameter policy {kind} is none of {', '.join(POLICIES)}"


def _pattern(given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a value that does not match; no sentence shows it. The pattern is Java's."""
    pattern = given.get("AllowedPattern")
    if pattern is None:
        return
    try:
        compiled = regex.compile(pattern)
    except regex.error:
        yield f"Invalid allowed pattern: {pattern}"
        return
    values = given["Value"].split(",") if given.get("Type") == "StringList" else [given["Value"]]
    if not all(compiled.search(value) for value in values):
        yield f"Parameter value, cannot be validated against allowedPattern: {pattern}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::SSM::Parameter": (_parameter,)}
