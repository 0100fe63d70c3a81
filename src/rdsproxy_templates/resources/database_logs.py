"""The logs of a database that CloudWatch Logs receives, and the parameters that write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..errors import Problem
from ..model import ListOf, Settings

Log = Literal[
    "audit", "error", "general", "iam-db-auth-error", "instance", "postgresql", "slowquery",
    "upgrade",
]  # fmt: skip

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

# CreateDBCluster and CreateDBInstance, EnableCloudwatchLogsExports; parameters: "Using advanced
# auditing with an Amazon Aurora MySQL DB cluster", "RDS for MySQL slow query and general logs".
# Slow statements are always written; errors, upgrades and refused IAM logins need no parameter.
_GENERAL: Final = MappingProxyType({"general_log": "1", "log_output": "FILE"})
_AUDIT: Final = MappingProxyType({"server_audit_logging": "1", "server_audit_events": "{events}"})
EXPORTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = MappingProxyType({
    "aurora-mysql": {
        "audit": _AUDIT, "error": NOTHING, "general": _GENERAL, "iam-db-auth-error": NOTHING,
        "instance": NOTHING, "slowquery": NOTHING,
    },
    "aurora-postgresql": {
        "iam-db-auth-error": NOTHING, "instance": NOTHING, "postgresql": NOTHING,
    },
    "mysql": {
        "audit": NOTHING, "error": NOTHING, "general": _GENERAL, "iam-db-auth-error": NOTHING,
        "slowquery": NOTHING,
    },
    "postgres": {"iam-db-auth-error": NOTHING, "postgresql": NOTHING, "upgrade": NOTHING},
})  # fmt: skip
"""Logs that each engine exports, with the parameters that it writes them with."""


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

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for name in ("exports", "audit_events"):
            given = getattr(self, name) or ()
            if twice := sorted({one for one in given if given.count(one) > 1}):
                yield Problem(name, f"must name each once, got {', '.join(twice)} twice")
        if "audit_events" in self.model_fields_set and "audit" not in (self.exports or ()):
            yield Problem("audit_events", "is of the log audit, which exports must name")

    def refused_by(self, engine: Engine, *, audited: bool) -> Iterator[Problem]:
        """Report logs that *engine* does not have, or leaves empty where it is not *audited*."""
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


def log_parameters(choices: LogSettings | None, engine: Engine) -> dict[str, str]:
    """Parameters that write the exported logs, beside the one of slow statements."""
    events = ",".join(choices.audit_events) if choices else ""
    return {
        name: value.format(events=events)
        for log in exported_logs(choices, engine)
        for name, value in EXPORTS[engine.name][log].items()
    }
