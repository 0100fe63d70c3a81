"""The instances of an Aurora cluster: the writer and its readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field
from troposphere import rds

from ..aws.documentation import AURORA_GUIDE
from ..errors import Problem
from ..model import ListOf, Settings
from .aurora_capacity import AuroraCapacitySettings
from .database_properties import instance_properties
from .optional_properties import without_none
from .zones import zone_name_problem


class AuroraInstanceSettings(Settings):
    """What one instance of a cluster has of its own."""

    instance_class: str | None = Field(
        default=None,
        description="Class of the instance, also `db.serverless` beside provisioned ones. Left "
        f"out: as the others. See {AURORA_GUIDE}Concepts.DBInstanceClass.html",
    )
    availability_zone: str | None = Field(
        default=None,
        description="Name of the instance's Availability Zone, one of its subnets'. A change "
        "replaces the instance. Left out: Aurora chooses. See "
        f"{AURORA_GUIDE}Concepts.RegionsAndAvailabilityZones.html",
    )
    promotion_tier: int | None = Field(
        default=None,
        ge=0,
        le=15,
        description="Place in the order in which a reader becomes the writer at a failover; the "
        "lowest comes first, and readers of tiers 0 and 1 scale with a serverless writer. Left "
        f"out: 1. See {AURORA_GUIDE}Concepts.AuroraHighAvailability.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        zone = self.availability_zone
        if zone is not None and (problem := zone_name_problem(zone)):
            yield Problem("availability_zone", problem)


class AuroraInstancesSettings(AuroraCapacitySettings):
    """Settings of the number of instances, and of single ones."""

    readers: int = Field(
        default=0,
        ge=0,
        le=15,
        description="Aurora: number of reader instances beside the writer. See "
        f"{AURORA_GUIDE}Concepts.AuroraHighAvailability.html",
    )
    instances: ListOf[AuroraInstanceSettings] = Field(
        default=(),
        description="Aurora: what single instances have of their own, the writer's entry first, "
        "then those of the `readers`; an instance without an entry is as the others.",
    )

    rolling_updates: bool = Field(
        default=False,
        description="Aurora: change one instance after the other, at creation and at updates, so "
        "that others answer while one restarts; all at once takes less time. See "
        f"{AURORA_GUIDE}Concepts.AuroraHighAvailability.html",
    )

    @property
    def each_instance(self) -> Sequence[AuroraInstanceSettings]:
        """What each instance has of its own, the writer first."""
        rest = 1 + self.readers - len(self.instances)
        return [*self.instances, *[AuroraInstanceSettings()] * rest]

    @property
    def db_instance_classes(self) -> Sequence[str]:
        return [one.instance_class or self.db_instance_class for one in self.each_instance]

    @property
    def named_classes(self) -> Mapping[str, str]:
        own = {
            f"instances.{index}.instance_class": one.instance_class
            for index, one in enumerate(self.instances)
            if one.instance_class
        }
        return {**super().named_classes, **own}

    @property
    def named_zones(self) -> Mapping[str, str]:
        own = {
            f"instances.{index}.availability_zone": one.availability_zone
            for index, one in enumerate(self.instances)
            if one.availability_zone
        }
        return {**super().named_zones, **own}

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if len(self.instances) > 1 + self.readers:
            yield Problem(
                "instances",
                f"must have at most {1 + self.readers} entries, the writer's and those of its "
                f"readers (`readers: {self.readers}`), got {len(self.instances)}",
            )


def cluster_instances(
    choices: AuroraInstancesSettings, cluster: rds.DBCluster, group: Mapping[str, Any]
) -> list[rds.DBInstance]:
    """``DBInstance1``, the writer, and a ``DBInstance…`` for each reader.

    *group* is the property that names a parameter group of theirs, where there is one.
    """
    return [
        rds.DBInstance(
            f"DBInstance{number}",
            **without_none(DependsOn=_earlier(number) if choices.rolling_updates else None),
            # The cluster holds the data, and it is the cluster that leaves a snapshot.
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            DBClusterIdentifier=cluster.ref(),
            Engine=choices.engine,
            DBInstanceClass=own.instance_class or choices.db_instance_class,
            **instance_properties(choices),
            PubliclyAccessible=False,
            **without_none(
                AvailabilityZone=own.availability_zone, PromotionTier=own.promotion_tier
            ),
            **choices.identifiers.of_member(number),
            **group,
        )
        for number, own in enumerate(choices.each_instance, start=1)
    ]


def _earlier(number: int) -> list[str] | None:
    """Title of the instance that is changed before the one of this *number*."""
    return [f"DBInstance{number - 1}"] if number > 1 else None
