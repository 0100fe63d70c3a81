"""The common view of a cluster or an instance: its settings, references and attachments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, secretsmanager

from ..aws.database_users import User
from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ..aws.engines import ENGINES, Engine, EngineName
from ..aws.kinds import Hostname, SecretArn
from ..errors import Problem
from ..model import Settings, sub
from ..records import record
from .database_logs import LogSettings
from .monitoring import MonitoringSettings
from .optional_properties import without_none


@record(frozen=True, kw_only=True)
class Database:
    """The resources of a database, and the references by which others name it."""

    resources: Sequence[AWSObject]
    itself: AWSObject
    engine: Engine
    host: Hostname
    """Host of the writer."""
    resource_id: AWSHelperFn
    """ID by which ``rds-db:connect`` names the database."""
    targets: Mapping[str, Any]
    """Property of a proxy's target group that names the database."""
    instances: Sequence[AWSObject]
    """Instances that must exist before a proxy can reach what ``targets`` names."""


class DatabaseSettings(Settings):
    """Settings that a cluster and an instance have in common."""

    engine: EngineName = Field(
        default="aurora-mysql",
        description="Engine of the database, under CloudFormation's name for it.",
    )
    engine_version: str | None = Field(
        default=None,
        description="Engine version to create the database in. Left out: the engine's default, a "
        "long-term support version where it has one.",
    )
    instance_class: str | None = Field(
        default=None,
        description="Class of the provisioned instances. Left out: the engine's default, or "
        "`db.serverless` with `max_capacity`. See "
        f"{RDS_GUIDE}Concepts.DBInstanceClass.html",
    )
    backup_retention_period: int = Field(
        default=7,
        ge=1,
        le=35,
        description="Days that automated backups are kept. See "
        f"{RDS_GUIDE}USER_WorkingWithAutomatedBackups.html",
    )
    deletion_protection: bool = Field(
        default=True,
        description="Refuse to delete the database until an update turns this off. See "
        f"{RDS_GUIDE}USER_DeleteInstance.html",
    )
    extended_support: bool = Field(
        default=False,
        description="Enroll the database in RDS Extended Support when it is created: RDS accepts "
        "a major version past its standard support, keeps the database on it, and "
        "charges for that. Off: RDS refuses such a version, and upgrades the "
        "database when standard support for its version ends. See "
        f"{AURORA_GUIDE}extended-support.html",
    )
    slow_query_seconds: int = Field(
        default=1,
        ge=1,
        le=3600,
        description="Seconds from which a statement counts as slow. Slow statements go to the "
        "log that CloudWatch Logs receives, with the values in them.",
    )
    rotate_secrets_after_days: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Days between rotations of every password by Secrets Manager. Left out: "
        f"passwords are not rotated. See {SECRETS_MANAGER_GUIDE}rotating-secrets.html",
    )
    ca_certificate: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] | None = (
        Field(
            default=None,
            description="Certificate authority of every instance's certificate; the functions that "
            "connect to the database verify all three. Left out: the account's default, which is "
            f"rds-ca-rsa2048-g1 unless changed. See {RDS_GUIDE}UsingWithRDS.SSL.html",
        )
    )
    monitoring: MonitoringSettings | None = Field(
        default=None,
        description="Database Insights, Performance Insights and Enhanced Monitoring; left out, "
        "RDS's defaults.",
    )
    logs: LogSettings | None = Field(
        default=None,
        description="Logs that CloudWatch Logs receives; left out, errors and slow statements.",
    )

    @property
    def version(self) -> str:
        """``EngineVersion``."""
        return self.engine_version or ENGINES[self.engine].default_version

    @property
    def db_instance_class(self) -> str:
        """``DBInstanceClass`` of every instance."""
        return self.instance_class or ENGINES[self.engine].default_class

    @property
    def db_instance_classes(self) -> Sequence[str]:
        """``DBInstanceClass`` of each instance."""
        return [self.db_instance_class]

    @property
    def writes_audit_log(self) -> bool:
        """True where the log ``audit`` holds anything once it is exported."""
        return ENGINES[self.engine].aurora

    @property
    def named_classes(self) -> Mapping[str, str]:
        """Instance classes that the settings choose, by the place of each."""
        return {"instance_class": self.db_instance_class}

    @property
    def named_zones(self) -> Mapping[str, str]:
        """Availability Zones that the settings name, by the place of each."""
        return {}

    @property
    def tls_only(self) -> bool:
        """True when the database refuses connections without TLS."""
        return True

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self._version_problems()
        engine = ENGINES[self.engine]
        for place, instance_class in self.named_classes.items():
            for sentence in engine.class_problems(instance_class, ()):
                yield Problem(place, sentence)
        if self.logs is not None:
            for problem in self.logs.refused_by(engine, audited=self.writes_audit_log):
                yield problem.within("logs")
        if self.monitoring is not None:
            for problem in self.monitoring.refused_by(engine, self.db_instance_classes):
                yield problem.within("monitoring")

    def _version_problems(self) -> Iterator[Problem]:
        engine = ENGINES[self.engine]
        if sentence := engine.version_problem(self.version):
            yield Problem("engine_version", sentence)
            return
        lifecycle = engine.lifecycle(self.version)
        if lifecycle and (refusal := lifecycle.refusal(enrolled=self.extended_support)):
            remedy = "" if self.extended_support else "set `extended_support: true`, or "
            yield Problem(
                "engine_version",
                f"{self.version!r} {refusal}; {remedy}choose another: {engine.current_versions}",
            )

    @property
    def lifecycle(self) -> str:
        """``EngineLifecycleSupport``."""
        enrolled = "" if self.extended_support else "-disabled"
        return f"open-source-rds-extended-support{enrolled}"

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if not self.deletion_protection:
            yield Problem(
                "deletion_protection",
                "is off: deleting the stack deletes the database and leaves a snapshot",
            )
        engine = ENGINES[self.engine]
        if not engine.behind_proxy(self.version):
            yield Problem(
                "engine_version",
                f"is {self.version!r}, for which AWS does not document RDS Proxy",
            )
        if engine.is_deprecated(self.version):
            yield Problem(
                "engine_version",
                f"is {self.version!r}, which is deprecated for {engine.name}: RDS creates no new "
                "database in it, and upgrades existing ones at a time of its choosing; choose "
                f"another: {engine.current_versions}",
            )
        lifecycle = engine.lifecycle(self.version)
        if lifecycle and (doubt := lifecycle.doubt(enrolled=self.extended_support)):
            yield Problem("engine_version", f"is {self.version!r}, which {doubt}")


def engine_properties(choices: DatabaseSettings) -> dict[str, Any]:
    """Engine, version and lifecycle support, as properties of the cluster or instance."""
    return {
        "Engine": choices.engine,
        "EngineVersion": choices.version,
        "EngineLifecycleSupport": choices.lifecycle,
    }


def instance_properties(choices: DatabaseSettings) -> dict[str, Any]:
    """Properties of every instance, in a cluster or without one."""
    return {
        # The version changes only when it changes here.
        "AutoMinorVersionUpgrade": False,
        **without_none(CACertificateIdentifier=choices.ca_certificate),
    }


def master_login(master: SecretArn) -> dict[str, Any]:
    """Name and password of the master user, as dynamic references to the secret *master*."""
    return {
        "MasterUsername": from_secret(master, "username"),
        "MasterUserPassword": from_secret(master, "password"),
    }


def durability(choices: DatabaseSettings) -> dict[str, Any]:
    """Encryption, backups, snapshots and deletion protection, as attributes and properties."""
    return {
        "DeletionPolicy": "Snapshot",
        "UpdateReplacePolicy": "Snapshot",
        "StorageEncrypted": True,
        "BackupRetentionPeriod": choices.backup_retention_period,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": choices.deletion_protection,
    }


def from_secret(secret: SecretArn, key: str) -> AWSHelperFn:
    """A dynamic reference to *key* of *secret*, which CloudFormation resolves at deployment."""
    return sub("{{resolve:secretsmanager:${secret}:SecretString:" + key + "}}", secret=secret)


def attachments(
    database: Database, master: SecretArn, others: Iterable[tuple[User, SecretArn]] = ()
) -> list[secretsmanager.SecretTargetAttachment]:
    """Write host, port and engine into each secret, as rotation expects them."""
    return [
        _attachment(f"{database.itself.title}Attachment", database, master),
        *(_attachment(f"{user.title}SecretAttachment", database, own) for user, own in others),
    ]


def _attachment(
    title: str, database: Database, secret: SecretArn
) -> secretsmanager.SecretTargetAttachment:
    return secretsmanager.SecretTargetAttachment(
        title,
        SecretId=secret,
        TargetId=database.itself.ref(),
        TargetType=database.itself.resource_type,
    )
