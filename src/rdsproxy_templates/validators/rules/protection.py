"""Rules of what databases are protected by: encryption, certificates, support and names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ...aws.names import proxy_name_problem
from ...model.references import PLACEHOLDER
from ..graph import CLUSTER, IDENTIFIERS, INSTANCE, PROXY, Graph
from ..rule import Violation, as_rule
from ..values import is_false, is_literal, is_true, items, number
from .parameter_group import engine_of

SOURCES = (
    "DBSnapshotIdentifier", "DBClusterSnapshotIdentifier", "SnapshotIdentifier",
    "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier", "SourceDbiResourceId",
    "SourceDbClusterResourceId", "SourceDBInstanceAutomatedBackupsArn",
    "ReplicationSourceIdentifier", "DBClusterIdentifier",
)  # fmt: skip
"""What the encryption of a database comes from, where it is not new."""
EXPIRED = ("rds-ca-2015", "rds-ca-2019")
NAMED = IDENTIFIERS | {
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
    "AWS::RDS::DBClusterParameterGroup": "DBClusterParameterGroupName",
    "AWS::RDS::OptionGroup": "OptionGroupName",
    "AWS::EC2::SecurityGroup": "GroupName",
}
"""Types that a change may replace, each with the property that names it."""


@as_rule(
    "database/encrypted",
    level="warning",
    title="A database's storage is encrypted.",
    why="Whoever gets at a disk or a snapshot reads the data; encryption cannot be added later.",
    remedy="Set StorageEncrypted to true.",
    source=f"{RDS_GUIDE}Overview.Encryption.html",
)
def encrypted(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        if graph.type(database) == INSTANCE and "DBClusterIdentifier" in body:
            continue
        given = body.get("StorageEncrypted")
        # Aurora encrypts new clusters by itself; of a stub that RDS would not create, nothing
        # is known.
        is_new = "MasterUsername" in body and not set(SOURCES) & body.keys()
        is_unsaid = given is None and is_new and graph.type(database) == INSTANCE
        if is_false(given) or is_unsaid:
            yield Violation(
                database,
                "StorageEncrypted",
                "its storage is not encrypted",
                "Set StorageEncrypted to true before the database is created",
            )


@as_rule(
    "database/backups",
    level="warning",
    title="A database has automated backups.",
    why="What is deleted or overwritten by mistake is lost: nobody can return to an earlier time.",
    remedy="Set BackupRetentionPeriod to at least 1.",
    source=f"{RDS_GUIDE}USER_WorkingWithAutomatedBackups.html",
)
def backups(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(INSTANCE):
        # A replica has the backups of its source.
        if "DBClusterIdentifier" in body or "SourceDBInstanceIdentifier" in body:
            continue
        if number(body.get("BackupRetentionPeriod", 1)) == 0:
            yield Violation(
                database,
                "BackupRetentionPeriod",
                "it is 0, which turns backups off",
                "Set it to the days for which you want to return, at least 1",
            )


@as_rule(
    "database/deletion",
    level="opinion",
    title="A database outlives its stack, or refuses to be deleted with it.",
    why="Whoever deletes the stack deletes the data, and no snapshot is left.",
    remedy="Set DeletionPolicy to Snapshot or Retain, or DeletionProtection to true.",
    source=f"{CLOUDFORMATION_GUIDE}aws-attribute-deletionpolicy.html",
)
def deletion(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        protected = body.get("DeletionProtection")
        # A replica has the data of its source.
        is_copy = not {"DBClusterIdentifier", "SourceDBInstanceIdentifier"}.isdisjoint(body)
        if is_copy or is_true(protected) or isinstance(protected, Mapping):
            continue
        if graph.template.resources[database].get("DeletionPolicy") == "Delete":
            yield Violation(
                database,
                "DeletionPolicy",
                "it is deleted with its stack, and leaves no snapshot",
                "Set DeletionPolicy to Snapshot",
            )


@as_rule(
    "database/certificate",
    title="An instance's certificate authority has not expired.",
    why="RDS refuses the instance, or clients that verify certificates refuse to connect.",
    remedy="Choose a current authority, such as rds-ca-rsa2048-g1.",
    source=f"{RDS_GUIDE}UsingWithRDS.SSL-certificate-rotation.html",
)
def certificate(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        authority = body.get("CACertificateIdentifier")
        if authority in EXPIRED:
            yield Violation(
                database,
                "CACertificateIdentifier",
                f"{authority} has expired",
                "Use rds-ca-rsa2048-g1, or leave it out",
            )


@as_rule(
    "database/extended-support",
    level="warning",
    title="A database has a version in standard support, or opts in to Extended Support.",
    why="AWS charges for Extended Support, in which it enrolls databases by default.",
    remedy="Upgrade, or set EngineLifecycleSupport.",
    source=f"{AURORA_GUIDE}extended-support.html",
)
def extended_support(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine, version = engine_of(graph, body)
        if "DBClusterIdentifier" in body or "EngineLifecycleSupport" in body:
            continue
        lifecycle = engine.lifecycle(version) if engine and version else None
        if engine and lifecycle and lifecycle.has_ended() and not lifecycle.refusal(enrolled=True):
            yield Violation(
                database,
                "EngineVersion",
                f"{version!r} {lifecycle.doubt(enrolled=True)}",
                f"Choose a version of a newer major version, such as {engine.default_version}, or "
                "set EngineLifecycleSupport to what you want",
            )


@as_rule(
    "database/fixed-name",
    level="opinion",
    title="A resource that a change may replace has no fixed name.",
    why="CloudFormation creates the new resource before it deletes the old one, and the name is "
    "taken.",
    remedy="Leave the name out; CloudFormation generates one.",
    source=f"{CLOUDFORMATION_GUIDE}aws-properties-name.html",
)
def fixed_name(graph: Graph) -> Iterator[Violation]:
    for kind, key in NAMED.items():
        for name, body in graph.of_type(kind):
            given = body.get(key)
            if _is_fixed(given) and (kind != PROXY or _may_be_replaced(graph, given, body)):
                yield Violation(
                    name,
                    key,
                    "its name stays the same, so a change that replaces it fails",
                    "Make the name depend on what replaces it, such as its subnets"
                    if kind == PROXY
                    else "Leave the name out",
                )


def _is_fixed(name: object) -> bool:
    """Tell whether *name* is the same whatever changes in the stack."""
    match name:
        case {"Fn::Sub": str(text)}:
            return all(part.startswith("AWS::") for part in PLACEHOLDER.findall(text))
        case str():
            return is_literal(name) and not name.startswith("default")
        case _:
            return False


def _may_be_replaced(graph: Graph, named: object, proxy: Mapping[str, Any]) -> bool:
    """Tell whether the subnets of *proxy* are created here, and replace it when they change.

    A proxy has to have a name; that of the stack in it is a usual one.
    """
    is_valid = is_literal(named) and not proxy_name_problem(named)
    return is_valid and any(graph.target(one) for one in items(proxy.get("VpcSubnetIds")))
