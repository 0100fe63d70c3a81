"""A database as proxies, functions and people see it, be it a cluster or an instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, secretsmanager

from ..aws.database_users import User
from ..aws.engines import ENGINES, Engine, EngineName
from ..aws.kinds import Hostname, SecretArn
from ..errors import Problem
from ..model import Settings, sub


@dataclass(frozen=True, kw_only=True)
class Database:
    """What was created, and how others name it."""

    resources: Sequence[AWSObject]
    itself: AWSObject
    engine: Engine
    host: Hostname
    """Where the writer answers."""
    resource_id: AWSHelperFn
    """The ID by which ``rds-db:connect`` names it."""
    targets: Mapping[str, Any]
    """The property of a proxy's target group that names it."""
    instances: Sequence[AWSObject]
    """What has to be there, beside what ``targets`` names, before a proxy can reach it."""


class DatabaseSettings(Settings):
    """What a cluster and an instance have in common."""

    engine: EngineName = Field(default="aurora-mysql", description="Engine of the database.")
    engine_version: str | None = Field(
        default=None,
        description="Version in which the database is created. Left out: the engine's default, "
        "a long-term one where there is one.",
    )
    instance_class: str | None = Field(
        default=None,
        description="Class of a provisioned instance. Left out: the engine's default, or "
        "`db.serverless` where `max_capacity` is given.",
    )
    backup_retention_period: int = Field(default=7, ge=1, le=35, description="Days of backups.")
    deletion_protection: bool = Field(
        default=True, description="Refuse to delete the database, until an update turns this off."
    )
    extended_support: bool = Field(
        default=False,
        description="Enroll the database in RDS Extended Support, at its creation: RDS creates it "
        "on a major version past its standard support, and leaves it there, which AWS charges for. "
        "Off: RDS refuses to create it on such a version, and upgrades it when the standard "
        "support of its version ends.",
    )
    slow_query_seconds: int = Field(
        default=1,
        ge=1,
        le=3600,
        description="Seconds from which a statement is logged, in the log that CloudWatch gets; "
        "with the values that stand in it.",
    )
    rotate_secrets_after_days: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Days after which Secrets Manager replaces every password. Left out: never.",
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
    def tls_only(self) -> bool:
        """Whether the database refuses connections without TLS."""
        return True

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self._version_problems()
        for sentence in ENGINES[self.engine].class_problems(self.db_instance_class, ()):
            yield Problem("instance_class", sentence)

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
                "database in it, and upgrades those that there are at a time of its own; choose "
                f"another: {engine.current_versions}",
            )
        lifecycle = engine.lifecycle(self.version)
        if lifecycle and (doubt := lifecycle.doubt(enrolled=self.extended_support)):
            yield Problem("engine_version", f"is {self.version!r}, which {doubt}")


def engine_properties(choices: DatabaseSettings) -> dict[str, Any]:
    """The properties that say what runs."""
    return {
        "Engine": choices.engine,
        "EngineVersion": choices.version,
        "EngineLifecycleSupport": choices.lifecycle,
    }


def master_login(master: SecretArn) -> dict[str, Any]:
    """The properties that name the master user, as in the secret *master*."""
    return {
        "MasterUsername": from_secret(master, "username"),
        "MasterUserPassword": from_secret(master, "password"),
    }


def durability(choices: DatabaseSettings) -> dict[str, Any]:
    """The properties and policies by which no data is read by others, or lost."""
    return {
        "DeletionPolicy": "Snapshot",
        "UpdateReplacePolicy": "Snapshot",
        "StorageEncrypted": True,
        "BackupRetentionPeriod": choices.backup_retention_period,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": choices.deletion_protection,
    }


def from_secret(secret: SecretArn, key: str) -> AWSHelperFn:
    """A dynamic reference: CloudFormation reads the secret, the template never holds it."""
    return sub("{{resolve:secretsmanager:${secret}:SecretString:" + key + "}}", secret=secret)


def attachments(
    database: Database, master: SecretArn, others: Iterable[tuple[User, SecretArn]] = ()
) -> list[secretsmanager.SecretTargetAttachment]:
    """Have each secret say which database it is for, as rotation and people want it."""
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
