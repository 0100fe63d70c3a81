"""An RDS Proxy in front of a database, with the logins that it accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import AWSObject, iam, rds

from ..aws.documentation import AURORA_GUIDE
from ..aws.engines import Engine
from ..aws.kinds import Hostname, KeyArn, ProxyArn, SecretArn, SecurityGroupId, SubnetId, VpcId
from ..aws.policies import connects_to_database, decrypts, reads_secrets, trusts
from ..errors import Problem
from ..model import ListOf, Settings
from ..records import record
from .database import Database
from .optional_properties import without_none
from .proxy_names import endpoint_name, proxy_name

TargetRole = Literal["READ_WRITE", "READ_ONLY"]
"""Target of an endpoint: the writer, or the readers."""

_SETTINGS: Final = f"{AURORA_GUIDE}rds-proxy-connections.html#rds-proxy-connection-pooling-tuning"


class ProxySettings(Settings):
    """Settings of a proxy and its connection pool."""

    idle_client_timeout: int = Field(
        default=1800,
        ge=1,
        le=28800,
        description="Seconds that a client connection may be idle before the proxy closes it. "
        f"See {_SETTINGS}.idleclienttimeout",
    )
    max_connections_percent: int = Field(
        default=100,
        ge=1,
        le=100,
        description="Most connections that the proxy opens to the database, in percent of its "
        f"`max_connections`. See {_SETTINGS}.maxconnectionspercent",
    )
    max_idle_connections_percent: int = Field(
        default=50,
        ge=0,
        le=100,
        description="Most idle connections that the proxy keeps open to the database, in percent "
        "of its `max_connections`; at most `max_connections_percent`. See "
        f"{_SETTINGS}.maxidleconnectionspercent",
    )
    connection_borrow_timeout: int = Field(
        default=120,
        ge=0,
        le=300,
        description="Seconds that a client waits for a free connection to the database. See "
        f"{_SETTINGS}.connectionborrowtimeout",
    )
    debug_logging: bool = Field(
        default=False,
        description="Log the SQL statements that pass the proxy, with the values in them, for 24 "
        "hours.",
    )

    session_pinning_filters: ListOf[Literal["EXCLUDE_VARIABLE_SETS"]] = Field(
        default=(),
        max_length=1,
        description="MySQL: kinds of statements that do not pin a client to one connection. A "
        "variable that such a statement sets may then be seen by other clients. See "
        f"{AURORA_GUIDE}rds-proxy-pinning.html",
    )
    init_query: str | None = Field(
        default=None,
        min_length=1,
        description="MySQL: SQL that the proxy runs on each new connection to the database, such "
        "as `SET time_zone = '+00:00'`. Anyone who can describe the proxy can read "
        "it. Left out: no statement.",
    )

    def refused_by(self, engine: Engine) -> Iterator[Problem]:
        """Report settings that *engine* does not take (Aurora User Guide, "Creating a proxy")."""
        for name in ("session_pinning_filters", "init_query"):
            if engine.family != "MYSQL" and getattr(self, name):
                yield Problem(
                    name, "is for MySQL and MariaDB only; RDS Proxy has it for no other engine"
                )

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
            yield Problem("debug_logging", "is on: the proxy's log will hold SQL statements")


@record(frozen=True)
class SecretLogin:
    """A user whom the proxy logs in to the database with the password in a secret."""

    secret: SecretArn
    """Holds the user's name and password."""
    iam: bool
    """True when clients send the proxy an IAM token; otherwise they send the same password."""


@record(frozen=True, kw_only=True)
class Proxy:
    """The resources of a proxy, and the references by which clients name it."""

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
    """Proxy *title*, its role and its target group.

    The users *end_to_end* have no secret: client and proxy both log in with IAM tokens. *key*
    encrypts the secrets in place of the account's own key. *purpose* begins the proxy's name and
    distinguishes the proxies of one stack.
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
        DBProxyName=proxy_name(purpose, database.engine, subnets),
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
        # Registering a database that has no instance yet times out.
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
    """Endpoint *title*: a further host of the proxy, for readers or in the clients' network.

    *purpose* begins the endpoint's name, distinguishes the endpoints of one proxy, and has at
    most 9 characters.
    """
    return rds.DBProxyEndpoint(
        title,
        DBProxyEndpointName=endpoint_name(purpose, proxy.itself, subnets),
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
