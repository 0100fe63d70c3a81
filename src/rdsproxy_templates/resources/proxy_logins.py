"""Logins of a proxy: secrets of users, created here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field
from troposphere import iam, rds

from ..aws.arns import KMS_KEY
from ..aws.documentation import RDS_GUIDE
from ..aws.identifiers import SECRET, identifier_problems
from ..aws.kinds import DatabaseUser, KeyArn, SecretArn
from ..aws.policies import connects_to_database, decrypts, reads_secrets
from ..errors import Problem
from ..model import Settings
from ..records import record
from .database_record import Database
from .optional_properties import without_none


class ExistingLogin(Settings):
    """A user of the database that exists already, by the secret that holds name and password."""

    secret_arn: str = Field(
        description="ARN of the secret, with `username` and `password`, in the proxy's Region. See "
        f"{RDS_GUIDE}rds-proxy-secrets-arns.html"
    )
    user: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.$-]{1,63}$",
        description="Name of the user, as `username` in the secret has it: `functions` may log in "
        "as this user. Left out: no function of the stack does.",
    )
    login: Literal["iam", "password"] = Field(
        default="iam",
        description="Login of clients: `iam`, a token, or `password`, the one in the secret.",
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the secret; the proxy's role may decrypt "
        "with it. Left out: the account's key `aws/secretsmanager`.",
    )
    description: str | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="Description of the login, at most 1000 characters. Left out: none.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from identifier_problems(SECRET, "secret_arn", self.secret_arn)
        yield from identifier_problems(KMS_KEY, "kms_key_arn", self.kms_key_arn)

    @property
    def secret_login(self) -> SecretLogin:
        """The login, as the proxy takes it."""
        return SecretLogin(
            SecretArn(self.secret_arn), iam=self.by_token, description=self.description
        )

    @property
    def by_token(self) -> bool:
        """True where clients show the proxy a token."""
        return self.login == "iam"

    @property
    def key(self) -> KeyArn | None:
        """The key of the secret, if it is not the account's own."""
        return KeyArn(self.kms_key_arn) if self.kms_key_arn else None


@record(frozen=True)
class SecretLogin:
    """A user whom the proxy logs in to the database with the password in a secret."""

    secret: SecretArn
    """Holds the user's name and password."""
    iam: bool
    """True when clients send the proxy an IAM token; otherwise they send the same password."""
    description: str | None = None


def existing_user_problems(
    logins: Sequence[ExistingLogin], declared: Sequence[str]
) -> Iterator[Problem]:
    """Reject a user of two *logins*, and one that is *declared*, and so gets another password."""
    taken = list(declared)
    for index, login in enumerate(logins):
        if login.user is None:
            continue
        if login.user in taken:
            yield Problem(
                f"{index}.user",
                f"must differ from every other login's and from every name in users, got "
                f"{login.user!r}; a user that is declared gets a secret of the stack",
            )
        taken.append(login.user)


def login_policies(
    database: Database,
    logins: Sequence[SecretLogin],
    end_to_end: Sequence[DatabaseUser | str],
    keys: Sequence[KeyArn],
) -> Iterator[iam.Policy]:
    """Allow the role to read the secrets of *logins*, and to log in *end_to_end* with tokens."""
    if logins:
        yield iam.Policy(
            PolicyName="ReadSecrets",
            PolicyDocument=reads_secrets([login.secret for login in logins]),
        )
    if keys:
        yield iam.Policy(PolicyName="DecryptSecrets", PolicyDocument=decrypts(*keys))
    if end_to_end:
        yield iam.Policy(
            PolicyName="ConnectToDatabase",
            PolicyDocument=connects_to_database(database.resource_id, end_to_end),
        )


def authentication(
    logins: Sequence[SecretLogin],
    end_to_end: Sequence[DatabaseUser | str],
    password_type: str | None,
) -> dict[str, Any]:
    """``Auth`` for the users with a secret, ``DefaultAuthScheme`` for those without."""
    entries = [
        rds.AuthFormat(
            AuthScheme="SECRETS",
            IAMAuth="REQUIRED" if login.iam else "DISABLED",
            SecretArn=login.secret,
            **without_none(
                Description=login.description,
                ClientPasswordAuthType=None if login.iam else password_type,
            ),
        )
        for login in logins
    ]
    return without_none(DefaultAuthScheme="IAM_AUTH" if end_to_end else None, Auth=entries or None)
