"""RDS: groups of parameters, which must be those of the family, and of subnets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ..cloudformation.resource import Context
from ..values import repeated
from .check import Check

FAMILY: Final = re.compile(
    r"(aurora-mysql|aurora-postgresql|mysql|mariadb|postgres)(\d+(?:\.\d+)?)"
)
NAME: Final = re.compile(r"(?=.{1,255}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
AUDIT: Final = "MARIADB_AUDIT_PLUGIN"
NAMES: Final = ("DBClusterParameterGroupName", "DBParameterGroupName", "OptionGroupName")
SUBNET_GROUP: Final = re.compile(r"[A-Za-z][A-Za-z0-9._ -]{0,254}")
MOST_SUBNETS: Final = 20
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html"""
DESCRIPTIONS: Final = ("DBSubnetGroupDescription", "Description", "OptionGroupDescription")
FAMILIES: Final = re.compile(
    r"(custom-)?(oracle|sqlserver|db2|neptune|docdb)[a-z0-9.-]*\d+(\.\d+)?"
)
"""The form of the families of engines that the local cloud does not run."""


def _group(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    family = str(given.get("Family", ""))
    found = FAMILY.fullmatch(family)
    if not found:
        if not FAMILIES.fullmatch(family):
            yield f"ParameterGroupFamily {family} is not a valid parameter group family"
        return
    engine, version = found.groups()
    if version not in _versions(engine):
        yield f"ParameterGroupFamily {family} is not a valid parameter group family"
        return


def _names(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for parameter in NAMES:
        name = given.get(parameter)
        if name is not None and not NAME.fullmatch(name):
            yield (
                f"The parameter {parameter} is not a valid identifier. Identifiers must begin "
                "with a letter; must contain only ASCII letters, digits, and hyphens; and must "
                "not end with a hyphen or contain two consecutive hyphens, up to 255: "
                f"{name[:80]}"
            )


def _subnets(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("DBSubnetGroupName")
    if name is not None and (not SUBNET_GROUP.fullmatch(name) or name.lower() == "default"):
        yield (
            "The parameter DBSubnetGroupName must be provided and must not be default, and it has "
            "up to 255 letters, numbers, periods, underscores, spaces, or hyphens"
        )
    if len(set(given.get("SubnetIds", ()))) > MOST_SUBNETS:
        yield f"DBSubnetQuotaExceededFault: a DB subnet group has up to {MOST_SUBNETS} subnets"


def _described(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name in DESCRIPTIONS:
        if given.get(name) == "":
            yield f"The parameter {name} must be provided and must not be blank."


def _options(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an option that is there twice, and a port or groups for one that has none."""
    options = given.get("OptionConfigurations", ())
    names = [option.get("OptionName") for option in options]
    for name in repeated(names):
        yield f"The option {name} is specified more than once"
    for option in options:
        if option.get("OptionName") != AUDIT:
            continue
        for name in ("DBSecurityGroupMemberships", "Port", "VpcSecurityGroupMemberships"):
            if option.get(name):
                yield f"The option {AUDIT} does not use {name}"


@cache
def _versions(engine: str) -> frozenset[str]:
    """The major versions of an engine that cfn-lint's data have."""
    folder = "aws_rds_dbcluster" if engine.startswith("aurora") else "aws_rds_dbinstance"
    place = files("cfnlint.data.schemas.extensions") / folder / "engine_version.json"
    rules = json.loads(place.read_text("utf-8"))["allOf"]
    versions = {
        str(version)
        for rule in rules
        if rule["if"]["properties"]["Engine"].get("const") == engine
        for version in rule["then"]["properties"]["EngineVersion"]["enum"]
    }
    parts = 1 if "postgres" in engine else 2
    return frozenset(".".join(version.split(".")[:parts]) for version in versions)


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::RDS::DBClusterParameterGroup": (_names, _group, _described),
    "AWS::RDS::DBParameterGroup": (_names, _group, _described),
    "AWS::RDS::DBSubnetGroup": (_subnets, _described),
    "AWS::RDS::OptionGroup": (_names, _described, _options),
}
