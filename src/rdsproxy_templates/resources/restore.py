"""Restores: a database that begins with the data of a snapshot, or of another at some time.

CloudFormation restores, and then sets the master's password, the parameter group and the backups by
a modification (aws-cloudformation-resource-providers-rds, ``CreateHandler.java``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..errors import Problem
from ..model import Settings
from .optional_properties import without_none

LATEST: Final = "latest"

_NAME: Final = r"[A-Za-z](-?[A-Za-z0-9])*"
_ARN: Final = r"arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:"
_SNAPSHOT: Final = re.compile(rf"(rds:)?{_NAME}|{_ARN}(cluster-)?snapshot:(rds:)?{_NAME}")
_CLUSTER_ID, _INSTANCE_ID = re.compile(r"cluster-[A-Z0-9]+"), re.compile(r"db-[A-Z0-9]+")
_BACKUP: Final = re.compile(rf"{_ARN}auto-backup:ab-[a-z0-9]+", re.IGNORECASE)
_CLUSTER: Final = re.compile(rf"{_NAME}|{_ARN}cluster:{_NAME}")
_INSTANCE: Final = re.compile(_NAME)
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class RestoreSettings(Settings):
    """Settings of where the first data come from."""

    snapshot: str | None = Field(
        default=None,
        description="Name or ARN of the snapshot that the database begins with; the ARN for one "
        "that another account shares. Left out: an empty database. See "
        f"{AURORA_GUIDE}aurora-restore-snapshot.html",
    )
    source: str | None = Field(
        default=None,
        description="Database whose data at `time` the new one begins with: its identifier, its "
        "resource ID (`cluster-…`, `db-…`), or the ARN of retained backups of an instance "
        f"(`…:auto-backup:ab-…`). See {RDS_GUIDE}USER_PIT.html",
    )
    time: str | None = Field(
        default=None,
        description="With `source`: `latest`, or a time in UTC that backups reach, such as "
        f"`2026-11-26T08:30:00Z`. See {RDS_GUIDE}USER_PIT.html",
    )
    copy_on_write: bool = Field(
        default=False,
        description="Aurora, with `source` and `time: latest`: make a clone, which shares pages "
        "with its source until one of them changes. See "
        f"{AURORA_GUIDE}Aurora.Managing.Clone.html",
    )

    @property
    def is_chosen(self) -> bool:
        """True where the database does not begin empty."""
        return self.snapshot is not None or self.source is not None

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.snapshot is not None and self.source is not None:
            yield Problem(
                "source", "cannot be given with snapshot: a database begins with one of both"
            )
        if self.snapshot is not None and not _SNAPSHOT.fullmatch(self.snapshot):
            yield Problem(
                "snapshot",
                "must be the name of a snapshot or its ARN, such as "
                "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:before-the-move, got "
                f"{self.snapshot!r}",
            )
        yield from self._time_problems()

    def _time_problems(self) -> Iterator[Problem]:
        if self.source is not None and self.time is None:
            yield Problem("time", "must be given with source: latest, or a time in UTC")
        if self.source is None:
            for name in ("time", "copy_on_write"):
                if getattr(self, name):
                    yield Problem(name, "needs source, the database whose data it is about")
        if self.time not in (None, LATEST) and not _is_time(str(self.time)):
            yield Problem(
                "time",
                f"must be latest, or a time in UTC such as 2026-11-26T08:30:00Z, got {self.time!r}",
            )
        if self.copy_on_write and self.time not in (None, LATEST):
            yield Problem("copy_on_write", "needs `time: latest`: a clone begins with the present")

    def refused_by(self, engine: Engine) -> Iterator[Problem]:
        """Report sources that *engine* is not restored from."""
        if not engine.aurora and ":cluster-snapshot:" in (self.snapshot or ""):
            yield Problem(
                "snapshot", f"must be one of an instance for {engine.name}, got a cluster's"
            )
        if self.copy_on_write and not engine.aurora:
            yield Problem("copy_on_write", f"is for Aurora, and engine is {engine.name!r}")
        known = (_CLUSTER, _CLUSTER_ID) if engine.aurora else (_INSTANCE, _INSTANCE_ID, _BACKUP)
        if self.source is not None and not any(one.fullmatch(self.source) for one in known):
            kind = "a cluster" if engine.aurora else "an instance"
            yield Problem(
                "source",
                f"must be the identifier or the resource ID of {kind} for {engine.name}, got "
                f"{self.source!r}",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.is_chosen:
            yield Problem(
                "source" if self.snapshot is None else "snapshot",
                "stays in the settings for good: changed or removed, it means another database, "
                "and this one is deleted. RDSMasterUsername and RDSDatabaseName must be those of "
                "the source, whose encryption it inherits, too "
                f"(see {CLOUDFORMATION_GUIDE}aws-resource-rds-dbcluster.html)",
            )

    @property
    def of_cluster(self) -> dict[str, Any]:
        """Properties of a cluster that say where its data come from."""
        given = self.source or ""
        by_id = _CLUSTER_ID.fullmatch(given) is not None
        return without_none(
            SnapshotIdentifier=self.snapshot,
            SourceDBClusterIdentifier=None if by_id else self.source,
            SourceDbClusterResourceId=self.source if by_id else None,
            RestoreType="copy-on-write" if self.copy_on_write else None,
            RestoreToTime=None if self.time == LATEST else self.time,
            UseLatestRestorableTime=True if self.time == LATEST else None,
        )

    @property
    def of_instance(self) -> dict[str, Any]:
        """Properties of an instance that say where its data come from."""
        given = self.source or ""
        by_id = _INSTANCE_ID.fullmatch(given) is not None
        kept = _BACKUP.fullmatch(given) is not None
        return without_none(
            DBSnapshotIdentifier=self.snapshot,
            SourceDBInstanceIdentifier=None if by_id or kept else self.source,
            SourceDbiResourceId=self.source if by_id else None,
            SourceDBInstanceAutomatedBackupsArn=self.source if kept else None,
            RestoreTime=None if self.time == LATEST else self.time,
            UseLatestRestorableTime=True if self.time == LATEST else None,
        )


def _is_time(text: str) -> bool:
    try:
        datetime.strptime(text, _TIME)  # noqa: DTZ007 - it ends with Z, which is UTC
    except ValueError:
        return False
    return True
