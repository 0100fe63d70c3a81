"""The databases that a proxy may connect to, as strict as RDS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBCluster, DBInstance, DBProxy, DBProxyTarget, RDSBackend

from ..data_plane.deployed import has_instances
from ..data_plane.proxy_health import health_of
from ..engine_data import is_proxied
from .proxies import known_proxy
from .proxy_endpoints import ONLY_AURORA, has_readers
from .surround import surround

FAMILIES: Final = {
    "aurora-mysql": "MYSQL",
    "aurora-postgresql": "POSTGRESQL",
    "mariadb": "MYSQL",
    "mysql": "MYSQL",
    "postgres": "POSTGRESQL",
    "sqlserver-ee": "SQLSERVER",
    "sqlserver-ex": "SQLSERVER",
    "sqlserver-se": "SQLSERVER",
    "sqlserver-web": "SQLSERVER",
}

# Supported Regions and Aurora DB engines for Amazon RDS Proxy.
STOPPED: Final = ("stopped", "stopping", "deleting")
"""States in which a database takes no target; RDS documents only that there are some."""

WITHOUT_AURORA_MYSQL: Final = ("ap-east-2", "ap-southeast-6")


def install() -> None:
    surround(RDSBackend, "register_db_proxy_targets", _register)
    surround(RDSBackend, "deregister_db_proxy_targets", _deregister)
    surround(RDSBackend, "modify_db_proxy_target_group", _modify)
    shown: Any = DBProxyTarget
    shown.target_health = property(health_of)
    for name in ("describe_db_proxy_targets", "describe_db_proxy_target_groups"):
        surround(RDSBackend, name, _describe)


def _register(
    register: Callable[..., list[DBProxyTarget]],
    backend: RDSBackend,
    **given: Any,
) -> list[DBProxyTarget]:
    proxy = known_proxy(backend, given["db_proxy_name"])
    _require_group(proxy, given["target_group_name"])
    clusters, instances = given["db_cluster_identifiers"], given["db_instance_identifiers"]
    wanted = [*clusters, *instances]
    if len(wanted) != 1:
        raise InvalidParameterCombination("A proxy has one target: a DB cluster or a DB instance.")
    if proxy.proxy_target_groups["default"].targets:
        raise RDSClientError(
            "DBProxyTargetAlreadyRegisteredFault", "The proxy already has a registered target."
        )
    database = _cluster(backend, wanted[0]) if clusters else _instance(backend, wanted[0])
    if isinstance(database, DBInstance) and database.db_cluster_identifier:
        raise InvalidParameterCombination(
            f"DB instance {wanted[0]} is a member of a DB cluster. Register the DB cluster "
            f"{database.db_cluster_identifier}."
        )
    _require_whole(database)
    if instances and has_readers(backend, proxy):
        raise InvalidParameterCombination(ONLY_AURORA)
    _require_fit(backend, proxy, database)
    targets = register(backend, **given)
    for target in targets:
        target.port = database.port or 0
        target.endpoint = _host(database)
    return targets


def _deregister(
    deregister: Callable[..., None],
    backend: RDSBackend,
    **given: Any,
) -> None:
    _require_group(known_proxy(backend, given["db_proxy_name"]), given["target_group_name"])
    deregister(backend, **given)


def _modify(
    modify: Callable[..., Any], backend: RDSBackend, proxy_name: str, config: dict[str, Any]
) -> Any:
    known_proxy(backend, proxy_name)
    most = int(config.get("MaxConnectionsPercent", 100))
    if int(config.get("MaxIdleConnectionsPercent", 0)) > most:
        raise InvalidParameterValue(
            "MaxIdleConnectionsPercent must not exceed MaxConnectionsPercent"
        )
    return modify(backend, proxy_name, config)


def _describe(describe: Callable[..., Any], backend: RDSBackend, proxy_name: str) -> Any:
    known_proxy(backend, proxy_name)
    return describe(backend, proxy_name)


def _require_group(proxy: DBProxy, name: str | None) -> None:
    if (name or "default") not in proxy.proxy_target_groups:
        raise RDSClientError(
            "DBProxyTargetGroupNotFoundFault",
            f"DB Proxy {proxy.db_proxy_name} has no target group {name}",
        )


def _cluster(backend: RDSBackend, name: str) -> DBCluster:
    if name not in backend.clusters:
        raise DBClusterNotFoundError(name)
    cluster = backend.clusters[name]
    if cluster.engine_mode == "serverless":
        raise InvalidParameterCombination("RDS Proxy does not support Aurora Serverless v1.")
    if not has_instances(cluster):
        # A target group that does not wait for them:
        # https://github.com/aws/aws-cdk/issues/11311
        raise RDSClientError(
            "InvalidDBClusterStateFault", f"DB cluster {name} has no available instance"
        )
    return cluster


def _instance(backend: RDSBackend, name: str) -> DBInstance:
    if name not in backend.databases:
        raise DBInstanceNotFoundError(name)
    return backend.databases[name]


def _require_whole(database: DBCluster | DBInstance) -> None:
    """A target runs, and is no read replica: "Limitations"."""
    if database.status in STOPPED:
        kind = "DBCluster" if isinstance(database, DBCluster) else "DBInstance"
        raise RDSClientError(f"Invalid{kind}StateFault", f"The database is {database.status}.")
    if isinstance(database, DBInstance) and database.is_replica:
        raise InvalidParameterCombination(
            f"DB instance {database.db_instance_identifier} is a read replica. Register its source."
        )


def _require_fit(backend: RDSBackend, proxy: DBProxy, database: DBCluster | DBInstance) -> None:
    """A target is of the proxy's engine family, in its VPC, and in a Region that has it."""
    if database.engine == "aurora-mysql" and backend.region_name in WITHOUT_AURORA_MYSQL:
        raise InvalidParameterCombination(
            f"RDS Proxy is not available with Aurora MySQL in {backend.region_name}"
        )
    family = FAMILIES.get(str(database.engine))
    if family != proxy.engine_family:
        raise InvalidParameterCombination(
            f"The engine family {proxy.engine_family} of the proxy does not match {database.engine}"
        )
    if not is_proxied(str(database.engine), str(database.engine_version or "")):
        raise InvalidParameterCombination(
            f"RDS Proxy does not support {database.engine} {database.engine_version}"
        )
    kind = getattr(proxy, "target_connection_network_type", "IPV4")
    if kind == "IPV6" and getattr(database, "network_type", "IPV4") != "DUAL":
        raise InvalidParameterCombination(
            "A proxy that connects by IPv6 needs a database in dual-stack mode."
        )
    group = backend.subnet_groups.get(_subnet_group(database))
    if group is not None and group.vpc_id != proxy.vpc_id:
        raise InvalidParameterCombination(
            f"The proxy is in {proxy.vpc_id} and the database in {group.vpc_id}"
        )


def _subnet_group(database: DBCluster | DBInstance) -> str:
    if isinstance(database, DBCluster):
        return database.db_subnet_group_name
    return database._db_subnet_group_name or ""


def _host(database: DBCluster | DBInstance) -> str:
    return database.endpoint if isinstance(database, DBCluster) else database.address
