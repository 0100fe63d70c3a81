"""Backups of a database, and what deleting its stack leaves of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..errors import Problem
from ..model import Settings
from .optional_properties import without_none
from .time_windows import daily_problem, overlap

Policy = Literal["snapshot", "retain", "delete"]

_POLICIES: Final[dict[Policy, tuple[str, str]]] = {
    "snapshot": ("Snapshot", "Snapshot"),
    "retain": ("Retain", "Retain"),
    # A replacement is no decision to lose the data.
    "delete": ("Delete", "Snapshot"),
}
"""``DeletionPolicy`` and ``UpdateReplacePolicy``."""


class BackupSettings(Settings):
    """Settings of backups, beside ``backup_retention_period``."""

    window: str | None = Field(
        default=None,
        description="Time of day, in UTC, at which the daily backup is taken: `hh:mm-hh:mm`, 30 "
        "minutes or more, apart from `maintenance.window`. Left out: RDS chooses it. See "
        f"{RDS_GUIDE}USER_WorkingWithAutomatedBackups.html",
    )
    copy_tags: bool = Field(
        default=True,
        description=f"Copy the database's tags to its snapshots. See {RDS_GUIDE}USER_Tagging.html",
    )
    keep_automated: bool = Field(
        default=False,
        description="Keep the automated backups of a deleted database until they expire; each "
        f"day of them costs. See {RDS_GUIDE}USER_WorkingWithAutomatedBackups.Retaining.html",
    )
    at_deletion: Policy = Field(
        default="snapshot",
        description="What deleting the stack leaves: a last `snapshot`; the database itself "
        "(`retain`), which goes on costing, and keeps the stack from deleting the "
        "subnets and security groups that it uses; or nothing (`delete`). See "
        f"{CLOUDFORMATION_GUIDE}aws-attribute-deletionpolicy.html",
    )
    backtrack_hours: int | None = Field(
        default=None,
        ge=1,
        le=72,
        description="Aurora MySQL: hours by which the cluster can be rewound in place, 1 to 72; "
        "each change in them costs. A cluster created without it gains it only by a "
        f"restore. Left out: none. See {AURORA_GUIDE}AuroraMySQL.Managing.Backtrack.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.window is not None and (sentence := daily_problem(self.window)):
            yield Problem("window", sentence)

    def refused_by(self, engine: Engine, maintenance: str | None) -> Iterator[Problem]:
        """Report what *engine* does not take, and a window that meets that of *maintenance*."""
        if self.window and maintenance and overlap(self.window, maintenance):
            yield Problem(
                "window",
                f"must not overlap maintenance.window ({maintenance}), got {self.window!r}",
            )
        if self.backtrack_hours is not None and engine.name != "aurora-mysql":
            yield Problem(
                "backtrack_hours",
                f"is for aurora-mysql, and engine is {engine.name!r}; leave it out, and restore "
                "to a point in time instead",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.at_deletion == "delete":
            yield Problem(
                "at_deletion",
                "is delete: with the stack goes all data, and no snapshot is left of it",
            )

    @property
    def policies(self) -> dict[str, str]:
        """Attributes of the resource that holds the data."""
        deletion, replacement = _POLICIES[self.at_deletion]
        return {"DeletionPolicy": deletion, "UpdateReplacePolicy": replacement}

    @property
    def properties(self) -> dict[str, Any]:
        """Properties that a cluster and an instance have in common."""
        return {
            "CopyTagsToSnapshot": self.copy_tags,
            **without_none(
                PreferredBackupWindow=self.window,
                DeleteAutomatedBackups=False if self.keep_automated else None,
            ),
        }

    @property
    def backtrack(self) -> dict[str, Any]:
        """``BacktrackWindow`` of a cluster, in seconds."""
        hours = self.backtrack_hours
        return without_none(BacktrackWindow=None if hours is None else hours * 3600)
