"""Logins of functions: what tells a function how to log in to a database, and lets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from awacs.aws import PolicyDocument

from ..aws.kinds import (
    DatabaseName,
    DatabaseResourceId,
    DatabaseUser,
    Hostname,
    KeyArn,
    ProxyArn,
    RoleArn,
    SecretArn,
)
from ..aws.policies import assumes, connects, connects_to_database, decrypts, reads_secrets
from ..model import Expression
from ..records import record

RDS_ROOTS: Final = "/opt/python/rds_roots.pem"
"""The layer's file of RDS' own authorities, of which a database shows a certificate; a proxy
shows one of Amazon's."""

Variables = Mapping[str, Expression]
"""Environment of a function, which holds no secret."""


class Login(Protocol):
    """Login of a function: its host, its credentials, and the rights that they need."""

    @property
    def variables(self) -> Variables:
        """Environment variables that the layer's ``login`` module reads."""

    @property
    def rights(self) -> Mapping[str, PolicyDocument]:
        """Policy documents of the function's role, by the names of separate policies."""


@record(frozen=True, kw_only=True)
class TokenLogin:
    """Log in to a proxy with an IAM token that the function signs in its own role."""

    host: Hostname
    proxy_arn: ProxyArn
    user: DatabaseUser
    database: DatabaseName
    read_only_host: Hostname | None = None
    """Host of the proxy's read-only endpoint, for `reader` of `rdsproxy_client`."""

    @property
    def variables(self) -> Variables:
        return {
            "RDS_PROXY_ENDPOINT": self.host,
            "RDS_USER": self.user,
            "RDS_DATABASE_NAME": self.database,
            **_reader(self.read_only_host),
        }

    @property
    def rights(self) -> Mapping[str, PolicyDocument]:
        return {"Connect": connects(self.proxy_arn, self.user)}


@record(frozen=True, kw_only=True)
class SecretLogin:
    """Log in to a proxy with the password in a secret."""

    host: Hostname
    secret_arn: SecretArn
    database: DatabaseName
    read_only_host: Hostname | None = None
    """Host of the proxy's read-only endpoint, for `reader` of `rdsproxy_client`."""
    key_arn: KeyArn | None = None
    """Key of the secret, where it is not AWS's."""

    @property
    def variables(self) -> Variables:
        return {
            "RDS_PROXY_ENDPOINT": self.host,
            "RDS_SECRET_ARN": self.secret_arn,
            "RDS_DATABASE_NAME": self.database,
            **_reader(self.read_only_host),
        }

    @property
    def rights(self) -> Mapping[str, PolicyDocument]:
        decrypting = {"DecryptSecret": decrypts(self.key_arn)} if self.key_arn else {}
        return {"ReadSecret": reads_secrets([self.secret_arn]), **decrypting}


@record(frozen=True, kw_only=True)
class SharedSecretLogin:
    """Log in to a proxy of another account with a secret that it shares, and the secret's key."""

    host: Hostname
    secret_arn: SecretArn
    key_arn: KeyArn
    database: DatabaseName
    read_only_host: Hostname | None = None
    """Host of the proxy's read-only endpoint, for `reader` of `rdsproxy_client`."""

    @property
    def variables(self) -> Variables:
        return {
            "RDS_PROXY_ENDPOINT": self.host,
            "RDS_DATABASE_NAME": self.database,
            "RDS_SECRET_ARN": self.secret_arn,
            **_reader(self.read_only_host),
        }

    @property
    def rights(self) -> Mapping[str, PolicyDocument]:
        return {
            "ReadSecret": reads_secrets([self.secret_arn]),
            "DecryptSecret": decrypts(self.key_arn),
        }


@record(frozen=True, kw_only=True)
class RoleLogin:
    """Log in to a proxy of another account with a token signed in a role of that account."""

    host: Hostname
    role_arn: RoleArn
    user: DatabaseUser
    database: DatabaseName
    read_only_host: Hostname | None = None
    """Host of the proxy's read-only endpoint, for `reader` of `rdsproxy_client`."""

    @property
    def variables(self) -> Variables:
        return {
            "RDS_PROXY_ENDPOINT": self.host,
            "RDS_DATABASE_NAME": self.database,
            "RDS_USER": self.user,
            "RDS_CONNECT_ROLE_ARN": self.role_arn,
            **_reader(self.read_only_host),
        }

    @property
    def rights(self) -> Mapping[str, PolicyDocument]:
        return {"AssumeConnectRole": assumes(self.role_arn)}


@record(frozen=True, kw_only=True)
class DatabaseLogin:
    """Log in to the database itself, without a proxy, with an IAM token."""

    host: Hostname
    resource_id: DatabaseResourceId
    user: DatabaseUser
    database: DatabaseName

    @property
    def variables(self) -> Variables:
        return {
            "RDS_HOST": self.host,
            "RDS_USER": self.user,
            "RDS_DATABASE_NAME": self.database,
            "RDS_CA_FILE": RDS_ROOTS,
        }

    @property
    def rights(self) -> Mapping[str, PolicyDocument]:
        return {"Connect": connects_to_database(self.resource_id, [self.user])}


def _reader(host: Hostname | None) -> Variables:
    return {"RDS_PROXY_READ_ONLY_ENDPOINT": host} if host else {}
