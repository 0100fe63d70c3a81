"""A record of every login to a database, in CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from pydantic import Field
from troposphere import rds

from ..aws.documentation import RDS_GUIDE
from ..errors import Problem
from ..records import record
from . import database


@record(frozen=True, kw_only=True)
class Audit:
    """The way an engine records logins."""

    option: str | None = None
    """Option of an option group that records logins, or None; ``settings`` configure it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    log_exports: tuple[str, ...] = ()
    """Logs exported to CloudWatch Logs beside those of every instance."""


# Logins only: statements may hold passwords. Amazon RDS User Guide, "MariaDB Audit Plugin support
# for MySQL" (5.7, 8.0.28 and newer, 8.4; read 2026-11-26); for PostgreSQL, postgresql.org, "What
# To Log".
AUDITS: Final[Mapping[str, Audit]] = MappingProxyType({
    "mysql": Audit(
        option="MARIADB_AUDIT_PLUGIN",
        settings=MappingProxyType({"SERVER_AUDIT_EVENTS": "CONNECT"}),
        log_exports=("audit",),
    ),
    "postgres": Audit(
        parameters=MappingProxyType({"log_connections": "1", "log_disconnections": "1"})
    ),
})  # fmt: skip
OFF: Final = Audit()


class AuditSettings(database.DatabaseSettings):
    """Settings of a database whose logins can be recorded."""

    audit_log: bool = Field(
        default=True,
        description="Record every login, refused ones included, in CloudWatch Logs: time, user "
        "and address. Statements are not recorded, because they may hold passwords. "
        f"See {RDS_GUIDE}Appendix.MySQL.Options.AuditPlugin.html",
    )

    @property
    def audit(self) -> Audit:
        """The way the chosen engine records logins; empty when ``audit_log`` is off."""
        return AUDITS[self.engine] if self.audit_log else OFF

    @property
    def writes_audit_log(self) -> bool:
        return self.audit.option is not None

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for name in sorted(set(self.audit.parameters) & set(self.parameters.instance)):
            yield Problem(
                f"parameters.instance.{name}",
                "is set already by audit_log; leave it out, or turn audit_log off",
            )
        if self.audit.parameters and self.parameters.instance_group is not None:
            yield Problem(
                "parameters.instance_group",
                "exists already, and audit_log sets parameters of a group that is created; turn "
                "audit_log off, or let the group be created with parameters.instance",
            )
        if self.audit.option and self.parameters.option_group is not None:
            yield Problem(
                "parameters.option_group",
                "exists already, and audit_log needs a group of its own; turn audit_log off",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if not self.audit_log:
            yield Problem(
                "audit_log",
                "is off: logins, and attempts at them, leave no trace in a database that is "
                "reachable from the internet",
            )


def option_group(choices: AuditSettings) -> rds.OptionGroup | None:
    """``DBOptionGroup``, which has the instance record logins; None if its engine needs none."""
    audit = choices.audit
    if audit.option is None:
        return None
    return rds.OptionGroup(
        "DBOptionGroup",
        # RDS deletes no option group that a snapshot names, and the last snapshot stays:
        # https://github.com/hashicorp/terraform-provider-aws/issues/4597
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        EngineName=choices.engine,
        MajorEngineVersion=".".join(choices.version.split(".")[:2]),
        OptionGroupDescription="Logins are recorded",
        OptionConfigurations=[
            rds.OptionConfiguration(
                OptionName=audit.option,
                OptionSettings=[
                    rds.OptionSetting(Name=name, Value=value)
                    for name, value in audit.settings.items()
                ],
            )
        ],
    )
