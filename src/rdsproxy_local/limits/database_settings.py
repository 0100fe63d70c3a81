"""Settings that clusters and instances share: names, passwords, ports, windows, networks.

The ranges are those of CreateDBCluster and CreateDBInstance in botocore's model, in its
documentation where it has no constraint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from ..engine_data import database_words

LIFECYCLES: Final = (
    "open-source-rds-extended-support",
    "open-source-rds-extended-support-disabled",
)
NETWORKS: Final = ("IPV4", "DUAL")
PORTS: Final = range(1150, 65536)
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LONGEST_NAME: Final = {"MYSQL": 64, "POSTGRESQL": 63}
SYSTEM: Final = {
    "MYSQL": frozenset({"information_schema", "innodb", "mysql", "performance_schema", "sys"}),
    "POSTGRESQL": frozenset({"rdsadmin", "template0", "template1"}),
}
SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = {"mysql": 41, "mariadb": 41, "postgres": 128}
LONGEST_CLUSTER_PASSWORD: Final = 41
CERTIFICATES: Final = ("rds-ca-ecc384-g1", "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1")

SOURCES: Final = (
    *("DBClusterIdentifier", "DBClusterSnapshotIdentifier", "DBSnapshotIdentifier"),
    *(
        "GlobalClusterIdentifier",
        "ReplicationSourceIdentifier",
        "RestoreTime",
        "SnapshotIdentifier",
    ),
    *("SourceDBClusterIdentifier", "SourceDBInstanceAutomatedBackupsArn"),
    *("SourceDBInstanceIdentifier", "SourceDbClusterResourceId", "SourceDbiResourceId"),
)
"""Properties by which a database has the master user of another one."""

BLANK: Final = ("DBSubnetGroupName", "KmsKeyId", "StorageType")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME: Final = r"([01]\d|2[0-3]):([0-5]\d)"
DAILY: Final = re.compile(rf"{TIME}-{TIME}")
WEEKLY: Final = re.compile(
    rf"(mon|tue|wed|thu|fri|sat|sun):{TIME}-(mon|tue|wed|thu|fri|sat|sun):{TIME}"
)
DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
SHORTEST_WINDOW: Final = 30


def family(engine: str) -> str:
    return "POSTGRESQL" if "postgres" in engine else "MYSQL"


def name_problems(parameter: str, engine: str, name: str | None) -> Iterator[str]:
    """Refuse a name that the engine has for itself, or that no database may have."""
    if name is None:
        return
    longest = LONGEST_NAME[family(engine)]
    if not NAME.fullmatch(name) or len(name) > longest:
        yield (
            f"{parameter} must begin with a letter and contain only alphanumeric characters and "
            f"underscores, up to {longest}: {name}"
        )
    lowered = name.lower()
    if lowered in SYSTEM[family(engine)] or lowered in database_words(engine):
        yield f"{parameter} {name} cannot be used. It is a reserved word for this engine"


def password_problems(password: str | None, longest: int, shortest: int = 0) -> Iterator[str]:
    """Refuse a password that RDS would; no sentence shows it."""
    if password is None:
        return
    printable = password.isascii() and password.isprintable()
    if not printable or set(password) & set('/@" '):
        yield (
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII "
            "characters besides '/', '@', '\"', ' ' may be used."
        )
    if len(password) < shortest:
        yield (
            "The parameter MasterUserPassword is not a valid password because it is shorter than "
            f"{shortest} characters."
        )
    if len(password) > longest:
        yield (
            "The parameter MasterUserPassword is not a valid password because it is longer than "
            f"{longest} characters."
        )


def login_problems(given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a new database without a master user, and a password that RDS is to make up, too."""
    if given.get("ManageMasterUserPassword") is True and given.get("MasterUserPassword"):
        yield "You can't specify MasterUserPassword when ManageMasterUserPassword is true."
    of_another = any(given.get(name) for name in SOURCES)
    if not of_another and not given.get("MasterUsername"):
        yield "The parameter MasterUsername must be provided and must not be blank."


def blank_problems(given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a name or a kind that is there and empty."""
    for name in BLANK:
        if given.get(name) == "":
            yield f"The parameter {name} must be provided and must not be blank."


def port_problems(port: Any) -> Iterator[str]:
    if port is not None and int(port) not in PORTS:
        yield (
            f"Invalid database port: {port}. Valid port range is [{PORTS.start}-{PORTS.stop - 1}]"
        )


def window_problems(given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse windows that are none, are too short, or of which one is in the other."""
    backup = given.get("PreferredBackupWindow")
    maintenance = given.get("PreferredMaintenanceWindow")
    daily, weekly = _daily(backup), _weekly(maintenance)
    if backup is not None and daily is None:
        yield (
            f"Invalid backup window format: {backup}. Should be specified as a range "
            "hh24:mi-hh24:mi"
        )
    if maintenance is not None and weekly is None:
        yield (
            f"Invalid maintenance window format: {maintenance}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi"
        )
    for what, window in (("backup", daily), ("maintenance", weekly)):
        if window is not None and len(window) < SHORTEST_WINDOW:
            yield f"The {what} window must be at least {SHORTEST_WINDOW} minutes"
    if daily and weekly and daily & {minute % DAY for minute in weekly}:
        yield "The backup window and maintenance window must not overlap."


def _daily(window: str | None) -> set[int] | None:
    """The minutes of the day in a window."""
    found = DAILY.fullmatch(window or "")
    if not found:
        return None
    hour, minute, end_hour, end_minute = map(int, found.groups())
    return _minutes(hour * 60 + minute, end_hour * 60 + end_minute, DAY)


def _weekly(window: str | None) -> set[int] | None:
    """The minutes of the week in a window."""
    found = WEEKLY.fullmatch((window or "").lower())
    if not found:
        return None
    day, hour, minute, end_day, end_hour, end_minute = found.groups()
    start = DAYS.index(day) * DAY + int(hour) * 60 + int(minute)
    end = DAYS.index(end_day) * DAY + int(end_hour) * 60 + int(end_minute)
    return _minutes(start, end, WEEK)


def _minutes(start: int, end: int, period: int) -> set[int]:
    return {minute % period for minute in range(start, end + (period if end < start else 0))}


def default_group_problems(
    name: str | None, engine: str, version: str | None, noun: str
) -> Iterator[str]:
    """Refuse RDS's own parameter group of another engine or version; templates name their own."""
    if name is None or not name.startswith("default."):
        return
    of = name.removeprefix("default.")
    major = of.removeprefix(engine)
    if major == of or not re.match(r"\d", major) or not (version or major).startswith(major):
        yield (
            f"The {noun} {name} with DBParameterGroupFamily {of} can't be used for this "
            f"instance. Please use a Parameter Group with a family of {engine} {version or ''}"
        )


def network_problems(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse addresses of both kinds in subnets that have those of one."""
    name = given.get("DBSubnetGroupName")
    if given.get("NetworkType") != "DUAL" or name is None:
        return
    try:
        groups = context.call("rds", "describe_db_subnet_groups", DBSubnetGroupName=name)
    except ClientError:
        return
    wanted = [one["SubnetIdentifier"] for one in groups["DBSubnetGroups"][0]["Subnets"]]
    for subnet in context.call("ec2", "describe_subnets", SubnetIds=wanted)["Subnets"]:
        if not subnet.get("Ipv6CidrBlockAssociationSet"):
            yield (
                f"The network type DUAL isn't supported: the subnet {subnet['SubnetId']} of the DB "
                f"subnet group {name} has no IPv6 CIDR block"
            )
            return


def public_problems(context: Context, subnet_group: str | None) -> Iterator[str]:
    """Refuse a public instance in a network that the internet does not reach."""
    if subnet_group is None:
        return
    groups = context.call("rds", "describe_db_subnet_groups", DBSubnetGroupName=subnet_group)
    vpc_id = groups["DBSubnetGroups"][0]["VpcId"]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    gateways = context.call("ec2", "describe_internet_gateways", Filters=attached)
    if not gateways["InternetGateways"]:
        yield (
            "Cannot create a publicly accessible DBInstance. The specified VPC has no internet "
            "gateway attached. Update the VPC and then try again"
        )
    for name in ("enableDnsSupport", "enableDnsHostnames"):
        found = context.call("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute=name)
        if not found[f"{name[:1].upper()}{name[1:]}"]["Value"]:
            yield (
                "Cannot create a publicly accessible DBInstance. The specified VPC does not "
                "support DNS resolution, DNS hostnames, or both. Update the VPC and then try again"
            )
