"""The common view of a cluster or an instance: its settings, references and attachments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from ..aws.arns import KMS_KEY
from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ..aws.engines import ENGINES
from ..aws.identifiers import identifier_problems
from ..aws.kinds import KeyArn
from ..errors import Problem
from ..model import ListOf
from ..model.accepted_rules import accepted, all_accepted
from .backup import BackupSettings
from .database_groups import group_problems
from .database_logs import LogSettings, exported_logs, log_parameters
from .database_surroundings import (
    DatabaseNetworkSettings,
    DatabaseRole,
    DirectorySettings,
    IdentifierSettings,
)
from .engine_choice import EngineSettings
from .maintenance import MaintenanceSettings
from .master_user import MasterSettings
from .monitoring import MonitoringSettings
from .own_parameters import ParameterSettings
from .restore import RestoreSettings
from .rotation_rules import RotationSettings
from .storage import StorageSettings

_LEFT: Final = {
    "snapshot": "deletes the database and leaves a snapshot",
    "retain": "leaves the database, which anyone with the right may delete",
    "delete": "deletes the database and leaves nothing",
}
"""What deleting a stack does, by ``backup.at_deletion``."""
_LOST: Final = accepted("database/deletion", "a setting asks for it")


class DatabaseSettings(EngineSettings):
    """Settings that a cluster and an instance have in common."""

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
        description="Days between rotations of every password in a secret of the stack by Secrets "
        "Manager. Left out: passwords are not rotated. See "
        f"{SECRETS_MANAGER_GUIDE}rotating-secrets.html",
    )
    rotation: RotationSettings | None = Field(
        default=None,
        description="When passwords are replaced; left out, the first time after "
        "`rotate_secrets_after_days`.",
    )
    secrets_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the secrets of the stack, the master user's "
        "and those of `users`; proxies and functions that read one may decrypt with it. Left out: "
        "the account's key `aws/secretsmanager`. See "
        f"{SECRETS_MANAGER_GUIDE}security-encryption.html",
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
    backup: BackupSettings = Field(
        default_factory=BackupSettings, description="Backups, and what deletion leaves."
    )
    maintenance: MaintenanceSettings = Field(
        default_factory=MaintenanceSettings, description="When RDS patches, and what it upgrades."
    )
    storage: StorageSettings = Field(
        default_factory=StorageSettings, description="Kind, speed and key of the storage."
    )
    parameters: ParameterSettings = Field(
        default_factory=ParameterSettings, description="Server parameters of one's own."
    )
    identifiers: IdentifierSettings = Field(
        default_factory=IdentifierSettings, description="What the database is called in AWS."
    )
    network: DatabaseNetworkSettings = Field(
        default_factory=DatabaseNetworkSettings, description="Addresses of the database."
    )
    directory: DirectorySettings = Field(
        default_factory=DirectorySettings, description="Kerberos, by an Active Directory."
    )
    master: MasterSettings = Field(
        default_factory=MasterSettings, description="Password of the master user."
    )
    restore: RestoreSettings = Field(
        default_factory=RestoreSettings, description="Data that the database begins with."
    )
    roles: ListOf[DatabaseRole] = Field(
        default=(),
        max_length=15,
        description="IAM roles that the database assumes, such as to load files from S3; one for "
        f"each feature. See {AURORA_GUIDE}Concepts.Aurora_Fea_Regions_DB-eng.Feature.html",
    )

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
    def metadata(self) -> dict[str, Any] | None:
        """``Metadata`` of what holds the data: the rules that the settings ask to break."""
        is_lost = self.backup.at_deletion == "delete" and not self.deletion_protection
        return all_accepted(self.identifiers.metadata, _LOST if is_lost else None)

    @property
    def port(self) -> int:
        """TCP port that the database listens on."""
        return self.network.port or ENGINES[self.engine].port

    @property
    def tls_only(self) -> bool:
        """True when the database refuses connections without TLS."""
        return True

    @property
    def users_with_secrets(self) -> Sequence[str]:
        """Names of the declared users that have a password in a secret."""
        return ()

    @property
    def secrets_key(self) -> KeyArn | None:
        """Key of the secrets of the stack, where it is not AWS's."""
        return KeyArn(self.secrets_key_arn) if self.secrets_key_arn else None

    @property
    def needs_master_name(self) -> bool:
        """True where the database's stack takes the master's name from a parameter."""
        return not (self.master.has_stack_secret or self.restore.is_chosen)

    def computed_defaults(self) -> Mapping[str, Any]:
        engine = ENGINES[self.engine]
        return {
            **super().computed_defaults(),
            "instance_class": self.db_instance_class,
            "logs.exports": list(exported_logs(self.logs, engine)),
            "network.port": engine.port,
        }

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.engine]
        for place, instance_class in self.named_classes.items():
            for sentence in engine.class_problems(instance_class, ()):
                yield Problem(place, sentence)
        yield from identifier_problems(KMS_KEY, "secrets_key_arn", self.secrets_key_arn)
        yield from group_problems(self)

    @property
    def rotates(self) -> bool:
        """True where Secrets Manager replaces passwords."""
        scheduled = self.rotation is not None and self.rotation.schedule is not None
        return scheduled or self.rotate_secrets_after_days is not None

    @property
    def storage_size(self) -> int:
        """GiB of storage that an instance of RDS is created with."""
        return 0

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if not self.deletion_protection:
            yield Problem(
                "deletion_protection",
                f"is off: deleting the stack {_LEFT[self.backup.at_deletion]}",
            )
        engine = ENGINES[self.engine]
        family = engine.parameter_family(self.version)
        for warning in self.parameters.warnings_for(engine, family):
            yield warning.within("parameters")
        named = self.parameters.cluster_group if engine.aurora else self.parameters.instance_group
        if named and (needed := log_parameters(self.logs, engine)):
            yield Problem(
                "logs.exports", f"needs {', '.join(needed)} in {named}, which is not ours"
            )
