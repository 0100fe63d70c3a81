"""The databases and proxies deployed in RDS according to moto, and their host names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.models import DBCluster, DBInstance, DBInstanceClustered, DBProxy, rds_backends

from .reachability import Interface


@dataclass(frozen=True)
class ProxyHost:
    """A host name of a proxy: its own, or an endpoint's."""

    host: str
    proxy: DBProxy
    interface: Interface


@dataclass(frozen=True)
class DatabaseHost:
    """A host name of a cluster or an instance."""

    host: str
    model: Any
    """The owner of the data: the cluster, or the instance if it is in no cluster."""
    resource_id: str
    """The ID by which IAM policies name it."""
    public: bool
    interface: Interface


Host = ProxyHost | DatabaseHost


def find(host: str) -> Host | None:
    """The database or proxy behind a host name."""
    return next((one for one in _hosts() if one.host.lower() == host.lower()), None)


def exists(model: Any) -> bool:
    """True until the cluster or instance is deleted."""
    held = model.backend.clusters if isinstance(model, DBCluster) else model.backend.databases
    return any(one is model for one in held.values())


def target_of(proxy: DBProxy) -> DatabaseHost | None:
    """The database behind a proxy; None if none is registered, or none is there any more."""
    for target in proxy.proxy_target_groups["default"].targets:
        name = target.rds_resource_id
        if name in proxy.backend.clusters:
            return next(_of_cluster(proxy.backend.clusters[name]), None)
        if name in proxy.backend.databases:
            return _of_instance(proxy.backend.databases[name])
    return None


def _hosts() -> Iterator[Host]:
    for regions in list(rds_backends.values()):
        for backend in list(regions.values()):
            for proxy in list(backend.db_proxies.values()):
                yield from _of_proxy(proxy)
            for cluster in list(backend.clusters.values()):
                yield from _of_cluster(cluster)
            for instance in list(backend.databases.values()):
                yield _of_instance(instance)


def _of_proxy(proxy: DBProxy) -> Iterator[ProxyHost]:
    spoken = getattr(proxy, "endpoint_network_type", "IPV4")
    own = Interface.of(proxy.vpc_security_group_ids, proxy.vpc_subnet_ids, spoken)
    yield ProxyHost(proxy.endpoint, proxy, own)
    for endpoint in getattr(proxy.backend, "db_proxy_endpoints", {}).values():
        if endpoint.db_proxy_name == proxy.db_proxy_name:
            where = Interface.of(
                endpoint.vpc_security_group_ids,
                endpoint.vpc_subnet_ids,
                endpoint.endpoint_network_type,
            )
            yield ProxyHost(endpoint.endpoint, proxy, where)


def has_instances(cluster: DBCluster) -> bool:
    """Tell if an instance is there; moto leaves out those of a Multi-AZ DB cluster."""
    return bool(cluster.members) or not str(cluster.engine).startswith("aurora")


def _of_cluster(cluster: DBCluster) -> Iterator[DatabaseHost]:
    """A cluster's names, which answer while there is an instance in it."""
    if not has_instances(cluster):
        return
    where = Interface.of(
        cluster.vpc_security_group_ids or (), _subnets_of(cluster), _network_type(cluster)
    )
    for host in (cluster.endpoint, cluster.reader_endpoint):
        yield DatabaseHost(host, cluster, cluster.db_cluster_resource_id, False, where)


def _of_instance(instance: DBInstance) -> DatabaseHost:
    model: Any = instance
    resource_id = instance.dbi_resource_id
    if isinstance(instance, DBInstanceClustered):
        # Tokens for an instance of Aurora name the cluster, as those for the cluster do.
        model, resource_id = instance.cluster, instance.cluster.db_cluster_resource_id
    where = Interface.of(
        instance.vpc_security_group_ids or (), _subnets_of(model), _network_type(model)
    )
    public = bool(instance.publicly_accessible)
    return DatabaseHost(instance.address, model, resource_id, public, where)


def _network_type(model: Any) -> str:
    return getattr(model, "network_type", None) or "IPV4"


def _subnets_of(model: Any) -> list[str]:
    """The subnets of its subnet group, or else all subnets of the default VPC."""
    name = (
        model.db_subnet_group_name if isinstance(model, DBCluster) else model._db_subnet_group_name
    )
    group = model.backend.subnet_groups.get(name or "default")
    if group is not None:
        return [one["SubnetIdentifier"] for one in group.subnets]
    ec2 = ec2_backends[model.account_id][model.region]
    vpc = ec2.default_vpc
    return [one.id for one in ec2.describe_subnets() if vpc is not None and one.vpc_id == vpc.id]
