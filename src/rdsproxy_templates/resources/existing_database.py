"""A cluster or an instance that exists already: what Config tells of it, and how others name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from ..aws.arns import KMS_KEY
from ..aws.documentation import RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ..aws.engines import ENGINES, EngineName
from ..aws.identifiers import SECRET, identifier_problems
from ..aws.kinds import DatabaseArn, DatabaseIdentifier, DatabaseResourceId, Hostname, KeyArn
from ..errors import Problem
from ..model import ParameterAttributes, Settings, sub
from .database_record import Database
from .database_surroundings import DatabaseNetworkSettings
from .master_user import MasterSettings


class ExistingDatabaseSettings(Settings):
    """Settings that tell which database exists; the stack never changes or deletes it."""

    engine: EngineName = Field(
        default="aurora-mysql",
        description="Engine of the database, as `aws rds describe-db-clusters` or "
        "`describe-db-instances` prints it.",
    )
    engine_version: str | None = Field(
        default=None,
        description="Version of the database's engine, or its beginning, such as 17. Left out: "
        "compared with the versions that RDS Proxy supports only by `deploy`.",
    )
    kind: Literal["cluster", "instance"] | None = Field(
        default=None,
        description="What the identifier names. Left out: a cluster for engines of Aurora, else "
        "an instance; `cluster` with mysql or postgres is a Multi-AZ DB cluster. See "
        f"{RDS_GUIDE}multi-az-db-clusters-concepts.html",
    )
    network: DatabaseNetworkSettings = Field(
        default_factory=DatabaseNetworkSettings,
        description="Addresses and port of the database, as they are.",
    )
    has_readers: bool = Field(
        default=False,
        description="The cluster has readers: the proxy gets a host for them. See "
        f"{RDS_GUIDE}rds-proxy-endpoints.html",
    )
    master_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the master user's secret; the functions "
        "that read the secret may decrypt with it. Left out: the account's key "
        "`aws/secretsmanager`.",
    )

    secrets_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the secrets of `users`; proxy and functions "
        "that read one may decrypt with it. Left out: the account's key `aws/secretsmanager`. See "
        f"{SECRETS_MANAGER_GUIDE}security-encryption.html",
    )

    @property
    def is_cluster(self) -> bool:
        """True where the identifier names a cluster."""
        return (self.kind or self._usual_kind) == "cluster"

    @property
    def port(self) -> int:
        """TCP port that the database listens on."""
        return self.network.port or ENGINES[self.engine].port

    @property
    def readers(self) -> int:
        """Number of readers, as far as it is told."""
        return int(self.has_readers)

    @property
    def master(self) -> MasterSettings:
        """The master user, whose password somebody else keeps."""
        return MasterSettings(password="managed", kms_key_arn=self.master_key_arn)  # noqa: S106

    @property
    def secrets_key(self) -> KeyArn | None:
        """Key of the secrets of the stack, where it is not AWS's."""
        return KeyArn(self.secrets_key_arn) if self.secrets_key_arn else None

    @property
    def rotates(self) -> bool:
        """False: rotation is up to whoever keeps the database."""
        return False

    @property
    def _usual_kind(self) -> Literal["cluster", "instance"]:
        return "cluster" if ENGINES[self.engine].aurora else "instance"

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.engine]
        yield from identifier_problems(KMS_KEY, "master_key_arn", self.master_key_arn)
        yield from identifier_problems(KMS_KEY, "secrets_key_arn", self.secrets_key_arn)
        if engine.aurora and self.kind == "instance":
            yield Problem(
                "kind",
                f"must be cluster for {self.engine}: RDS Proxy takes the cluster, not one of its "
                "instances; give the cluster's identifier",
            )
        if self.has_readers and not self.is_cluster:
            yield Problem("has_readers", "is for clusters; RDS Proxy leads to no replica otherwise")
        version = self.engine_version
        # A minor version may be newer than what is known here; `deploy` asks the account.
        unproxied = version is not None and not engine.behind_proxy(version)
        if unproxied and (sentence := engine.version_problem(str(version))):
            yield Problem("engine_version", f"{sentence}; or leave it out")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        version = self.engine_version
        if version and not ENGINES[self.engine].behind_proxy(version):
            yield Problem(
                "engine_version", f"is {version!r}, for which AWS does not document RDS Proxy"
            )


def existing_database(
    choices: ExistingDatabaseSettings,
    *,
    identifier: DatabaseIdentifier,
    host: Hostname,
    resource_id: DatabaseResourceId,
) -> Database:
    """The database *identifier* as others name it, without a resource of the stack's."""
    kind, short = ("DBCluster", "cluster") if choices.is_cluster else ("DBInstance", "db")
    targets: Mapping[str, Sequence[Any]] = {f"{kind}Identifiers": [identifier]}
    arn = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:" + short + ":${identifier}"
    return Database(
        resources=[],
        itself=None,
        engine=ENGINES[choices.engine],
        host=host,
        arn=DatabaseArn(sub(arn, identifier=identifier)),
        resource_id=resource_id,
        targets=targets,
        master_secret=None,
        managed_secret=None,
        instances=[],
    )


def database_parameters(choices: ExistingDatabaseSettings) -> dict[str, ParameterAttributes]:
    """Attributes of a root's parameters that name the database."""
    kind, prefix = ("cluster", "cluster") if choices.is_cluster else ("instance", "db")
    return {
        "db_identifier": ParameterAttributes(
            allowed_pattern="[a-zA-Z](-?[a-zA-Z0-9]){0,62}",
            constraint_description=f"must be the identifier of the {kind}, and no ARN or host",
        ),
        "db_endpoint": ParameterAttributes(
            allowed_pattern=r"[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?",
            constraint_description="must be the host of the database's writer, without a port",
        ),
        "db_resource_id": ParameterAttributes(
            allowed_pattern=f"{prefix}-[a-zA-Z0-9]+",
            constraint_description=f"must be the resource ID of the {kind}, which begins with "
            f"{prefix}-",
        ),
        "rds_master_user_secret_arn": ParameterAttributes(
            allowed_pattern=SECRET.pattern, constraint_description=SECRET.sentence
        ),
    }
