"""The database's master user: its name, and where its password is, if it has one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, rds

from ..aws.arns import KMS_KEY
from ..aws.documentation import RDS_GUIDE
from ..aws.engines import Engine
from ..aws.kinds import DatabaseUser, KeyArn, SecretArn
from ..errors import Problem
from ..model import Settings, sub
from ..records import record
from .optional_properties import without_none

_GUIDE = f"{RDS_GUIDE}rds-secrets-manager.html"


class MasterSettings(Settings):
    """Settings of the master user's password."""

    password: Literal["own", "managed", "none"] = Field(
        default="own",
        description="Password of the master user. `own`: a secret of the stack holds one that "
        "Secrets Manager generates. `managed`: RDS generates it, keeps it in a secret of its own "
        "and replaces it every seven days; no template refers to it. `none`, PostgreSQL only: the "
        f"master logs in with IAM tokens. See {_GUIDE}",
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key of the secret that RDS manages. Left out: the account's "
        f"key for Secrets Manager. See {_GUIDE}",
    )
    keep_secret: bool = Field(
        default=False,
        description="Keep the stack's secret beside `managed` or `none`, for a database that was "
        "deployed with `own`: the master's name comes from it, and without it CloudFormation "
        "would replace the database by an empty one. Its password is of no use any more.",
    )

    @property
    def is_own(self) -> bool:
        """True where the stack's secret holds the password."""
        return self.password == "own"  # noqa: S105 - no password

    @property
    def has_stack_secret(self) -> bool:
        """True where the stack has a secret that holds the master's name."""
        return self.is_own or self.keep_secret

    @property
    def is_managed(self) -> bool:
        """True where RDS keeps the password."""
        return self.password == "managed"  # noqa: S105 - no password

    @property
    def by_iam(self) -> bool:
        """True where the master has no password."""
        return self.password == "none"  # noqa: S105 - no password

    @property
    def key_arn(self) -> KeyArn | None:
        """Key of the secret that RDS manages, where it is not AWS's."""
        return KeyArn(self.kms_key_arn) if self.kms_key_arn else None

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.kms_key_arn is not None:
            if sentence := KMS_KEY.problem(self.kms_key_arn):
                yield Problem("kms_key_arn", sentence)
            if not self.is_managed:
                yield Problem("kms_key_arn", "is for `password: managed`; leave it out")
        if self.keep_secret and self.is_own:
            yield Problem("keep_secret", "is for `password: managed` or `none`; leave it out")

    def refused_by(self, engine: Engine, *, restored: bool) -> Iterator[Problem]:
        """Report a login that *engine* does not have (API Reference, ``CreateDBCluster``)."""
        if restored and self.by_iam:
            yield Problem(
                "password",
                "must be own or managed with restore: RDS restores the master as it was, and no "
                "restore takes another way to log in; turn the password off in a later update",
            )
        if restored and self.keep_secret:
            yield Problem(
                "keep_secret", "is not needed with restore, where the master's name is the source's"
            )
        if self.by_iam and engine.family != "POSTGRESQL":
            yield Problem(
                "password",
                "must be own or managed: RDS has a master user without a password for PostgreSQL "
                f"only, and engine is {engine.name!r}",
            )

    def rotation_problems(self, others: Sequence[str]) -> Iterator[Problem]:
        """Refuse a rotation by the stack where neither the master nor *others* have a secret."""
        if not self.is_own and not others:
            yield Problem(
                "rotate_secrets_after_days",
                "has nothing to rotate: no user has a password in a secret of the stack, and RDS "
                "itself replaces the one that it manages every seven days; leave it out",
            )


@record(frozen=True, kw_only=True)
class MasterUser:
    """What a stack knows of the master user: a secret that names it, or only its name."""

    secret: SecretArn | None
    name: DatabaseUser | None


def master_login(choices: MasterSettings, master: MasterUser, *, restored: bool) -> dict[str, Any]:
    """Name and password of the master user; a *restored* database has the name already."""
    name = {} if restored else {"MasterUsername": _name(master)}
    return {**name, **_password(choices, master)}


def _password(choices: MasterSettings, master: MasterUser) -> dict[str, Any]:
    """Password of the master user, or who else keeps it."""
    if choices.is_managed:
        key = rds.MasterUserSecret(KmsKeyId=choices.kms_key_arn) if choices.kms_key_arn else None
        return {"ManageMasterUserPassword": True, **without_none(MasterUserSecret=key)}
    if choices.by_iam:
        return {"MasterUserAuthenticationType": "iam-db-auth"}
    assert master.secret  # noqa: S101 - such settings have one
    return {"MasterUserPassword": from_secret(master.secret, "password")}


@record(frozen=True, kw_only=True)
class MasterSecrets:
    """Where the password of the master user is."""

    current: SecretArn | None
    """Secret with the password that it has now; None where it has none."""
    managed: SecretArn | None
    """The same secret, where RDS manages it."""


def master_secrets(
    choices: MasterSettings, master: MasterUser, database: AWSObject
) -> MasterSecrets:
    """The secret of *database*'s master user."""
    if choices.is_managed:
        managed = SecretArn(database.get_att("MasterUserSecret.SecretArn"))
        return MasterSecrets(current=managed, managed=managed)
    return MasterSecrets(current=master.secret if choices.is_own else None, managed=None)


def _name(master: MasterUser) -> AWSHelperFn | DatabaseUser:
    if master.secret:
        return from_secret(master.secret, "username")
    assert master.name  # noqa: S101 - it is wired where there is no secret
    return master.name


def from_secret(secret: SecretArn, key: str) -> AWSHelperFn:
    """A dynamic reference to *key* of *secret*, which CloudFormation resolves at deployment."""
    return sub("{{resolve:secretsmanager:${secret}:SecretString:" + key + "}}", secret=secret)
