"""Database in private subnets, and the RDS Proxy through which clients reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from pydantic import Field
from troposphere import Select, rds

from ...aws import database_users
from ...aws.engines import ENGINES
from ...aws.kinds import (
    DatabaseName,
    DatabaseResourceId,
    Hostname,
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
from ...resources.database import attachments
from ...resources.proxied_database import ProxiedDatabaseSettings, cluster_or_instance
from ...resources.proxy import (
    Proxy,
    ProxySettings,
    SecretLogin,
    TargetRole,
    proxy_endpoint,
    rds_proxy,
)


class Config(ProxiedDatabaseSettings, ProxySettings):
    """The database, its users and its proxy. ``max_capacity`` makes it Serverless v2."""

    master_login: bool = Field(
        default=True, description="Let the master user in through the proxy, by IAM."
    )

    @property
    def offers_host(self) -> bool:
        """Whether somebody connects to the writer itself."""
        return bool(self.users)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.refused_by(ENGINES[self.engine])
        if not self.master_login and not self.users:
            yield Problem(
                "master_login",
                "is off, and there are no users: nobody could log in; declare one, "
                "`users: [{name: app, login: iam}]`, or let the master in, `master_login: true`",
            )


class Inputs(Ports):
    rds_database_name: DatabaseName = Field(description="Name of the first database.")
    rds_master_user_secret_arn: SecretArn = Field(
        description="Secret with the username and password of the master user."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None, description="Secrets of the users that have a password, in their order."
    )
    private_subnet1_id: SubnetId = Field(description="Subnet of cluster and proxy.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone.")
    db_cluster_security_group_id: SecurityGroupId = Field(description="Group of the cluster.")
    rds_proxy_security_group_id: SecurityGroupId = Field(description="Group of the proxy.")
    key_arn: KeyArn | None = Field(default=None, description="Key of one of the users' secrets.")
    client_subnet_ids: SubnetIds | None = Field(
        default=None, description="Subnets of another network, in which the proxy gets endpoints."
    )
    client_endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None, description="Group of the endpoints in the other network."
    )


class Outputs(Ports):
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    rds_proxy_arn: ProxyArn = Field(description="The proxy.")
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )
    db_cluster_endpoint: Hostname | None = Field(
        default=None, description="Host of the writer itself, where users are created."
    )
    db_resource_id: DatabaseResourceId | None = Field(
        default=None, description="ID of the database itself; another database has another."
    )
    vpc_id: VpcId | None = Field(default=None, description="VPC of the subnets.")
    attached_secret_arns: SecretArns | None = Field(
        default=None, description="The master's secret and the users', once they name the cluster."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The proxy logs in to the database with secrets, and lets clients in by IAM or password."""
    subnets = [inputs.private_subnet1_id, inputs.private_subnet2_id]
    group = inputs.rds_proxy_security_group_id
    database = cluster_or_instance(
        config,
        name=inputs.rds_database_name,
        master=inputs.rds_master_user_secret_arn,
        subnets=subnets,
        group=inputs.db_cluster_security_group_id,
        iam=bool(database_users.end_to_end(config.users)),
    )
    attached = attachments(
        database,
        inputs.rds_master_user_secret_arn,
        database_users.secrets(config.users, inputs.user_secret_arns),
    )
    front = rds_proxy(
        "RDSProxy",
        config,
        database,
        logins=_logins(config, inputs),
        end_to_end=database_users.end_to_end(config.users),
        key=inputs.key_arn,
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
            db_cluster_endpoint=database.host if config.offers_host else None,
            db_resource_id=DatabaseResourceId(database.resource_id) if config.users else None,
            vpc_id=front.vpc_id if config.users or config.rotate_secrets_after_days else None,
            attached_secret_arns=SecretArns([one.ref() for one in attached])
            if config.rotate_secrets_after_days
            else None,
        ),
    )


def _endpoints(
    config: Config, inputs: Inputs, front: Proxy
) -> Mapping[TargetRole, rds.DBProxyEndpoint]:
    """The proxy's further hosts: for readers, and all of them where clients are elsewhere."""
    group = inputs.client_endpoint_security_group_id
    if inputs.client_subnet_ids is None or group is None:
        here = partial(
            proxy_endpoint,
            proxy=front,
            subnets=[inputs.private_subnet1_id, inputs.private_subnet2_id],
            group=inputs.rds_proxy_security_group_id,
        )
        return {"READ_ONLY": here("RDSProxyReadOnlyEndpoint")} if config.readers else {}
    there = partial(
        proxy_endpoint,
        proxy=front,
        subnets=[SubnetId(Select(index, inputs.client_subnet_ids)) for index in (0, 1)],
        group=group,
    )
    writer = there("ClientEndpoint", role="READ_WRITE", purpose="client")
    if not config.readers:
        return {"READ_WRITE": writer}
    readers = there("ClientReadOnlyEndpoint", purpose="client-ro")
    return {"READ_WRITE": writer, "READ_ONLY": readers}


def _host(endpoint: rds.DBProxyEndpoint | None) -> Hostname | None:
    return Hostname(endpoint.get_att("Endpoint")) if endpoint else None


def _logins(config: Config, inputs: Inputs) -> Sequence[SecretLogin]:
    master = [SecretLogin(inputs.rds_master_user_secret_arn, iam=True)]
    return [
        *(master if config.master_login else ()),
        *(
            SecretLogin(secret, iam=user.login == "iam")
            for user, secret in database_users.secrets(config.users, inputs.user_secret_arns)
        ),
    ]
