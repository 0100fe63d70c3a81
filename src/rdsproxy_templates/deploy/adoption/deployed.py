"""What is deployed, read from RDS without a change, as resources for a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import DeploymentError, Problem
from ...records import record
from ..accounts import aws_errors_at
from . import properties as known
from .properties import Described, Properties

OWNER: Final = "aws:cloudformation:stack-name"


@record(frozen=True, kw_only=True)
class Adopted:
    """A resource that a stack can take over."""

    title: str
    """Its logical ID, that of the stack ``rds``."""
    type: str
    identifier: str
    """The property that names it."""
    properties: Mapping[str, Any]
    owner: str | None = None
    """The stack that it belongs to already."""

    @property
    def name(self) -> str:
        return str(self.properties[self.identifier])


def deployed(
    rds: Any, *, proxy: str | None, cluster: str | None, instance: str | None
) -> tuple[Adopted, ...]:
    """Read what is named, and the groups that only it needs; *rds* is boto3's client.

    Raises :class:`DeploymentError` with everything that is missing, or belongs to a stack.
    """
    found: list[Adopted] = []
    problems: list[Problem] = []
    wanted = (("cluster", cluster, _cluster), ("instance", instance, _instance))
    for option, name, read in (*wanted, ("proxy", proxy, _proxy)):
        if name is None:
            continue
        try:
            with aws_errors_at(f"--{option} {name}"):
                found += read(rds, name)
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


def targets(rds: Any, proxy: str) -> list[str]:
    """Return the databases that the proxy's target group names."""
    with aws_errors_at(f"--proxy {proxy}"):
        found = rds.describe_db_proxy_targets(DBProxyName=proxy).get("Targets", [])
    kinds = {"TRACKED_CLUSTER", "RDS_INSTANCE"}
    return sorted(
        {
            one.get("TrackedClusterId") or one["RdsResourceId"]
            for one in found
            if one.get("Type") in kinds
        }
    )


def _cluster(rds: Any, name: str) -> Iterator[Adopted]:
    cluster = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    values = known.properties(known.CLUSTER, cluster)
    yield from _subnet_group(rds, values, "DBClusterSubnetGroup")
    yield from _parameter_group(rds, values, "DBClusterParameterGroup", "db_cluster_parameter")
    members = cluster.get("DBClusterMembers", ())
    # The writer first: it is our DBInstance1, unless a failover made it another.
    names = sorted(
        members, key=lambda one: (not one["IsClusterWriter"], one["DBInstanceIdentifier"])
    )
    instances = [_described_instance(rds, one["DBInstanceIdentifier"]) for one in names]
    of_members = [known.properties(known.MEMBER, one) for one in instances]
    groups: list[Adopted] = []
    for one in of_members:
        same = [group for group in groups if group.name == one.get("DBParameterGroupName")]
        if same:
            one["DBParameterGroupName"] = {"Ref": same[0].title}
        else:
            title = f"DBParameterGroup{len(groups) + 1 if groups else ''}"
            groups += _parameter_group(rds, one, title, "db_parameter")
    yield from groups
    yield _adopted("DBCluster", "DBCluster", values, cluster)
    for index, (one, found) in enumerate(zip(of_members, instances, strict=True)):
        one["DBClusterIdentifier"] = {"Ref": "DBCluster"}
        yield _adopted(f"DBInstance{index + 1}", "DBInstance", one, found)


def _instance(rds: Any, name: str) -> Iterator[Adopted]:
    found = _described_instance(rds, name)
    if cluster := found.get("DBClusterIdentifier"):
        sentence = f"is a member of a cluster, which is adopted whole: give --cluster {cluster}"
        raise DeploymentError([Problem(f"--instance {name}", sentence)])
    values = known.properties(known.INSTANCE, found)
    yield from _subnet_group(rds, values, "DBSubnetGroup")
    yield from _parameter_group(rds, values, "DBParameterGroup", "db_parameter")
    yield _adopted("DBInstance", "DBInstance", values, found)


def _proxy(rds: Any, name: str) -> Iterator[Adopted]:
    found = rds.describe_db_proxies(DBProxyName=name)["DBProxies"][0]
    tagged = {**found, "TagList": _tags(rds, found["DBProxyArn"])}
    values = known.properties(known.PROXY, tagged)
    yield _adopted("RDSProxy", "DBProxy", _with_tags(values, tagged), tagged, "DBProxyName")


def _described_instance(rds: Any, name: str) -> Described:
    found: Described = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def _subnet_group(rds: Any, values: Properties, title: str) -> Iterator[Adopted]:
    """Yield the subnet group in *values*, which refer to it from then on; not AWS's default."""
    name = values.get("DBSubnetGroupName")
    if name is None or name == "default":
        return
    found = rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"][0]
    tagged = {**found, "TagList": _tags(rds, found["DBSubnetGroupArn"])}
    described = _with_tags(known.properties(known.SUBNET_GROUP, tagged), tagged)
    values["DBSubnetGroupName"] = {"Ref": title}
    yield _adopted(title, "DBSubnetGroup", described, tagged, "DBSubnetGroupName")


def _parameter_group(rds: Any, values: Properties, title: str, api: str) -> Iterator[Adopted]:
    """Yield the parameter group in *values*; those named default… are AWS's."""
    kind = title.rstrip("0123456789")
    name = values.get(f"{kind}Name")
    if name is None or name.startswith("default"):
        return
    found = getattr(rds, f"describe_{api}_groups")(**{f"{kind}Name": name})[f"{kind}s"][0]
    pages = rds.get_paginator(f"describe_{api}s").paginate(**{f"{kind}Name": name}, Source="user")
    parameters = {
        one["ParameterName"]: one["ParameterValue"]
        for page in pages
        for one in page["Parameters"]
        if "ParameterValue" in one
    }
    tagged = {**found, "TagList": _tags(rds, found[f"{kind}Arn"])}
    described: Properties = {
        f"{kind}Name": name,
        "Description": found["Description"],
        "Family": found["DBParameterGroupFamily"],
        **({"Parameters": parameters} if parameters else {}),
    }
    values[f"{kind}Name"] = {"Ref": title}
    yield _adopted(title, kind, _with_tags(described, tagged), tagged, f"{kind}Name")


def _tags(rds: Any, arn: str) -> list[Mapping[str, str]]:
    return list(rds.list_tags_for_resource(ResourceName=arn).get("TagList", ()))


def _with_tags(values: Properties, found: Described) -> Properties:
    tags = known.tags(found["TagList"])
    return {**values, "Tags": tags} if tags else values


def _adopted(
    title: str, kind: str, values: Properties, found: Described, identifier: str | None = None
) -> Adopted:
    owners = [one["Value"] for one in found.get("TagList", ()) if one["Key"] == OWNER]
    return Adopted(
        title=title,
        type=f"AWS::RDS::{kind}",
        identifier=identifier or f"{kind}Identifier",
        properties=values,
        owner=owners[0] if owners else None,
    )
