"""RDS's refusals of insights, Enhanced Monitoring, log exports and zones of a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.logs.models import logs_backends
from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue, RDSClientError
from moto.rds.models import DBCluster, DBInstance, RDSBackend

from ..data_plane import identities
from .roles import may_assume

RETENTIONS: Final = (7, *(31 * months for months in range(1, 24)), 731)
INTERVALS: Final = (0, 1, 5, 10, 15, 30, 60)
LEAST_ADVANCED: Final = 465

# "Amazon Aurora DB engine, Region, and instance class support for Database Insights", and the page
# of the same name for RDS (read 2026-11-26).
WITHOUT_INSIGHTS: Final = {
    "aurora-mysql": ("db.t2.", "db.t3.", "db.t4g.micro", "db.t4g.small"),
    "mysql": (
        *("db.t2.micro", "db.t2.small", "db.t3.micro"),
        *("db.t3.small", "db.t4g.micro", "db.t4g.small"),
    ),
}

# CreateDBCluster and CreateDBInstance: EnableCloudwatchLogsExports.
LOGS: Final = {
    "aurora-mysql": ("audit", "error", "general", "instance", "slowquery", "iam-db-auth-error"),
    "aurora-postgresql": ("instance", "postgresql", "iam-db-auth-error"),
    "mysql": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
    "postgres": ("postgresql", "upgrade", "iam-db-auth-error"),
}


MOST_MEMBERS: Final = 16


def require_cluster_settings(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    """Refuse what a new cluster may not have."""
    _require_monitoring(backend, given)
    exports = given.get("enable_cloudwatch_logs_exports")
    _require_logs(given["engine"], given.get("engine_version"), exports)


def require_cluster_change(
    backend: RDSBackend, cluster: DBCluster, given: Mapping[str, Any]
) -> None:
    """Refuse what a cluster may not change to."""
    _require_monitoring(backend, given, cluster)
    _require_changed_logs(cluster, given)
    for member in cluster.members:
        recorded = given.get("enable_performance_insights")
        _require_class(cluster.engine, member.db_instance_class, recorded)


def require_instance_settings(
    backend: RDSBackend, given: Mapping[str, Any], before: DBInstance | None = None
) -> None:
    """Refuse what a new instance may not have, or what one may not change to."""
    engine = before.engine if before else given["engine"]
    _require_monitoring(backend, given, before)
    instance_class = given.get("db_instance_class") or getattr(before, "db_instance_class", None)
    _require_class(engine, instance_class, _now(given, before, *_RECORDED))
    if before:
        _require_changed_logs(before, given)
        return
    exports = given.get("enable_cloudwatch_logs_exports")
    _require_logs(engine, given.get("engine_version"), exports)
    _require_zone(backend, given, given.get("db_subnet_group_name"))


def require_member_settings(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    """Refuse what a new instance in a cluster may not have."""
    cluster = backend.clusters.get(given["db_cluster_identifier"])
    if cluster is None:
        return
    if misplaced := sorted({"database_insights_mode", "enable_cloudwatch_logs_exports"} & {*given}):
        raise InvalidParameterCombination(
            "The requested DB Instance will be a member of a DB Cluster. "
            f"Set {misplaced[0].replace('_', ' ')} for the DB Cluster."
        )
    _require_monitoring(backend, given, cluster)
    recorded = _now(given, cluster, *_RECORDED)
    _require_class(cluster.engine, given.get("db_instance_class"), recorded)
    _require_zone(backend, given, cluster.db_subnet_group_name)


def require_room(backend: RDSBackend, name: str) -> None:
    """Refuse the seventeenth instance of a cluster: Aurora has a writer and 15 readers."""
    cluster = backend.clusters.get(name)
    if cluster is not None and len(cluster.members) >= MOST_MEMBERS:
        raise RDSClientError(
            "InstanceQuotaExceeded",
            f"Cannot create more than {MOST_MEMBERS} instances in the DB cluster {name}",
        )


_RECORDED: Final = ("enable_performance_insights", "performance_insights_enabled")


def _now(given: Mapping[str, Any], before: Any, name: str, attribute: str | None = None) -> Any:
    """The value after a change: what is given, or what was there *before*."""
    known = getattr(before, attribute or name, None)
    return given[name] if given.get(name) is not None else known


def _require_monitoring(backend: RDSBackend, given: Mapping[str, Any], before: Any = None) -> None:
    _require_insights(
        _now(given, before, "database_insights_mode"),
        bool(_now(given, before, *_RECORDED)),
        _now(given, before, "performance_insights_retention_period"),
    )
    interval = _now(given, before, "monitoring_interval") or 0
    role = _now(given, before, "monitoring_role_arn")
    if interval not in INTERVALS:
        raise InvalidParameterValue(f"Invalid monitoring interval: {interval}")
    if interval and not role:
        raise InvalidParameterCombination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value "
            "other than 0."
        )
    if role and not interval:
        raise InvalidParameterCombination(
            "A MonitoringInterval value other than 0 is required if you specify a MonitoringRoleArn"
        )
    if role and not _may_monitor(backend, role):
        raise InvalidParameterValue(
            "IAM role ARN value is invalid or does not include the required permissions for: "
            "ENHANCED_MONITORING"
        )


def _may_monitor(backend: RDSBackend, role: str) -> bool:
    """True if Enhanced Monitoring may assume the role, and the role may write its records."""
    if not may_assume(backend, role, "monitoring.rds.amazonaws.com"):
        return False
    place = f"arn:aws:logs:{backend.region_name}:{backend.account_id}:log-group:RDSOSMetrics"
    identity = identities.role_identity(role)
    return identity is not None and identity.may("logs:PutLogEvents", f"{place}:log-stream:db-1")


def _require_insights(mode: str | None, recorded: bool, days: int | None) -> None:  # noqa: FBT001
    if days is not None and days not in RETENTIONS:
        raise InvalidParameterValue(f"Invalid Performance Insights retention period: {days}")
    if days is not None and not recorded:
        raise InvalidParameterCombination(
            "A retention period needs Performance Insights, which is not enabled"
        )
    # https://github.com/pulumi/pulumi-aws/issues/5286
    if mode == "advanced" and (not recorded or (days or 0) < LEAST_ADVANCED):
        raise InvalidParameterCombination(
            "To enable the Advanced mode of Database Insights, modify your cluster to enable "
            "Performance Insights and set the retention period for Performance Insights to at "
            f"least {LEAST_ADVANCED} days."
        )


def _require_class(
    engine: str,
    instance_class: str | None,
    recorded: bool | None,  # noqa: FBT001
) -> None:
    """Refuse an instance that is too small for the insights of itself or its cluster."""
    if recorded and str(instance_class).startswith(WITHOUT_INSIGHTS.get(engine, "nothing")):
        raise InvalidParameterCombination(
            f"Performance Insights not supported for this configuration: {instance_class}"
        )


def _require_changed_logs(database: DBCluster | DBInstance, given: Mapping[str, Any]) -> None:
    change = given.get("cloudwatch_logs_export_configuration") or {}
    version = given.get("engine_version", database.engine_version)
    _require_logs(database.engine, version, change.get("EnableLogTypes"))


def _require_logs(engine: str, version: str | None, exports: Iterable[str] | None) -> None:
    """Refuse the export of a log that the engine does not have."""
    if unknown := sorted(set(exports or ()) - set(LOGS.get(engine, exports or ()))):
        raise InvalidParameterCombination(
            f"You cannot use the log types '{', '.join(unknown)}' with engine version {engine} "
            f"{version or ''}. For supported log types, see the documentation."
        )


def create_log_groups(
    backend: RDSBackend, kind: str, identifier: str, exports: Iterable[str] | None
) -> None:
    """Create the log group of each export that has none, as RDS does at the first line."""
    logs = logs_backends[backend.account_id][backend.region_name]
    for log in exports or ():
        name = f"/aws/rds/{kind}/{identifier}/{log}"
        if name not in logs.groups:
            logs.create_log_group(name, {})


def _require_zone(backend: RDSBackend, given: Mapping[str, Any], group: str | None) -> None:
    """Refuse a zone beside Multi-AZ, or outside those of the subnet *group*."""
    zone = given.get("availability_zone")
    if zone is None:
        return
    if given.get("multi_az"):
        raise InvalidParameterCombination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances."
        )
    if group is None or group == "default":
        return
    subnets = backend.describe_db_subnet_groups(group)[0]._subnets
    if zone not in (known := sorted({subnet.availability_zone for subnet in subnets})):
        raise InvalidParameterCombination(
            f"The DB subnet group has no subnet in {zone}; it covers {', '.join(known)}."
        )
