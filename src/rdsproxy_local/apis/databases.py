"""Clusters and instances that RDS would refuse, and changes of them that moto forgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from secrets import token_hex
from typing import Any, Final

from moto.rds.exceptions import (
    DBClusterNotFoundError,
    InvalidParameterCombination,
    RDSClientError,
)
from moto.rds.models import DBCluster, DBInstance, RDSBackend

from .database_changes import require_changeable_cluster, require_changeable_instance
from .database_monitoring import (
    create_log_groups,
    require_cluster_change,
    require_cluster_settings,
    require_instance_settings,
    require_member_settings,
    require_room,
)
from .database_parameters import (
    default_cluster_group,
    require_cluster_parameters,
    require_instance_parameters,
)
from .engines import require_creatable
from .master_logins import BY_IAM, require_new_login, require_one_login
from .rds_network import default_vpc, require_groups
from .surround import surround

# "Set master user password for the DB Cluster.":
# https://github.com/ansible-collections/community.aws/issues/850
OF_THE_CLUSTER: Final = {
    "backup_retention_period": "backup retention period",
    "db_name": "database name",
    "manage_master_user_password": "master user password",
    "master_user_password": "master user password",
    "master_username": "master user name",
    "port": "database endpoint port",
    "vpc_security_group_ids": "vpc security groups",
}

SETTINGS: Final = {
    "database_insights_mode": "database_insights_mode",
    "dedicated_log_volume": "dedicated_log_volume",
    "enable_performance_insights": "performance_insights_enabled",
    "engine_lifecycle_support": "engine_lifecycle_support",
    "master_user_authentication_type": "master_user_authentication_type",
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
    "network_type": "network_type",
    "performance_insights_kms_key_id": "performance_insights_kms_key_id",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "promotion_tier": "promotion_tier",
}
"""Settings that moto accepts and forgets, and where its answers look for them."""

CLUSTER_SETTINGS: Final = {
    **SETTINGS,
    "enable_global_write_forwarding": "_global_write_forwarding_requested",
    "enable_http_endpoint": "_enable_http_endpoint",
    "enable_iam_database_authentication": "iam_auth",
}
INSTANCE_SETTINGS: Final = {**SETTINGS, "db_port_number": "port"}


def install() -> None:
    surround(RDSBackend, "create_db_cluster", _create_cluster)
    surround(RDSBackend, "modify_db_cluster", _modify_cluster)
    surround(RDSBackend, "delete_db_cluster", _delete_cluster)
    surround(RDSBackend, "create_db_instance", _create_instance)
    surround(RDSBackend, "modify_db_instance", _modify_instance)


def _remember(database: Any, given: Mapping[str, Any], settings: Mapping[str, str]) -> None:
    for name, attribute in settings.items():
        if name in given:
            setattr(database, attribute, given[name])


def _create_cluster(
    create: Callable[..., DBCluster], backend: RDSBackend, given: MutableMapping[str, Any]
) -> DBCluster:
    if given["db_cluster_identifier"] in backend.clusters:
        raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    require_creatable(given, "cluster")
    _require_place(backend, given)
    require_cluster_settings(backend, given)
    require_cluster_parameters(backend, given, given["engine"], given.get("engine_version"))
    require_one_login(given)
    if given["engine"].startswith("aurora"):
        # Aurora's storage grows by itself; moto has no first size for all kinds of it.
        given.setdefault("allocated_storage", 1)
    if given.get("master_user_authentication_type") == BY_IAM:
        # moto makes no cluster without one; the data plane ignores it.
        given["master_user_password"] = token_hex(16)
    cluster = create(backend, given)
    if cluster.engine != "neptune" and not given.get("db_cluster_parameter_group_name"):
        cluster.parameter_group = default_cluster_group(cluster.engine, cluster.engine_version)
    if cluster.engine.startswith("aurora") and not given.get("storage_type"):
        cluster.storage_type = "aurora"
    _remember_cluster(cluster, given)
    exports = given.get("enable_cloudwatch_logs_exports")
    create_log_groups(backend, "cluster", cluster.db_cluster_identifier, exports)
    return cluster


def _remember_cluster(cluster: DBCluster, given: Mapping[str, Any]) -> None:
    _remember(cluster, given, CLUSTER_SETTINGS)
    if given.get("enable_local_write_forwarding") is not None:
        forwards = given["enable_local_write_forwarding"]
        # An attribute of which moto's class knows nothing, and its answers do.
        vars(cluster)["local_write_forwarding_status"] = "enabled" if forwards else "disabled"


def _modify_cluster(modify: Callable[..., DBCluster], backend: RDSBackend, given: Any) -> DBCluster:
    name = given["db_cluster_identifier"]
    cluster = backend.clusters.get(name)
    if cluster is None:
        raise DBClusterNotFoundError(name)
    require_groups(backend, _vpc_of(backend, cluster), given.get("vpc_security_group_ids"))
    version = given.get("engine_version", cluster.engine_version)
    require_cluster_parameters(backend, given, cluster.engine, version)
    require_cluster_change(backend, cluster, given)
    require_changeable_cluster(cluster, given)
    require_new_login(cluster, given, "iam_auth")
    try:
        modified = modify(backend, given)
    except Exception:
        # moto takes the cluster away before it looks at what is to change.
        backend.clusters[name] = cluster
        raise
    _remember_cluster(cluster, given)
    _change_log_exports(cluster, given.get("cloudwatch_logs_export_configuration") or {})
    create_log_groups(backend, "cluster", name, cluster.enabled_cloudwatch_logs_exports)
    return modified


def _change_log_exports(cluster: DBCluster, change: Mapping[str, Any]) -> None:
    stopped, started = change.get("DisableLogTypes", []), change.get("EnableLogTypes", [])
    kept = [log for log in cluster.enabled_cloudwatch_logs_exports if log not in stopped]
    cluster.enabled_cloudwatch_logs_exports = kept + [log for log in started if log not in kept]


def _delete_cluster(
    delete: Callable[..., DBCluster],
    backend: RDSBackend,
    cluster_identifier: str,
    snapshot_name: str | None = None,
) -> DBCluster:
    deleted = delete(backend, cluster_identifier, snapshot_name)
    for name, snapshot in list(backend.cluster_snapshots.items()):
        own = snapshot.cluster.db_cluster_identifier == deleted.db_cluster_identifier
        if own and snapshot.snapshot_type == "automated":
            del backend.cluster_snapshots[name]
    return deleted


def _create_instance(
    create: Callable[..., DBInstance], backend: RDSBackend, given: Mapping[str, Any]
) -> DBInstance:
    if given.get("db_cluster_identifier") is None:
        require_creatable(given, "instance")
        _require_place(backend, given)
        require_one_login(given)
        if not given.get("allocated_storage"):
            raise InvalidParameterCombination("AllocatedStorage is needed outside a DB Cluster.")
        require_instance_settings(backend, given)
    elif misplaced := sorted(set(OF_THE_CLUSTER) & set(given)):
        raise InvalidParameterCombination(
            "The requested DB Instance will be a member of a DB Cluster. "
            f"Set {OF_THE_CLUSTER[misplaced[0]]} for the DB Cluster."
        )
    else:
        require_member_settings(backend, given)
        require_room(backend, given["db_cluster_identifier"])
    require_instance_parameters(backend, given)
    database = create(backend, given)
    _remember(database, given, INSTANCE_SETTINGS)
    # moto gives all of them the same, and policies name databases by it.
    database.dbi_resource_id = f"db-{token_hex(13).upper()}"
    exports = given.get("enable_cloudwatch_logs_exports")
    create_log_groups(backend, "instance", database.db_instance_identifier, exports)
    if database.db_cluster_identifier:
        database.port = backend.clusters[database.db_cluster_identifier].port
    return database


def _modify_instance(
    modify: Callable[..., DBInstance],
    backend: RDSBackend,
    db_instance_identifier: str,
    given: Mapping[str, Any],
) -> DBInstance:
    database = backend.describe_db_instances(db_instance_identifier)[0]
    vpc_id = _vpc_of_group(backend, database._db_subnet_group_name)
    require_groups(backend, vpc_id, given.get("vpc_security_group_ids"))
    require_instance_settings(backend, given, database)
    require_changeable_instance(backend, database, given)
    require_instance_parameters(backend, given, database)
    require_new_login(database, given, "enable_iam_database_authentication")
    modified = modify(backend, db_instance_identifier, given)
    _remember(modified, given, INSTANCE_SETTINGS)
    change = given.get("cloudwatch_logs_export_configuration") or {}
    create_log_groups(backend, "instance", db_instance_identifier, change.get("EnableLogTypes"))
    return modified


def _require_place(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    vpc_id = _vpc_of_group(backend, given.get("db_subnet_group_name"))
    require_groups(backend, vpc_id, given.get("vpc_security_group_ids"))


def _vpc_of(backend: RDSBackend, cluster: DBCluster) -> str:
    # moto calls it "default" where there is none.
    name = cluster.db_subnet_group_name
    return _vpc_of_group(backend, None if name == "default" else name)


def _vpc_of_group(backend: RDSBackend, name: str | None) -> str:
    if name is None:
        return default_vpc(backend)
    return str(backend.describe_db_subnet_groups(name)[0].vpc_id)
