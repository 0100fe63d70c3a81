"""The capacity of an Aurora cluster whose instances are serverless."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE
from ..aws.engines import ENGINES
from ..aws.features import version_problem
from ..aws.troposphere_compat import ServerlessV2ScalingConfiguration
from ..errors import Problem
from .database import DatabaseSettings
from .optional_properties import shortest, without_none

SERVERLESS: Final = "db.serverless"


class AuroraCapacitySettings(DatabaseSettings):
    """Settings of Serverless v2, which ``max_capacity`` chooses."""

    min_capacity: float = Field(
        default=0.5,
        ge=0,
        le=256,
        multiple_of=0.5,
        description="Serverless v2: lowest capacity in ACUs, in steps of 0.5. 0 lets the cluster "
        "pause, which it cannot do behind a proxy. Applies only with `max_capacity`. "
        f"See {AURORA_GUIDE}aurora-serverless-v2.setting-capacity.html",
    )
    max_capacity: float | None = Field(
        default=None,
        ge=1,
        le=256,
        multiple_of=0.5,
        description="Serverless v2: highest capacity in ACUs, in steps of 0.5. Left out: "
        "instances are provisioned. See "
        f"{AURORA_GUIDE}aurora-serverless-v2.setting-capacity.html",
    )
    seconds_until_auto_pause: int | None = Field(
        default=None,
        ge=300,
        le=86_400,
        description="Serverless v2: seconds without a connection after which an instance pauses. "
        "Applies only with `min_capacity: 0`. Left out: 300. See "
        f"{AURORA_GUIDE}aurora-serverless-v2-auto-pause.html",
    )

    @property
    def db_instance_class(self) -> str:
        """``DBInstanceClass`` of every instance: ``db.serverless`` with ``max_capacity``."""
        if self.instance_class is None and self.max_capacity:
            return SERVERLESS
        return super().db_instance_class

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.max_capacity is None:
            yield from self._provisioned_problems()
            return
        if self.db_instance_class != SERVERLESS:
            yield Problem(
                "max_capacity",
                f"is for {SERVERLESS}, and instance_class is {self.instance_class!r}, "
                "which is provisioned; give one of the two",
            )
        if self.min_capacity > self.max_capacity:
            yield Problem(
                "min_capacity",
                f"must be at most max_capacity ({self.max_capacity:g}), got {self.min_capacity:g}",
            )
        yield from self._pause_problems()

    def _provisioned_problems(self) -> Iterator[Problem]:
        if SERVERLESS in self.db_instance_classes:
            yield Problem("max_capacity", f"must be given, in ACUs, for {SERVERLESS}")
        for name in ("min_capacity", "seconds_until_auto_pause"):
            if name in self.model_fields_set:
                yield Problem(name, "needs max_capacity; without it the cluster does not scale")

    def _pause_problems(self) -> Iterator[Problem]:
        if self.min_capacity > 0:
            if self.seconds_until_auto_pause is not None:
                yield Problem(
                    "seconds_until_auto_pause",
                    f"needs min_capacity: 0, got {self.min_capacity:g}: the cluster never pauses",
                )
        elif problem := version_problem("auto_pause", ENGINES[self.engine], self.version):
            yield Problem("min_capacity", f"of 0, at which the cluster pauses, {problem}")

    def scaling(self) -> dict[str, Any]:
        """``ServerlessV2ScalingConfiguration``, where the cluster scales."""
        if self.max_capacity is None:
            return {}
        return {
            "ServerlessV2ScalingConfiguration": ServerlessV2ScalingConfiguration(
                MinCapacity=shortest(self.min_capacity),
                MaxCapacity=shortest(self.max_capacity),
                **without_none(SecondsUntilAutoPause=self.seconds_until_auto_pause),
            )
        }
