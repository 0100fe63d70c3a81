"""Maintenance of a database: when RDS does it, and what it may change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..errors import Problem
from ..model import Settings
from .optional_properties import without_none
from .time_windows import weekly_problem


class MaintenanceSettings(Settings):
    """Settings of maintenance."""

    window: str | None = Field(
        default=None,
        description="Time of the week, in UTC, at which RDS may patch and restart the database: "
        "`ddd:hh:mm-ddd:hh:mm`, from 30 minutes to less than a day, such as "
        "`sun:04:00-sun:04:30`. Left out: RDS chooses it. See "
        f"{RDS_GUIDE}USER_UpgradeDBInstance.Maintenance.html",
    )
    auto_minor_version_upgrade: bool = Field(
        default=False,
        description="Let RDS raise the minor version in the window. `engine_version` then lags "
        "behind the database until you raise it, too. Off: the version changes only "
        f"when `engine_version` does. See {AURORA_GUIDE}USER_UpgradeDBInstance.Upgrading.html",
    )
    apply_immediately: bool = Field(
        default=True,
        description="RDS: apply changes while CloudFormation waits, restarts included. Off: RDS "
        "applies in the window what needs a restart, after CloudFormation has called "
        "the update complete. Aurora's changes are always immediate. See "
        f"{RDS_GUIDE}USER_ModifyInstance.ApplyImmediately.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.window is not None and (sentence := weekly_problem(self.window)):
            yield Problem("window", sentence)

    def refused_by(self, engine: Engine) -> Iterator[Problem]:
        """Report settings that *engine* does not take."""
        if not self.apply_immediately and engine.aurora:
            yield Problem(
                "apply_immediately",
                f"must be left out for {engine.name}: CloudFormation has it for instances of RDS",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.auto_minor_version_upgrade:
            yield Problem(
                "auto_minor_version_upgrade",
                "is on: the database moves ahead of `engine_version`, drift detection shows it, "
                "and RDS refuses to go back to a version that you name later and that is older; "
                "raise `engine_version` after each upgrade",
            )
        if not self.apply_immediately:
            yield Problem(
                "apply_immediately",
                "is off: an update of the stack is complete before the database has changed, and "
                "the restart comes in the window",
            )

    @property
    def window_property(self) -> dict[str, Any]:
        """``PreferredMaintenanceWindow`` of clusters and instances."""
        return without_none(PreferredMaintenanceWindow=self.window)

    @property
    def of_instance(self) -> dict[str, Any]:
        """Properties of every instance."""
        return {"AutoMinorVersionUpgrade": self.auto_minor_version_upgrade, **self.window_property}

    @property
    def of_lone_instance(self) -> dict[str, Any]:
        """Further properties of an instance that is not part of a cluster."""
        return without_none(ApplyImmediately=None if self.apply_immediately else False)
