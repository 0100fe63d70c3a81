"""Readers of an Aurora cluster that Application Auto Scaling adds and removes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from pydantic import Field
from troposphere import AWSObject, applicationautoscaling, rds

from ..aws.documentation import AURORA_GUIDE, AUTO_SCALING_GUIDE
from ..errors import Problem
from ..model import ListOf, Settings, sub
from .optional_properties import shortest, without_none

MOST_READERS: Final = 15
MOST_PERCENT: Final = 100
_METRICS: Final = {
    "cpu": "RDSReaderAverageCPUUtilization",
    "connections": "RDSReaderAverageDatabaseConnections",
}
_SCALING: Final = f"{AURORA_GUIDE}Aurora.Integrating.AutoScaling.html"
_SCHEDULE: Final = f"{AUTO_SCALING_GUIDE}application-auto-scaling-scheduled-scaling.html"


class ScheduledScaling(Settings):
    """Other limits of the number of readers, from a time on."""

    name: str = Field(
        min_length=1, max_length=256, description="Name of the action, unique in its list."
    )
    schedule: str = Field(
        description="When the limits change: `at(2027-01-31T08:00:00)`, `rate(1 day)` or "
        f"`cron(0 8 ? * MON-FRI *)`. See {_SCHEDULE}"
    )
    timezone: str | None = Field(
        default=None,
        description="Time zone of `at` and `cron`, by its IANA name, such as `Europe/Berlin`. Left "
        "out: UTC.",
    )
    min_readers: int | None = Field(
        default=None, ge=0, le=MOST_READERS, description="Fewest readers from then on."
    )
    max_readers: int | None = Field(
        default=None, ge=0, le=MOST_READERS, description="Most readers from then on."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not re.fullmatch(r"(at|rate|cron)\([^()]+\)", self.schedule):
            yield Problem(
                "schedule",
                "must be at(…), rate(…) or cron(…), such as cron(0 8 ? * MON-FRI *), got "
                f"{self.schedule!r}",
            )
        if self.min_readers is None and self.max_readers is None:
            yield Problem("min_readers", "or max_readers must be given: the action changes neither")
        elif self.max_readers is not None and self.max_readers < (self.min_readers or 0):
            yield Problem(
                "min_readers",
                f"must be at most max_readers ({self.max_readers}), got {self.min_readers}",
            )


class ReaderScalingSettings(Settings):
    """Settings of the number of readers, which follows their load."""

    min_readers: int = Field(
        default=1,
        ge=0,
        le=MOST_READERS,
        description=f"Fewest readers, those of `readers` included. See {_SCALING}",
    )
    max_readers: int = Field(
        ge=1,
        le=MOST_READERS,
        description=f"Most readers, those of `readers` included. See {_SCALING}",
    )
    metric: Literal["cpu", "connections"] = Field(
        default="cpu",
        description="Load of the readers that scaling follows: their average CPU, or their "
        f"average number of connections. See {_SCALING}",
    )
    target: float = Field(
        default=70,
        ge=1,
        description="The load that scaling aims at: percent of CPU, or connections of a reader. "
        f"See {_SCALING}",
    )
    scale_in: bool = Field(
        default=True,
        description=f"Remove readers that scaling added when the load falls. See {_SCALING}",
    )
    scale_in_cooldown: int = Field(
        default=300,
        ge=0,
        description=f"Seconds between the removal of two readers. See {_SCALING}",
    )
    scale_out_cooldown: int = Field(
        default=300,
        ge=0,
        description=f"Seconds between the creation of two readers. See {_SCALING}",
    )
    schedule: ListOf[ScheduledScaling] = Field(
        default=(), description=f"Other limits at other times. See {_SCHEDULE}"
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.min_readers > self.max_readers:
            yield Problem(
                "min_readers",
                f"must be at most max_readers ({self.max_readers}), got {self.min_readers}",
            )
        if self.metric == "cpu" and self.target > MOST_PERCENT:
            yield Problem(
                "target", f"must be at most {MOST_PERCENT} percent of CPU, got {self.target:g}"
            )
        if self.metric == "connections" and "target" not in self.model_fields_set:
            yield Problem("target", "must be given, in connections of a reader, with this metric")
        names = [action.name for action in self.schedule]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield Problem("schedule", f"must have a name of its own each, got {twice[0]!r} twice")

    def refused_with(self, readers: int) -> Iterator[Problem]:
        """Report limits that do not fit the *readers* that the stack creates."""
        if self.max_readers < readers:
            yield Problem(
                "max_readers",
                f"must be at least the {readers} of `readers`, which scaling does not remove, got "
                f"{self.max_readers}",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield Problem(
            "max_readers",
            "lets Application Auto Scaling create readers outside the stack, and RDS deletes no "
            "cluster that has one: before the stack is deleted, delete them, with reader_scaling "
            "gone",
        )


def reader_scaling(
    choices: ReaderScalingSettings | None,
    cluster: rds.DBCluster,
    instances: Sequence[rds.DBInstance],
) -> Sequence[AWSObject]:
    """``ReaderScalingTarget`` and ``ReaderScalingPolicy``; empty where nothing scales.

    The role is the service-linked one of Application Auto Scaling, which comes with the target.
    """
    if choices is None:
        return []
    target = applicationautoscaling.ScalableTarget(
        "ReaderScalingTarget",
        # Application Auto Scaling registers only a cluster that has its writer.
        DependsOn=[str(one.title) for one in instances],
        ServiceNamespace="rds",
        ScalableDimension="rds:cluster:ReadReplicaCount",
        ResourceId=sub("cluster:${cluster}", cluster=cluster.ref()),
        MinCapacity=choices.min_readers,
        MaxCapacity=choices.max_readers,
        **without_none(ScheduledActions=[_action(action) for action in choices.schedule] or None),
    )
    policy = applicationautoscaling.ScalingPolicy(
        "ReaderScalingPolicy",
        PolicyName="readers",
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=target.ref(),
        TargetTrackingScalingPolicyConfiguration=(
            applicationautoscaling.TargetTrackingScalingPolicyConfiguration(
                PredefinedMetricSpecification=applicationautoscaling.PredefinedMetricSpecification(
                    PredefinedMetricType=_METRICS[choices.metric]
                ),
                TargetValue=shortest(choices.target),
                DisableScaleIn=not choices.scale_in,
                ScaleInCooldown=choices.scale_in_cooldown,
                ScaleOutCooldown=choices.scale_out_cooldown,
            )
        ),
    )
    return [target, policy]


def _action(action: ScheduledScaling) -> applicationautoscaling.ScheduledAction:
    return applicationautoscaling.ScheduledAction(
        ScheduledActionName=action.name,
        Schedule=action.schedule,
        ScalableTargetAction=applicationautoscaling.ScalableTargetAction(
            **without_none(MinCapacity=action.min_readers, MaxCapacity=action.max_readers)
        ),
        **without_none(Timezone=action.timezone),
    )
