"""A database that exists: that it is what the settings and parameters tell, and takes a proxy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...aws.engines import ENGINES
from ...errors import Problem
from ...resources.existing_database import ExistingDatabaseSettings
from ...validators.graph import CLUSTER, INSTANCE, TARGET_GROUP
from .account import AccountReader
from .database_states import kind_problems, state_problems
from .subnets import vpc_of
from .values import Given, GivenValues

FAMILIES: Final = {"mysql": "MYSQL", "maria": "MYSQL", "postgres": "POSTGRESQL"}


@dataclass(frozen=True, kw_only=True)
class ExistingDatabase:
    """A database that a target group names, and the answer of RDS about it."""

    given: Given
    target_group: str
    target_key: str
    proxy: str
    """Logical ID of the proxy; empty where it is not the stack's."""
    described: Mapping[str, Any]

    @property
    def identifier(self) -> str:
        return self.given.text

    @property
    def is_cluster(self) -> bool:
        return self.target_key == "DBClusterIdentifiers"

    @property
    def host(self) -> str:
        endpoint: Any = self.described.get("Endpoint") or {}
        return str(endpoint if self.is_cluster else endpoint.get("Address"))

    @property
    def name(self) -> str:
        """The identifier as RDS keeps it, which is in lower case."""
        key = "DBClusterIdentifier" if self.is_cluster else "DBInstanceIdentifier"
        return str(self.described.get(key, self.identifier))

    @property
    def hosts(self) -> set[str]:
        """Every host of the database, in lower case."""
        others = (self.described.get("ReaderEndpoint"), *self.described.get("CustomEndpoints", ()))
        return {one.lower() for one in (self.host, *others) if one}

    @property
    def port(self) -> int | None:
        holder = self.described if self.is_cluster else self.described.get("Endpoint") or {}
        return holder.get("Port")

    @property
    def resource_id(self) -> str:
        return str(self.described["DbClusterResourceId" if self.is_cluster else "DbiResourceId"])

    @property
    def family(self) -> str | None:
        """Family of RDS Proxy that takes the database's engine."""
        return family_of(self.described["Engine"])

    @property
    def groups(self) -> list[str]:
        return [one["VpcSecurityGroupId"] for one in self.described["VpcSecurityGroups"]]

    @property
    def resource(self) -> dict[str, Any]:
        """The database as a template would make it, as far as connections need it."""
        kind, key = (
            (CLUSTER, "VpcSecurityGroupIds") if self.is_cluster else (INSTANCE, "VPCSecurityGroups")
        )
        properties = {"Engine": self.described["Engine"], "Port": self.port, key: self.groups}
        return {"Type": kind, "Properties": properties}


def family_of(engine: str) -> str | None:
    """Return the family of RDS Proxy that takes *engine*; None where none does."""
    return next((family for part, family in FAMILIES.items() if part in engine), None)


def existing_databases(account: AccountReader, given: GivenValues) -> list[ExistingDatabase]:
    """Return the databases that exist and that target groups of the stack name."""
    found = []
    for key, operation, argument in (
        ("DBClusterIdentifiers", "describe_db_clusters", "DBClusterIdentifier"),
        ("DBInstanceIdentifiers", "describe_db_instances", "DBInstanceIdentifier"),
    ):
        for use in given.uses(key, TARGET_GROUP):
            proxy = use.properties.get("DBProxyName")
            named = proxy.get("Ref", "") if isinstance(proxy, dict) else ""
            for one in use.given:
                answer = account.ask("rds", operation, one.place, **{argument: one.text})
                if answer:
                    (described,) = answer[key.replace("Identifiers", "s")]
                    found.append(
                        ExistingDatabase(
                            given=one, target_group=use.resource, target_key=key,
                            proxy=named if named in given.flat.resources else "",
                            described=described,
                        )
                    )  # fmt: skip
                else:
                    _seek(account, one, key)
    return found


def _seek(account: AccountReader, one: Given, key: str) -> None:
    """Report a database that is of the other kind than its target group says."""
    if key == "DBInstanceIdentifiers":
        answer = account.finds("rds", "describe_db_clusters", DBClusterIdentifier=one.text)
        found = answer["DBClusters"][0] if answer else None
        kind = "a cluster"
    else:
        answer = account.finds("rds", "describe_db_instances", DBInstanceIdentifier=one.text)
        found = answer["DBInstances"][0] if answer else None
        kind = "an instance"
    if not found:
        return
    sentence = f"names {kind} of {found['Engine']}; say so in `rds.engine` and `rds.kind`"
    if key == "DBClusterIdentifiers" and (cluster := found.get("DBClusterIdentifier")):
        sentence = f"names an instance of the cluster {cluster}; give the cluster"
    account.refusals.append(Problem(one.place, sentence))


def database_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report where a database that exists is not as parameters and settings tell."""
    for database in existing_databases(account, given):
        yield from _named(database, given)
        yield from _behind_proxy(account, given, database)
        if given.database:
            yield from _as_told(account, database, given.database)


def _named(database: ExistingDatabase, given: GivenValues) -> Iterator[Problem]:
    identifier, resource_id, host = database.identifier, database.resource_id, database.host
    if identifier != database.name:
        sentence = f"is {identifier!r}, and RDS keeps it as {database.name!r}; give that"
        yield Problem(database.given.place, sentence)
    if (told := given.parameters.get("DBResourceId", resource_id)) != resource_id:
        yield Problem("DBResourceId", f"is {told!r}, and {identifier} has {resource_id!r}")
    if (told := given.parameters.get("DBEndpoint", host)).lower() != host.lower():
        which = " for its writer" if told.lower() in database.hosts else ""
        yield Problem("DBEndpoint", f"is {told!r}, and {identifier} has {host!r}{which}; give that")
    group = given.parameters.get("DBClusterSecurityGroupId")
    if group and group not in database.groups:
        sentence = f"must be a group of {identifier}: {', '.join(database.groups)}, got {group}"
        yield Problem("DBClusterSecurityGroupId", sentence)


def _behind_proxy(
    account: AccountReader, given: GivenValues, database: ExistingDatabase
) -> Iterator[Problem]:
    place, described = database.given.place, database.described
    yield from state_problems(account, place, database.identifier, described)
    if not database.proxy:
        return
    yield from kind_problems(place, database.identifier, described, is_cluster=database.is_cluster)
    proxy = given.flat.resources[database.proxy]["Properties"]
    engine = described["Engine"]
    if proxy.get("EngineFamily") != database.family:
        yield Problem(
            place,
            f"names a database of {engine}, and rds.engine is of the family "
            f"{proxy.get('EngineFamily')}",
        )
    elif engine in ENGINES and not ENGINES[engine].behind_proxy(described["EngineVersion"]):
        yield Problem(
            place,
            f"names a database of {engine} {described['EngineVersion']}, for which AWS does not "
            "document RDS Proxy",
        )
    if proxy.get("DefaultAuthScheme") == "IAM_AUTH" and not described.get(
        "IAMDatabaseAuthenticationEnabled"
    ):
        yield Problem(
            place,
            "names a database without IAM authentication, which `end_to_end_iam` needs; turn it on",
        )
    if (
        proxy.get("TargetConnectionNetworkType") == "IPV6"
        and described.get("NetworkType") != "DUAL"
    ):
        yield Problem(
            place,
            f"names a database of the network type {described.get('NetworkType', 'IPV4')}, and "
            "target_connection_network_type: IPV6 needs DUAL",
        )
    home, vpc = _vpc(account, database), vpc_of(account, given, database.proxy)
    if home and vpc and home != vpc:
        sentence = f"names a database in {home}, and the proxy's subnets are in {vpc}"
        yield Problem(place, sentence)


def _as_told(
    account: AccountReader, database: ExistingDatabase, told: ExistingDatabaseSettings
) -> Iterator[Problem]:
    place, described = database.given.place, database.described
    identifier, engine = database.identifier, described["Engine"]
    if engine != told.engine and database.family == ENGINES[told.engine].family:
        # Another family is reported with the proxy's.
        yield Problem(place, f"names a database of {engine}, and rds.engine is {told.engine}")
    version = described["EngineVersion"]
    # A major version, as of a parameter group, says less and is not wrong.
    if (
        told.engine_version
        and engine == told.engine
        and not f"{version}.".startswith(f"{told.engine_version}.")
    ):
        yield Problem(
            place, f"names {engine} {version}, and rds.engine_version is {told.engine_version!r}"
        )
    if database.port and database.port != told.port:
        yield Problem(
            place,
            f"names a database that listens on {database.port}, and rds.network.port says "
            f"{told.port}",
        )
    members = described.get("DBClusterMembers", ())
    readers = [one for one in members if not one.get("IsClusterWriter")]
    if told.has_readers and database.is_cluster and not readers:
        account.note(f"{place}: {identifier} has no reader now, and rds.has_readers is true")


def _vpc(account: AccountReader, database: ExistingDatabase) -> str | None:
    """Return the VPC of *database*, by its subnet group."""
    group = database.described.get("DBSubnetGroup")
    if isinstance(group, Mapping):
        return group.get("VpcId")
    answer = group and account.ask(
        "rds", "describe_db_subnet_groups", database.given.place, DBSubnetGroupName=group
    )
    return str(answer["DBSubnetGroups"][0]["VpcId"]) if answer else None
