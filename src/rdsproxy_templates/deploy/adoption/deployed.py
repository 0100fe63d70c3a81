"""What is deployed, read from RDS without a change, as resources for a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ...errors import DeploymentError, Problem
from ..accounts import aws_errors_at
from . import properties as known
from .absence import absence_told
from .condition import condition_notes, require_settled
from .groups import Adopted, Groups, with_tags
from .instance_properties import MEMBER, instance_properties, is_replica
from .owners import StackOf, nobodys
from .properties import Described, Properties

InRegion = Callable[[str], Any]
"""Return boto3's client of RDS in another Region."""
FOREIGN: Final = ("docdb", "neptune")
"""Engines that RDS's API describes, and other types of resources."""


def deployed(  # noqa: PLR0913 - what to read, and how
    rds: Any,
    *,
    proxy: str | None,
    cluster: str | None,
    instance: str | None,
    stack_of: StackOf = nobodys,
    in_region: InRegion | None = None,
    where: str = "this Region",
) -> tuple[Adopted, ...]:
    """Read what is named, and the groups that only it needs; *rds* is boto3's client of *where*.

    Raises :class:`DeploymentError` with everything that is missing, is not at rest, or belongs to a
    stack.
    """
    found: list[Adopted] = []
    problems: list[Problem] = []
    reads = _Reads(Groups(rds, stack_of), in_region)
    wanted = (("cluster", cluster, reads.cluster), ("instance", instance, reads.instance))
    for option, name, read in (*wanted, ("proxy", proxy, reads.proxy)):
        if name is None:
            continue
        try:
            with aws_errors_at(f"--{option} {name}"), absence_told(rds, option, name, where):
                found += read(name)
        except DeploymentError as failed:
            problems += failed.problems
    problems += [
        Problem(one.name, f"belongs to the stack {one.owner} already, and a resource has one stack")
        for one in found
        if one.owner
    ]
    if problems:
        raise DeploymentError(problems)
    return tuple(found)


class _Reads:
    """What each option reads."""

    def __init__(self, groups: Groups, in_region: InRegion | None) -> None:
        self._groups, self._rds, self._in_region = groups, groups.rds, in_region

    def cluster(self, name: str) -> Iterator[Adopted]:
        place = f"--cluster {name}"
        cluster = self._rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        _require_rds(place, cluster)
        require_settled(place, cluster["Status"])
        values = known.properties(known.CLUSTER, cluster)
        subnets, notes = self._groups.subnet_group(values, "DBClusterSubnetGroup")
        yield from subnets
        groups, more = self._groups.parameter_group(
            values, "DBClusterParameterGroup", "db_cluster_parameter"
        )
        yield from groups
        groups, members = self._members(cluster)
        yield from groups
        told = (*notes, *more, *condition_notes(cluster), *_outside(cluster))
        yield self._groups.adopted("DBCluster", "DBCluster", values, cluster, notes=told)
        yield from members

    def _members(self, cluster: Described) -> tuple[list[Adopted], list[Adopted]]:
        """Return the parameter groups of the cluster's instances, and these.

        Those of a Multi-AZ DB cluster are RDS's own.
        """
        if known.is_multi_az_cluster(cluster):
            return [], []
        # The writer first: it is our DBInstance1, unless a failover made it another.
        names = sorted(
            cluster.get("DBClusterMembers", ()),
            key=lambda one: (not one["IsClusterWriter"], one["DBInstanceIdentifier"]),
        )
        groups: list[Adopted] = []
        instances: list[Adopted] = []
        for number, member in enumerate(names, 1):
            found = self._described_instance(member["DBInstanceIdentifier"])
            require_settled(
                f"--cluster {cluster['DBClusterIdentifier']}", found["DBInstanceStatus"]
            )
            values = known.properties(MEMBER, found)
            same = [one for one in groups if one.name == values.get("DBParameterGroupName")]
            notes: list[str] = []
            if same:
                values["DBParameterGroupName"] = {"Ref": same[0].title}
            else:
                title = f"DBParameterGroup{len(groups) + 1 if groups else ''}"
                more, notes = self._groups.parameter_group(values, title, "db_parameter")
                groups += more
            values["DBClusterIdentifier"] = {"Ref": "DBCluster"}
            told = (*notes, *condition_notes(found))
            title = f"DBInstance{number}"
            instances.append(self._groups.adopted(title, "DBInstance", values, found, notes=told))
        return groups, instances

    def instance(self, name: str) -> Iterator[Adopted]:
        place = f"--instance {name}"
        found = self._described_instance(name)
        _require_rds(place, found)
        if cluster := found.get("DBClusterIdentifier"):
            sentence = f"is a member of a cluster, which is adopted whole: give --cluster {cluster}"
            raise DeploymentError([Problem(place, sentence)])
        require_settled(place, found["DBInstanceStatus"])
        values = instance_properties(found)
        values |= self._replicated_backups(found)
        subnets, notes = self._groups.subnet_group(values, "DBSubnetGroup")
        yield from subnets
        groups, more = self._groups.parameter_group(values, "DBParameterGroup", "db_parameter")
        yield from groups
        told = (*notes, *more, *condition_notes(found), *_replica_notes(found))
        yield self._groups.adopted("DBInstance", "DBInstance", values, found, notes=told)

    def proxy(self, name: str) -> Iterator[Adopted]:
        found = self._rds.describe_db_proxies(DBProxyName=name)["DBProxies"][0]
        require_settled(f"--proxy {name}", found["Status"])
        tagged = {**found, "TagList": self._groups.tags(found["DBProxyArn"])}
        values = with_tags(known.properties(known.PROXY, tagged), tagged)
        notes = tuple(self._endpoint_notes(name))
        yield self._groups.adopted(
            "RDSProxy", "DBProxy", values, tagged, identifier="DBProxyName", notes=notes
        )

    def _endpoint_notes(self, proxy: str) -> Iterator[str]:
        found = self._rds.describe_db_proxy_endpoints(DBProxyName=proxy)["DBProxyEndpoints"]
        yield from _left(
            "Its further endpoints",
            [one["DBProxyEndpointName"] for one in found if not one.get("IsDefault")],
        )

    def _described_instance(self, name: str) -> Described:
        answer = self._rds.describe_db_instances(DBInstanceIdentifier=name)
        found: Described = answer["DBInstances"][0]
        return found

    def _replicated_backups(self, found: Described) -> Properties:
        """Read where backups are replicated to: an import of a template without it ends that."""
        replications = found.get("DBInstanceAutomatedBackupsReplications", ())
        if not replications or self._in_region is None:
            return {}
        arn = replications[0]["DBInstanceAutomatedBackupsArn"]
        region = arn.split(":")[3]
        (backup,) = self._in_region(region).describe_db_instance_automated_backups(
            DBInstanceAutomatedBackupsArn=arn
        )["DBInstanceAutomatedBackups"]
        read = {
            "AutomaticBackupReplicationRegion": region,
            "AutomaticBackupReplicationRetentionPeriod": backup.get("BackupRetentionPeriod"),
            "AutomaticBackupReplicationKmsKeyId": backup.get("KmsKeyId"),
        }
        return {name: value for name, value in read.items() if value is not None}


def _require_rds(place: str, found: Described) -> None:
    if found["Engine"] in FOREIGN:
        sentence = f"is a database of {found['Engine']}, and no resource of AWS::RDS"
        raise DeploymentError([Problem(place, sentence)])


def _outside(cluster: Described) -> Iterator[str]:
    if known.is_multi_az_cluster(cluster):
        yield "Its instances are RDS's own, made with the cluster, and no resources of a template."
    yield from _left("Its custom endpoints", cluster.get("CustomEndpoints", ()))


def _left(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what} stay outside: {', '.join(names)}."


def _replica_notes(found: Described) -> Iterator[str]:
    if is_replica(found):
        yield (
            "**A replica: CloudFormation ignores its deletion policy.** To delete the stack, or to "
            "take the resource out of it, deletes the replica; without the property that names its "
            "source, CloudFormation promotes it."
        )
