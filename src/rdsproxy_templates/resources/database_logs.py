"""The logs of a database that CloudWatch Logs receives, and the parameters that write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field
from troposphere import logs

from ..aws.documentation import AURORA_GUIDE, CLOUDWATCH_LOGS_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..aws.log_exports import EXPORTS, NOTHING
from ..errors import Problem
from ..model import ListOf, Settings
from .named_logs import NamedLogSettings, named_log_group

Log = Literal[
    "audit", "error", "general", "iam-db-auth-error", "instance", "postgresql", "slowquery",
    "upgrade",
]  # fmt: skip


class LogSettings(Settings):
    """Settings of the logs that a database exports to CloudWatch Logs."""

    exports: ListOf[Log] | None = Field(
        default=None,
        description="Logs to export. Aurora MySQL has `audit`, `error`, `general`, `instance`, "
        "`slowquery` and `iam-db-auth-error`; MySQL the same without `instance`; Aurora PostgreSQL "
        "`postgresql`, `instance` and `iam-db-auth-error`; PostgreSQL `postgresql`, `upgrade` and "
        "`iam-db-auth-error`. The parameter group turns on what is exported. Left out: errors and "
        "slow statements, which PostgreSQL has in one log. See "
        f"{RDS_GUIDE}USER_LogAccess.Procedural.UploadtoCloudWatch.html",
    )
    audit_events: ListOf[
        Literal["CONNECT", "QUERY", "QUERY_DCL", "QUERY_DDL", "QUERY_DML", "TABLE"]
    ] = Field(
        default=("CONNECT",),
        min_length=1,
        description="Aurora MySQL: events in the log `audit`. Those but CONNECT and TABLE hold "
        f"statements, with the values in them. See {AURORA_GUIDE}AuroraMySQL.Auditing.html",
    )

    groups: NamedLogSettings | None = Field(
        default=None,
        description="The log group of each exported log, which the stack creates before the "
        "database, under its name: `identifiers.database`, at creation only. Left out: RDS creates "
        f"the groups itself, and they never expire. See {CLOUDWATCH_LOGS_GUIDE}"
        "Working-with-log-groups-and-streams.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for name in ("exports", "audit_events"):
            given = getattr(self, name) or ()
            if twice := sorted({one for one in given if given.count(one) > 1}):
                yield Problem(name, f"must name each once, got {', '.join(twice)} twice")
        if "audit_events" in self.model_fields_set and "audit" not in (self.exports or ()):
            yield Problem("audit_events", "is of the log audit, which exports must name")

    def refused_by(
        self, engine: Engine, *, audited: bool, identifier: str | None
    ) -> Iterator[Problem]:
        """Report logs that *engine* does not have, or leaves empty where it is not *audited*.

        Without an *identifier* the names of the log groups are not known beforehand.
        """
        if self.groups is not None and identifier is None:
            yield Problem(
                "groups",
                "needs identifiers.database: RDS creates a log's group itself, unless there is "
                "one under the database's name; choose both when the database is created, because "
                "another identifier means another, empty database",
            )
        known = EXPORTS[engine.name]
        if strange := [log for log in self.exports or () if log not in known]:
            yield Problem(
                "exports",
                f"must be logs of {engine.name}, which are {', '.join(known)}, got "
                f"{', '.join(strange)}",
            )
        if "audit" in (self.exports or ()) and "audit" in known and not audited:
            yield Problem(
                "exports",
                "names audit, and RDS for MySQL writes that log only with the option "
                "MARIADB_AUDIT_PLUGIN of an option group; leave it out",
            )
        if "audit_events" in self.model_fields_set and engine.name != "aurora-mysql":
            yield Problem("audit_events", f"is for aurora-mysql, and engine is {engine.name!r}")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if "general" in (self.exports or ()):
            yield Problem(
                "exports",
                "names general: CloudWatch Logs receives every statement, with the values in it, "
                "and charges for the data",
            )
        if "audit" in (self.exports or ()) and set(self.audit_events) - {"CONNECT", "TABLE"}:
            yield Problem(
                "audit_events", "records statements: CloudWatch Logs receives the values in them"
            )


def exported_logs(choices: LogSettings | None, engine: Engine) -> tuple[str, ...]:
    """``EnableCloudwatchLogsExports``."""
    if choices is None or choices.exports is None:
        return engine.log_exports
    return choices.exports


def log_groups(
    choices: LogSettings | None, exports: Sequence[str], kind: str, identifier: str | None
) -> list[logs.LogGroup]:
    """The log group of each of *exports*, where the stack creates them; RDS writes to them.

    *kind* is ``cluster`` or ``instance``.
    """
    if choices is None or choices.groups is None:
        return []
    # RDS writes nowhere else: aws-cloudformation/cloudformation-coverage-roadmap#190.
    return [
        named_log_group(
            f"{log.title().replace('-', '')}LogGroup",
            choices.groups,
            f"/aws/rds/{kind}/{identifier}/{log}",
        )
        for log in exports
    ]


def log_parameters(choices: LogSettings | None, engine: Engine) -> dict[str, str]:
    """Parameters that write the exported logs, beside the one of slow statements."""
    events = ",".join(choices.audit_events) if choices else ""
    return {
        name: value.format(events=events)
        for log in exported_logs(choices, engine)
        for name, value in EXPORTS[engine.name].get(log, NOTHING).items()
    }
