"""Database in private subnets, and the RDS Proxy through which clients reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from pydantic import Field
from troposphere import Select, rds

from ...aws import database_users
from ...aws.database_users import User
from ...aws.engines import ENGINES
from ...aws.kinds import (
    DatabaseArn,
    DatabaseResourceId,
    DatabaseUser,
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
from ...resources.database_record import Database
from ...resources.port_groups import DatabaseCredentials, ProxyNetwork
from ...resources.proxied_database import ProxiedDatabaseSettings, cluster_or_instance
from ...resources.proxy import Proxy, ProxySettings, rds_proxy
from ...resources.proxy_access import access_problems
from ...resources.proxy_details import ProxyDetails
from ...resources.proxy_endpoints import TargetRole, proxy_endpoint
from ...resources.proxy_logins import ExistingLogin, SecretLogin


class Config(ProxiedDatabaseSettings, ProxySettings):
    """The database, its users and its proxy. ``max_capacity`` makes it Serverless v2."""

    master_login: bool = Field(
        default=True, description="Let the master user in through the proxy, by IAM."
    )
    proxy: ProxyDetails = Field(
        default_factory=ProxyDetails,
        description="Name, role, log, networks, further logins and endpoints of the proxy.",
    )

    @property
    def existing_logins(self) -> Sequence[ExistingLogin]:
        """Logins of users that the stack does not create."""
        return self.proxy.logins

    @property
    def creates_proxy_role(self) -> bool:
        """True where the proxy's role is the stack's own, with rights of its own."""
        return self.proxy.role is None or self.proxy.role.arn is None

    @property
    def needs_master_name(self) -> bool:
        return super().needs_master_name or (self.master_login and self.master.by_iam)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.engine]
        yield from self.refused_by(engine)
        yield from access_problems(self, engine)


class ClientNetwork(Ports):
    """Another network, in which clients reach the proxy by endpoints of its own."""

    client_subnet_ids: SubnetIds = Field(description="Subnets of the endpoints.")
    client_endpoint_security_group_id: SecurityGroupId = Field(
        description="Security group of the endpoints."
    )


class Inputs(Ports):
    credentials: DatabaseCredentials = Field(description="Name of the database, and its secrets.")
    network: ProxyNetwork = Field(description="Subnets and groups of the database and the proxy.")
    key_arn: KeyArn | None = Field(default=None, description="Key of one of the users' secrets.")
    client: ClientNetwork | None = Field(
        default=None, description="Where clients are, if not in the network of the proxy."
    )


class Outputs(Ports):
    when_read = frozenset(
        {
            "db_cluster_endpoint",
            "db_arn",
            "db_resource_id",
            "vpc_id",
            "attached_secret_arns",
            "managed_secret_arn",
        }
    )

    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    rds_proxy_arn: ProxyArn = Field(description="The proxy.")
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )
    rds_proxy_endpoint_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.proxy.endpoints`, in their order."
    )
    db_cluster_endpoint: Hostname = Field(
        description="Host of the writer itself, where users are created."
    )
    db_arn: DatabaseArn = Field(description="ARN of the cluster, or of the instance of RDS.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID of the database itself; another database has another."
    )
    vpc_id: VpcId = Field(description="VPC of the subnets.")
    attached_secret_arns: SecretArns = Field(
        description="The master's secret and the users', once they name the cluster."
    )
    managed_secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the master user, where RDS manages it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The proxy logs in to the database with secrets, and lets clients in by IAM or password."""
    subnets = inputs.network.subnets.ids
    group = inputs.network.rds_proxy_security_group_id
    secrets = list(database_users.secrets(config.users, inputs.credentials.user_secret_arns))
    database = cluster_or_instance(
        config,
        name=inputs.credentials.rds_database_name,
        master=inputs.credentials.master,
        subnets=subnets,
        group=inputs.network.db_cluster_security_group_id,
        iam=bool(database_users.end_to_end(config.users)),
    )
    attached = attachments(database, config.master, secrets)
    front = rds_proxy(
        "RDSProxy",
        config,
        config.proxy,
        database,
        logins=_logins(config, database, secrets),
        end_to_end=_end_to_end(config, inputs),
        keys=_keys(config, inputs, secrets),
        subnets=subnets,
        group=group,
    )
    endpoints = _endpoints(config, inputs, front)
    return Stack(
        resources=[
            *database.resources,
            *attached,
            *front.resources,
            *endpoints.values(),
        ],
        outputs=Outputs(
            rds_proxy_endpoint=_host(endpoints.get("READ_WRITE")) or front.endpoint,
            rds_proxy_arn=front.arn,
            rds_proxy_read_only_endpoint=_host(endpoints.get("READ_ONLY")),
            rds_proxy_endpoint_hosts=front.further_hosts,
            db_cluster_endpoint=database.host,
            db_arn=database.arn,
            db_resource_id=DatabaseResourceId(database.resource_id),
            vpc_id=front.vpc_id,
            attached_secret_arns=SecretArns([one.ref() for one in attached]),
            managed_secret_arn=database.managed_secret,
        ),
    )


def _endpoints(
    config: Config, inputs: Inputs, front: Proxy
) -> Mapping[TargetRole, rds.DBProxyEndpoint]:
    """The proxy's further hosts: for readers, and all of them where clients are elsewhere."""
    client = inputs.client
    if client is None:
        here = partial(
            proxy_endpoint,
            proxy=front.itself,
            subnets=inputs.network.subnets.ids,
            groups=[inputs.network.rds_proxy_security_group_id],
        )
        return {"READ_ONLY": here("RDSProxyReadOnlyEndpoint")} if config.readers else {}
    there = partial(
        proxy_endpoint,
        proxy=front.itself,
        subnets=[SubnetId(Select(index, client.client_subnet_ids)) for index in (0, 1)],
        groups=[client.client_endpoint_security_group_id],
    )
    writer = there("ClientEndpoint", role="READ_WRITE", purpose="client")
    if not config.readers:
        return {"READ_WRITE": writer}
    readers = there("ClientReadOnlyEndpoint", purpose="client-ro")
    return {"READ_WRITE": writer, "READ_ONLY": readers}


def _host(endpoint: rds.DBProxyEndpoint | None) -> Hostname | None:
    return Hostname(endpoint.get_att("Endpoint")) if endpoint else None


def _end_to_end(config: Config, inputs: Inputs) -> Sequence[DatabaseUser | str]:
    """Users whom the proxy logs in with a token, the master among them if it has no password."""
    master = inputs.credentials.rds_master_username
    masters = [master] if master and config.master_login and config.master.by_iam else []
    return [*masters, *database_users.end_to_end(config.users)]


def _keys(
    config: Config, inputs: Inputs, secrets: Sequence[tuple[User, SecretArn]]
) -> Sequence[KeyArn]:
    """Keys of the secrets that the proxy reads, where they are not AWS's."""
    managed = config.master.key_arn if config.master_login else None
    reads_own = secrets or (config.master_login and config.master.is_own)
    own = config.secrets_key if reads_own else None
    return [key for key in (inputs.key_arn, managed, own) if key]


def _logins(
    config: Config, database: Database, secrets: Sequence[tuple[User, SecretArn]]
) -> Sequence[SecretLogin]:
    master = database.master_secret
    return [
        *([SecretLogin(master, iam=True)] if config.master_login and master else ()),
        *(SecretLogin(secret, iam=user.login == "iam") for user, secret in secrets),
    ]
