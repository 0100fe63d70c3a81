"""Option groups as strict as RDS's: their versions, who may have one, and when one can go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from moto.rds.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    OptionGroupNotFoundFaultError,
    RDSClientError,
)
from moto.rds.models import DBInstance, OptionGroup, RDSBackend

from .surround import mend, surround

# Amazon RDS User Guide, "Options for MySQL DB instances" and "MariaDB Audit Plugin support for
# MySQL", read 2026-11-26.
DEFAULT: Final = "default:"
MYSQL: Final = ("5.7", "8.0", "8.4")
AUDIT: Final = "MARIADB_AUDIT_PLUGIN"
EVENTS: Final = frozenset(
    {"CONNECT", "QUERY", "QUERY_DDL", "QUERY_DML", "QUERY_DML_NO_SELECT", "QUERY_DCL"}
)


def install() -> None:
    surround(RDSBackend, "create_option_group", _create)
    surround(RDSBackend, "modify_option_group", _modify)
    surround(RDSBackend, "delete_option_group", _delete)
    surround(RDSBackend, "create_db_instance", _create_instance)
    mend(
        RDSBackend,
        "describe_option_groups",
        _describe,
        moto="DescribeOptionGroups without a name is an internal error",
        aws="it shows all groups, or those of an engine",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOptionGroups.html",
    )


def _create(_: Callable[..., Any], backend: RDSBackend, given: Mapping[str, Any]) -> OptionGroup:
    name, engine = given["option_group_name"], given["engine_name"]
    major = given["major_engine_version"]
    if name in backend.option_groups:
        raise RDSClientError(
            "OptionGroupAlreadyExistsFault", f"An option group named {name} already exists."
        )
    if engine != "mysql":
        raise InvalidParameterValue(f"the local cloud has no options for {engine}")
    if major not in MYSQL:
        raise InvalidParameterCombination(f"Cannot find major version {major} for {engine}")
    made = backend.option_groups[name] = OptionGroup(backend, **given)
    return made


def _describe(
    describe: Callable[..., list[OptionGroup]], backend: RDSBackend, given: Mapping[str, Any]
) -> list[OptionGroup]:
    if given.get("option_group_name"):
        return describe(backend, given)
    try:
        return describe(backend, {**given, "option_group_name": None})
    except OptionGroupNotFoundFaultError:
        return []


def _modify(
    modify: Callable[..., OptionGroup],
    backend: RDSBackend,
    name: str,
    include: list[Mapping[str, Any]] | None = None,
    remove: list[str] | None = None,
) -> OptionGroup:
    for option in include or ():
        if option["OptionName"] != AUDIT:
            raise InvalidParameterValue(f"Invalid option: {option['OptionName']}")
        for setting in option.get("OptionSettings", ()):
            _check_setting(setting["Name"], setting["Value"])
    return modify(backend, name, include, remove)


def _check_setting(name: str, value: str) -> None:
    if name != "SERVER_AUDIT_EVENTS" or not EVENTS.issuperset(value.split(",")):
        raise InvalidParameterValue(f"Invalid value for option setting {name}: {value}")


def _delete(delete: Callable[..., Any], backend: RDSBackend, name: str) -> Any:
    # https://github.com/hashicorp/terraform-provider-aws/issues/4597
    if user := next(_users(backend, name), None):
        raise RDSClientError(
            "InvalidOptionGroupStateFault",
            f"The option group '{name}' cannot be deleted because it is in use by {user}.",
        )
    return delete(backend, name)


def _users(backend: RDSBackend, name: str) -> Iterator[str]:
    for instance in [*backend.databases.values()]:
        if instance.option_group_name == name:
            yield f"the instance {instance.db_instance_identifier}"
    for snapshot in [*backend.database_snapshots.values()]:
        if snapshot.database.option_group_name == name:
            yield f"the snapshot {snapshot.db_snapshot_identifier}"


def _create_instance(
    create: Callable[..., DBInstance], backend: RDSBackend, given: Mapping[str, Any]
) -> DBInstance:
    name, version = given.get("option_group_name"), str(given.get("engine_version") or "")
    require_option_group(backend, name, given["engine"], version)
    return create(backend, given)


def require_option_group(backend: RDSBackend, name: str | None, engine: str, version: str) -> None:
    """The option group must be of the engine and its major version, also RDS's own."""
    parts = 1 if "postgres" in engine else 2
    major = ".".join(version.split(".")[:parts])
    group = backend.option_groups.get(name or "")
    own = f"{DEFAULT}{engine}-{major.replace('.', '-')}"
    if group is not None:
        wanted = group.engine_name, group.major_engine_version
    elif name and name.startswith(DEFAULT) and version and name != own:
        wanted = (name.removeprefix(DEFAULT), "")
    else:
        return
    if wanted != (engine, major):
        raise InvalidParameterCombination(
            f"The option group {name} is for {' '.join(wanted).strip()}, and not for {engine} "
            f"{major}."
        )
