"""An RDS Proxy in front of a database, and who may log in through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, Select, Split, iam, rds

from ..aws.engines import Engine
from ..aws.kinds import Hostname, KeyArn, ProxyArn, SecretArn, SecurityGroupId, SubnetId, VpcId
from ..aws.policies import connects_to_database, decrypts, reads_secrets, trusts
from ..errors import Problem
from ..model import ListOf, Settings, sub
from ..model.pseudo_parameters import STACK_ID
from .database import Database
from .optional_properties import without_none

TargetRole = Literal["READ_WRITE", "READ_ONLY"]
"""Where an endpoint leads: to the writer, or to readers."""

SHORT: Final = {"MYSQL": "mysql", "POSTGRESQL": "postgres"}
"""Engine families in the names of proxies, which have 63 characters for three IDs."""


class ProxySettings(Settings):
    """How the proxy treats its clients and shares the database's connections."""

    idle_client_timeout: int = Field(
        default=1800,
        ge=1,
        le=28800,
        description="Seconds after which the proxy cuts an idle client.",
    )
    max_connections_percent: int = Field(
        default=100, ge=1, le=100, description="Share of the database's connections for the proxy."
    )
    max_idle_connections_percent: int = Field(
        default=50, ge=0, le=100, description="Share that the proxy keeps open while idle."
    )
    connection_borrow_timeout: int = Field(
        default=120, ge=0, le=300, description="Seconds that a client waits for a free connection."
    )
    debug_logging: bool = Field(
        default=False, description="Log every statement in the proxy, for 24 hours; shows SQL."
    )

    session_pinning_filters: ListOf[Literal["EXCLUDE_VARIABLE_SETS"]] = Field(
        default=(),
        max_length=1,
        description="MySQL: statements that do not pin their client to one connection. Where one "
        "sets a variable then, other clients may meet its value.",
    )
    init_query: str | None = Field(
        default=None,
        min_length=1,
        description="MySQL: what the proxy runs on each new connection to the database, such as "
        "`SET time_zone = '+00:00'`. Whoever sees the proxy can read it.",
    )

    def refused_by(self, engine: Engine) -> Iterator[Problem]:
        """The settings that are not for proxies of this engine: Creating a proxy, "Settings"."""
        for name in ("session_pinning_filters", "init_query"):
            if engine.family != "MYSQL" and getattr(self, name):
                yield Problem(name, "is for MySQL and MariaDB alone; RDS Proxy has it for no other")

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.max_idle_connections_percent > self.max_connections_percent:
            yield Problem(
                "max_idle_connections_percent",
                f"must be at most max_connections_percent ({self.max_connections_percent}), "
                f"got {self.max_idle_connections_percent}",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.debug_logging:
            yield Problem("debug_logging", "is on: the proxy's log will show SQL statements")


@dataclass(frozen=True)
class SecretLogin:
    """A user whom the proxy logs in to the database with a password."""

    secret: SecretArn
    """Holds the user's name and password."""
    iam: bool
    """Whether the client shows the proxy an IAM token; else it shows the same password."""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """What was created, and how clients name it."""

    resources: Sequence[AWSObject]
    itself: rds.DBProxy
    endpoint: Hostname
    arn: ProxyArn
    vpc_id: VpcId


def rds_proxy(
    title: str,
    choices: ProxySettings,
    database: Database,
    *,
    logins: Sequence[SecretLogin],
    end_to_end: Sequence[str] = (),
    key: KeyArn | None = None,
    require_tls: bool = True,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    purpose: str = "proxy",
) -> Proxy:
    """The proxy *title*, its role and its target group.

    Users *end_to_end* have no secret: client and proxy both log in with IAM tokens. *key* is
    one that encrypts a secret instead of the account's own.
    *purpose* begins the proxy's name, and tells the proxies of one stack apart.
    """
    role = iam.Role(
        f"{title}Role",
        AssumeRolePolicyDocument=trusts("rds.amazonaws.com"),
        Policies=list(_policies(database, logins, end_to_end, key)),
    )
    db_proxy = rds.DBProxy(
        title,
        # An account's first database brings the role that RDS assumes for the proxy.
        DependsOn=[str(database.itself.title)],
        DBProxyName=_proxy_name(purpose, database.engine, subnets),
        EngineFamily=database.engine.family,
        RequireTLS=require_tls,
        **_authentication(logins, end_to_end),
        RoleArn=role.get_att("Arn"),
        VpcSubnetIds=list(subnets),
        VpcSecurityGroupIds=[group],
        IdleClientTimeout=choices.idle_client_timeout,
        DebugLogging=choices.debug_logging,
    )
    target_group = rds.DBProxyTargetGroup(
        f"{title}TargetGroup",
        # Before there is an instance to reach, registering the database times out.
        **without_none(DependsOn=[str(one.title) for one in database.instances] or None),
        DBProxyName=db_proxy.ref(),
        TargetGroupName="default",
        **database.targets,
        ConnectionPoolConfigurationInfo=rds.ConnectionPoolConfigurationInfoFormat(
            MaxConnectionsPercent=choices.max_connections_percent,
            MaxIdleConnectionsPercent=choices.max_idle_connections_percent,
            ConnectionBorrowTimeout=choices.connection_borrow_timeout,
            **without_none(
                SessionPinningFilters=list(choices.session_pinning_filters) or None,
                InitQuery=choices.init_query,
            ),
        ),
    )
    return Proxy(
        resources=[role, db_proxy, target_group],
        itself=db_proxy,
        endpoint=Hostname(db_proxy.get_att("Endpoint")),
        arn=ProxyArn(db_proxy.get_att("DBProxyArn")),
        vpc_id=VpcId(db_proxy.get_att("VpcId")),
    )


def proxy_endpoint(
    title: str,
    proxy: Proxy,
    *,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    role: TargetRole = "READ_ONLY",
    purpose: str = "read-only",
) -> rds.DBProxyEndpoint:
    """Another host of the proxy, for its readers or in the network of its clients.

    *purpose* begins its name, and tells the endpoints of one proxy apart; it has 9 characters
    at most.
    """
    return rds.DBProxyEndpoint(
        title,
        DBProxyEndpointName=_endpoint_name(purpose, proxy.itself, subnets),
        DBProxyName=proxy.itself.ref(),
        TargetRole=role,
        VpcSubnetIds=list(subnets),
        VpcSecurityGroupIds=[group],
    )


def _policies(
    database: Database,
    logins: Sequence[SecretLogin],
    end_to_end: Sequence[str],
    key: KeyArn | None,
) -> Iterator[iam.Policy]:
    if logins:
        yield iam.Policy(
            PolicyName="ReadSecrets",
            PolicyDocument=reads_secrets([login.secret for login in logins]),
        )
    if key:
        yield iam.Policy(PolicyName="DecryptSecrets", PolicyDocument=decrypts(key))
    if end_to_end:
        yield iam.Policy(
            PolicyName="ConnectToDatabase",
            PolicyDocument=connects_to_database(database.resource_id, end_to_end),
        )


def _authentication(logins: Sequence[SecretLogin], end_to_end: Sequence[str]) -> dict[str, Any]:
    """``Auth`` for the users with a secret, ``DefaultAuthScheme`` for those without."""
    entries = [
        rds.AuthFormat(
            AuthScheme="SECRETS",
            IAMAuth="REQUIRED" if login.iam else "DISABLED",
            SecretArn=login.secret,
        )
        for login in logins
    ]
    return without_none(DefaultAuthScheme="IAM_AUTH" if end_to_end else None, Auth=entries or None)


def _proxy_name(purpose: str, engine: Engine, subnets: Sequence[SubnetId]) -> AWSHelperFn:
    """A name of at most 63 characters, for this stack, this protocol and these subnets only.

    CloudFormation demands a name. A proxy can change neither its subnets nor its engine family:
    it is replaced, and while both exist the new one needs another name. So the name says both.
    """
    stack = Select(0, Split("-", Select(2, Split("/", STACK_ID))))
    first, second = map(_own_part, subnets)
    name = f"{purpose}-{SHORT[engine.family]}-${{stack}}-${{first}}-${{second}}"
    return sub(name, stack=stack, first=first, second=second)


def _endpoint_name(purpose: str, proxy: rds.DBProxy, subnets: Sequence[SubnetId]) -> AWSHelperFn:
    """A name of at most 63 characters, for this proxy and these subnets only.

    An endpoint is replaced with its proxy, and can change neither of the two.
    """
    owner = _own_part(Select(6, Split(":", proxy.get_att("DBProxyArn"))))
    first, second = map(_own_part, subnets)
    name = purpose + "-${proxy}-${first}-${second}"
    return sub(name, proxy=owner, first=first, second=second)


def _own_part(identifier: SubnetId | AWSHelperFn) -> AWSHelperFn:
    """``0a1b2c3d4e5f67890`` of ``subnet-0a1b2c3d4e5f67890`` or of a proxy's ID."""
    return Select(1, Split("-", identifier))
