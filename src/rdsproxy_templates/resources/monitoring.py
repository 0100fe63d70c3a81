"""Monitoring of a database: Database Insights, Performance Insights and Enhanced Monitoring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from pydantic import Field
from troposphere import AWSHelperFn, iam

from ..aws import arns
from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..aws.features import ADVANCED_RETENTION, insights_problem
from ..aws.policies import trusts_enhanced_monitoring
from ..errors import Problem
from ..model import NumberOf, Settings, sub
from ..records import record
from .optional_properties import without_none
from .roles import RoleSettings

InsightsRetention = Literal[
    7, 31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372, 403, 434, 465, 496, 527, 558, 589,
    620, 651, 682, 713, 731,
]  # fmt: skip
"""Days that RDS takes as the retention of Performance Insights: 7, months of 31, or 731."""


class MonitoringSettings(Settings):
    """Settings of the insights into a database and its operating system."""

    database_insights: Literal["standard", "advanced"] | None = Field(
        default=None,
        description="Mode of CloudWatch Database Insights; `advanced` costs extra, turns "
        f"Performance Insights on and keeps its data for at least {ADVANCED_RETENTION} days. Left "
        f"out: RDS's default, standard. See {AURORA_GUIDE}USER_DatabaseInsights.html",
    )
    performance_insights: bool | None = Field(
        default=None,
        description="Record the load of the database by SQL statement, wait and user. Left out: "
        "on with `database_insights: advanced`, `retention_days` or `kms_key_arn`, else off. See "
        f"{AURORA_GUIDE}USER_PerfInsights.html",
    )
    retention_days: InsightsRetention | None = Field(
        default=None,
        description="Days that Performance Insights keeps its data: 7, which is free, a multiple "
        f"of 31 up to 713, or 731. Left out: {ADVANCED_RETENTION} with `database_insights: "
        f"advanced`, else 7. See {AURORA_GUIDE}USER_PerfInsights.Overview.cost.html",
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the data of Performance Insights; RDS "
        "changes it only in a new database. Left out: the key `aws/rds` of the account. See "
        f"{AURORA_GUIDE}USER_PerfInsights.access-control.html",
    )
    enhanced_interval: NumberOf[Literal[1, 5, 10, 15, 30, 60]] | None = Field(
        default=None,
        description="Seconds between the records of the operating system in the log group "
        "`RDSOSMetrics`, which CloudWatch Logs charges for. Left out: Enhanced Monitoring is off. "
        f"See {RDS_GUIDE}USER_Monitoring.OS.html",
    )
    role: RoleSettings | None = Field(
        default=None,
        description="The role by which Enhanced Monitoring writes; one that exists has the policy "
        "`AmazonRDSEnhancedMonitoringRole`. Left out: the stack creates one. See "
        f"{RDS_GUIDE}USER_Monitoring.OS.Enabling.html",
    )

    @property
    def has_performance_insights(self) -> bool | None:
        """``PerformanceInsightsEnabled``; None where nothing is said of it."""
        if self.performance_insights is None and self._needs_performance_insights():
            return True
        return self.performance_insights

    @property
    def retention(self) -> int | None:
        """``PerformanceInsightsRetentionPeriod``; None for RDS's default."""
        if self.retention_days is None and self.database_insights == "advanced":
            return ADVANCED_RETENTION
        return self.retention_days

    def _needs_performance_insights(self) -> list[str]:
        """Name the settings that need it."""
        needs = ["database_insights"] if self.database_insights == "advanced" else []
        given = ("retention_days", "kms_key_arn")
        return needs + [name for name in given if getattr(self, name) is not None]

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.kms_key_arn is not None and (problem := arns.KMS_KEY.problem(self.kms_key_arn)):
            yield Problem("kms_key_arn", problem)
        if self.role is not None and self.enhanced_interval is None:
            yield Problem(
                "role", "is for Enhanced Monitoring: give enhanced_interval, in seconds, too"
            )
        if self.performance_insights is False and (needs := self._needs_performance_insights()):
            yield Problem(
                "performance_insights",
                f"must not be false beside {', '.join(needs)}; leave one of them out",
            )
        if self.database_insights == "advanced" and (self.retention or 0) < ADVANCED_RETENTION:
            yield Problem(
                "retention_days",
                f"must be at least {ADVANCED_RETENTION} with database_insights: advanced, got "
                f"{self.retention_days}",
            )

    def refused_by(self, engine: Engine, classes: Iterable[str]) -> Iterator[Problem]:
        """Report insights that *engine* does not offer for one of *classes*."""
        if not (self.has_performance_insights or self.database_insights):
            return
        place = "performance_insights" if self.has_performance_insights else "database_insights"
        for one in dict.fromkeys(classes):
            if problem := insights_problem(engine, one):
                yield Problem(place, problem)


@record(frozen=True, kw_only=True)
class Monitoring:
    """The properties of a database that is monitored, and the role that they need."""

    role: iam.Role | None
    shared: dict[str, Any]
    """Properties that have one name for clusters and instances."""
    performance_insights: bool | None
    kms_key_arn: str | None

    @property
    def resources(self) -> Sequence[iam.Role]:
        """What the properties refer to."""
        return [self.role] if self.role else []

    @property
    def of_cluster(self) -> dict[str, Any]:
        """Properties of a cluster, which its instances inherit."""
        return self.shared | without_none(
            PerformanceInsightsEnabled=self.performance_insights,
            PerformanceInsightsKmsKeyId=self.kms_key_arn,
        )

    @property
    def of_instance(self) -> dict[str, Any]:
        """Properties of an instance without a cluster."""
        return self.shared | without_none(
            EnablePerformanceInsights=self.performance_insights,
            PerformanceInsightsKMSKeyId=self.kms_key_arn,
        )


def monitoring(choices: MonitoringSettings | None) -> Monitoring:
    """The chosen monitoring, and ``MonitoringRole`` where no role is given."""
    choices = choices or MonitoringSettings()
    role, arn = _role(choices)
    return Monitoring(
        role=role,
        shared=without_none(
            DatabaseInsightsMode=choices.database_insights,
            PerformanceInsightsRetentionPeriod=choices.retention,
            MonitoringInterval=choices.enhanced_interval,
            MonitoringRoleArn=arn,
        ),
        performance_insights=choices.has_performance_insights,
        kms_key_arn=choices.kms_key_arn,
    )


def _role(choices: MonitoringSettings) -> tuple[iam.Role | None, AWSHelperFn | str | None]:
    """The role that the stack creates, if any, and the ARN of the role in use."""
    chosen = choices.role
    if choices.enhanced_interval is None or (chosen and chosen.arn):
        return None, chosen.arn if chosen else None
    role = iam.Role(
        "MonitoringRole",
        AssumeRolePolicyDocument=trusts_enhanced_monitoring(),
        ManagedPolicyArns=[
            sub(
                "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
            )
        ],
        **(chosen.properties if chosen else {}),
    )
    return role, role.get_att("Arn")
