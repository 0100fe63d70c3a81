"""Database with two RDS Proxies: one takes passwords, one takes IAM tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field
from troposphere import Select

from ...aws import database_users
from ...aws.engines import ENGINES, EngineName
from ...aws.kinds import (
    DatabaseArn,
    DatabaseResourceId,
    Hostname,
    Hostnames,
    KeyArn,
    ProxyArn,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    SubnetId,
    SubnetIds,
    VpcId,
)
from ...errors import Problem
from ...model import Ports, Stack
from ...resources.attachments import attachments
from ...resources.port_groups import DatabaseCredentials
from ...resources.proxied_database import ProxiedDatabaseSettings, cluster_or_instance
from ...resources.proxy import rds_proxy
from ...resources.proxy_endpoints import proxy_endpoint
from ...resources.proxy_logins import ExistingLogin, SecretLogin
from ...resources.two_pools import Pool, two_pools_problems


class Config(ProxiedDatabaseSettings):
    """The database, its users and both proxies."""

    engine: EngineName = Field(default="mysql", description="Engine of the database.")
    master_login: bool = Field(
        default=True,
        description="Let the master user in: through one proxy with its password, through the "
        "other by IAM.",
    )
    password_proxy: Pool = Field(
        default_factory=Pool, description="The proxy that takes passwords."
    )
    password_requires_tls: bool = Field(
        default=True,
        description="Refuse passwords over connections without TLS, in the proxy and in the "
        "database, to which the proxy connects as its clients have to.",
    )
    iam_proxy: Pool = Field(default_factory=Pool, description="The proxy that takes IAM tokens.")

    @property
    def tls_only(self) -> bool:
        """True where every proxy requires TLS, and so connects with it."""
        return self.password_requires_tls

    @property
    def existing_logins(self) -> Sequence[ExistingLogin]:
        """Logins of users that the stack does not create, at either proxy."""
        return [*self.password_proxy.logins, *self.iam_proxy.logins]

    @property
    def password_users(self) -> frozenset[str]:
        """Users that log in through the proxy for passwords, beside the master."""
        return frozenset(user.name for user in self.users if user.login == "password")

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine, pools = ENGINES[self.engine], (self.password_proxy, self.iam_proxy)
        yield from two_pools_problems(*pools, engine, readers=self.readers, users=self.users)
        yield from self._tls_problems()
        if self.master_login and self.master.by_iam:
            yield Problem(
                "master_login",
                "must be off with `master: {password: none}`: the master has no password for the "
                "one proxy; declare users for both, `users: [{name: app, login: password}, "
                "{name: tokens, login: end_to_end_iam}]`",
            )
        if not self.master_login:
            kinds = {user.login == "password" for user in self.users}
            if kinds != {True, False}:
                yield Problem(
                    "master_login",
                    "is off, so users must hold one that logs in with a password and one that "
                    "logs in by IAM, such as `[{name: app, login: password}, {name: tokens, "
                    "login: iam}]`; a proxy without any login does nothing",
                )

    def _tls_problems(self) -> Iterator[Problem]:
        """The users function lets no user of MySQL give a password to a connection without TLS."""
        known = ", ".join(sorted(self.password_users))
        if known and not self.password_requires_tls and ENGINES[self.engine].family == "MYSQL":
            yield Problem(
                "password_requires_tls",
                f"must be true beside users of MySQL with a password ({known}): they are created "
                "with REQUIRE SSL, and the database would refuse a proxy that connects for them "
                "without TLS; leave it out, or let them log in by iam or end_to_end_iam",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if not self.password_requires_tls:
            yield Problem(
                "password_requires_tls",
                "is off: proxy and database take connections over which queries and rows travel "
                "in clear; passwords are hashed, and can be guessed from what is overheard",
            )


class Inputs(Ports):
    credentials: DatabaseCredentials = Field(description="Name of the database, and its secrets.")
    database_subnet_ids: SubnetIds = Field(description="Subnets of database and proxies.")
    db_security_group_id: SecurityGroupId = Field(description="Group of the database.")
    rds_proxy_security_group_id: SecurityGroupId = Field(description="Group of both proxies.")


class Outputs(Ports):
    when_read = frozenset(
        {
            "password_proxy_arn",
            "db_arn",
            "db_resource_id",
            "vpc_id",
            "attached_secret_arns",
            "managed_secret_arn",
        }
    )

    password_proxy_endpoint: Hostname = Field(description="Host that takes passwords.")
    iam_proxy_endpoint: Hostname = Field(description="Host that takes IAM tokens.")
    iam_proxy_arn: ProxyArn = Field(description="The proxy that takes IAM tokens.")
    password_proxy_arn: ProxyArn = Field(description="The proxy that takes passwords.")
    db_endpoint: Hostname = Field(description="Host of the database itself, for administration.")
    db_arn: DatabaseArn = Field(description="ARN of the instance, or of the cluster of Aurora.")
    vpc_id: VpcId = Field(description="VPC of the subnets.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID of the database itself; another database has another."
    )
    attached_secret_arns: SecretArns = Field(
        description="The master's secret and the users', once they name the instance."
    )
    managed_secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the master user, where RDS manages it."
    )
    password_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes passwords, and leads to readers."
    )
    iam_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes IAM tokens, and leads to readers."
    )
    password_proxy_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.password_proxy.endpoints`, in their order."
    )
    iam_proxy_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.iam_proxy.endpoints`, in their order."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One database; whichever way a client logs in to a proxy, it sees the same data."""
    subnets = [SubnetId(Select(index, inputs.database_subnet_ids)) for index in (0, 1)]
    database = cluster_or_instance(
        config,
        name=inputs.credentials.rds_database_name,
        master=inputs.credentials.master,
        subnets=subnets,
        group=inputs.db_security_group_id,
        iam=bool(database_users.end_to_end(config.users)),
    )
    secrets = list(database_users.secrets(config.users, inputs.credentials.user_secret_arns))
    attached = attachments(database, config.master, secrets)
    group = inputs.rds_proxy_security_group_id
    master = database.master_secret
    masters = [master] if config.master_login and master else []
    passwords = rds_proxy(
        "PasswordProxy",
        config.password_proxy,
        config.password_proxy,
        database,
        logins=[
            *(SecretLogin(secret, iam=False) for secret in masters),
            *(SecretLogin(own, iam=False) for user, own in secrets if user.login == "password"),
        ],
        keys=_keys(config, masters, [own for user, own in secrets if user.login == "password"]),
        require_tls=config.password_requires_tls,
        subnets=subnets,
        group=group,
        purpose="password",
    )
    tokens = rds_proxy(
        "IAMProxy",
        config.iam_proxy,
        config.iam_proxy,
        database,
        logins=[
            *(SecretLogin(secret, iam=True) for secret in masters),
            *(SecretLogin(own, iam=True) for user, own in secrets if user.login == "iam"),
        ],
        end_to_end=database_users.end_to_end(config.users),
        keys=_keys(config, masters, [own for user, own in secrets if user.login == "iam"]),
        subnets=subnets,
        group=group,
        purpose="iam",
    )
    readers = {
        title: proxy_endpoint(
            f"{title}ReadOnlyEndpoint", front.itself, subnets=subnets, groups=[group]
        )
        for title, front in (("PasswordProxy", passwords), ("IAMProxy", tokens))
        if config.readers
    }
    hosts = {title: Hostname(one.get_att("Endpoint")) for title, one in readers.items()}
    return Stack(
        resources=[
            *database.resources,
            *attached,
            *passwords.resources,
            *tokens.resources,
            *readers.values(),
        ],
        outputs=Outputs(
            password_proxy_endpoint=passwords.endpoint,
            iam_proxy_endpoint=tokens.endpoint,
            iam_proxy_arn=tokens.arn,
            password_proxy_arn=passwords.arn,
            db_arn=database.arn,
            vpc_id=tokens.vpc_id,
            db_endpoint=database.host,
            db_resource_id=DatabaseResourceId(database.resource_id),
            attached_secret_arns=SecretArns([one.ref() for one in attached]),
            managed_secret_arn=database.managed_secret,
            password_read_only_endpoint=hosts.get("PasswordProxy"),
            iam_read_only_endpoint=hosts.get("IAMProxy"),
            password_proxy_hosts=passwords.further_hosts,
            iam_proxy_hosts=tokens.further_hosts,
        ),
    )


def _keys(
    config: Config, masters: Sequence[SecretArn], own: Sequence[SecretArn]
) -> Sequence[KeyArn]:
    """Keys of the secrets that a proxy reads, where they are not AWS's."""
    managed = config.master.key_arn if masters else None
    reads_own = own or (masters and config.master.is_own)
    return [key for key in (managed, config.secrets_key if reads_own else None) if key]
