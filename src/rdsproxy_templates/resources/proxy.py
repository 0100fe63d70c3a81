"""An RDS Proxy in front of a database, with the logins that it accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, logs, rds

from ..aws.documentation import AURORA_GUIDE
from ..aws.engines import Engine
from ..aws.kinds import (
    DatabaseUser,
    Hostname,
    Hostnames,
    KeyArn,
    ProxyArn,
    SecurityGroupId,
    SubnetId,
    VpcId,
)
from ..errors import Problem
from ..model import ListOf, Settings, sub
from ..model.accepted_rules import accepted
from ..records import record
from .database_record import Database
from .named_logs import named_log_group
from .optional_properties import own_tags, without_none
from .proxy_details import ProxyDetails
from .proxy_endpoints import further_endpoints
from .proxy_logins import SecretLogin, authentication, login_policies
from .proxy_names import proxy_name
from .roles import service_role

_NAMED: Final = accepted("database/fixed-name", "a setting names the proxy")
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


@record(frozen=True, kw_only=True)
class Proxy:
    """The resources of a proxy, and the references by which clients name it."""

    resources: Sequence[AWSObject]
    itself: rds.DBProxy
    endpoint: Hostname
    further_hosts: Hostnames | None
    """Hosts of the chosen further endpoints, in their order."""
    arn: ProxyArn
    vpc_id: VpcId


def rds_proxy(
    title: str,
    choices: ProxySettings,
    details: ProxyDetails,
    database: Database,
    *,
    logins: Sequence[SecretLogin],
    end_to_end: Sequence[DatabaseUser | str] = (),
    keys: Sequence[KeyArn] = (),
    require_tls: bool = True,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    purpose: str = "proxy",
) -> Proxy:
    """Proxy *title*, its target group, and its role and log where it has them.

    The users *end_to_end* have no secret: client and proxy both log in with IAM tokens. *keys*
    encrypt secrets in place of the account's own key. *purpose* begins the proxy's name and
    distinguishes the proxies of one stack.
    """
    every_login = [*logins, *(login.secret_login for login in details.logins)]
    keys = [*keys, *(login.key for login in details.logins if login.key)]
    role, role_arn = service_role(
        f"{title}Role",
        details.role,
        "rds.amazonaws.com",
        list(login_policies(database, every_login, end_to_end, keys)),
    )
    networks = {
        "EndpointNetworkType": details.endpoint_network_type,
        "TargetConnectionNetworkType": details.target_connection_network_type,
    }
    name = details.name or proxy_name(
        purpose, database.engine, subnets, networks=list(networks.values())
    )
    log = _log(title, details, name)
    groups = [group, *(SecurityGroupId(one) for one in details.security_group_ids)]
    db_proxy = rds.DBProxy(
        title,
        **_waits(database, every_login, log),
        DBProxyName=name,
        EngineFamily=database.engine.family,
        RequireTLS=require_tls,
        **authentication(every_login, end_to_end, details.client_password_auth_type),
        RoleArn=role_arn,
        VpcSubnetIds=list(subnets),
        VpcSecurityGroupIds=groups,
        IdleClientTimeout=choices.idle_client_timeout,
        DebugLogging=choices.debug_logging,
        **without_none(**networks),
        **own_tags(details.tags),
        **without_none(Metadata=_NAMED if details.name else None),
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
    further = further_endpoints(
        details.endpoints, db_proxy, subnets=subnets, groups=groups, tags=details.tags
    )
    return Proxy(
        resources=[*role, *log, db_proxy, target_group, *further],
        itself=db_proxy,
        endpoint=Hostname(db_proxy.get_att("Endpoint")),
        further_hosts=Hostnames([one.get_att("Endpoint") for one in further]) if further else None,
        arn=ProxyArn(db_proxy.get_att("DBProxyArn")),
        vpc_id=VpcId(db_proxy.get_att("VpcId")),
    )


def _log(title: str, details: ProxyDetails, name: AWSHelperFn | str) -> list[logs.LogGroup]:
    """The log group that RDS would create itself, if it is chosen."""
    if details.log is None:
        return []
    log_name = (
        f"/aws/rds/proxy/{name}"
        if isinstance(name, str)
        else sub("/aws/rds/proxy/${name}", name=name)
    )
    return [named_log_group(f"{title}LogGroup", details.log, log_name)]


def _waits(
    database: Database, logins: Sequence[SecretLogin], log: Sequence[logs.LogGroup]
) -> dict[str, Any]:
    """``DependsOn``: an account's first database brings the role that RDS assumes for the proxy.

    A proxy that reads the secret of the database itself refers to it, and so waits anyway.
    """
    secrets = [login.secret for login in logins]
    refers = database.itself is None or database.managed_secret in secrets
    first = [] if refers else [database.itself]
    return without_none(DependsOn=[str(one.title) for one in (*first, *log) if one] or None)
