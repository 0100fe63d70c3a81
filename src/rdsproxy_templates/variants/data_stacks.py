"""The data tier behind one proxy: secrets, users, database, proxy and rotation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from .. import stacks
from ..aws.kinds import DatabaseUser, DatabaseUsers, SecurityGroupId
from ..model import Child, nest
from ..records import record
from ..resources.port_groups import DatabaseNames, DataTierOutputs, ProxyNetwork
from .administration import AdministeredDatabase, AdministrationSettings, administration
from .database_secrets import Secrets, SharedSecret, database_secrets


class DataTierSettings(Protocol):
    """The part of a variant's ``Config`` that decides about the data tier."""

    @property
    def secrets(self) -> stacks.secrets.Config: ...
    @property
    def rds(self) -> stacks.rds.Config: ...
    @property
    def administration(self) -> AdministrationSettings: ...


@record(frozen=True, kw_only=True)
class ClientAccount:
    """Another account, whose clients reach the proxy in a network of their own."""

    network: stacks.rds.ClientNetwork
    shared_secret: SharedSecret | None
    """The secret that this account may read, where it logs in with a password."""


@record(frozen=True, kw_only=True)
class DataTier:
    """The stacks, and what others need of them."""

    children: Sequence[Child[Any]]
    rds: stacks.rds.Outputs
    secrets: Secrets
    function_user: DatabaseUser
    """The user that a function logs in as."""
    function_users: DatabaseUsers | None
    """The users that declared functions log in as."""
    endpoint_security_group_id: SecurityGroupId | None
    """Group of the VPC's endpoint for Secrets Manager; None where there is none."""
    network: ProxyNetwork

    @property
    def outputs(self) -> DataTierOutputs:
        """What other stacks may refer to."""
        return DataTierOutputs(
            rds_proxy_arn=self.rds.rds_proxy_arn,
            db_arn=self.rds.db_arn,
            db_resource_id=self.rds.db_resource_id,
            vpc_id=self.rds.vpc_id,
            db_cluster_security_group_id=self.network.db_cluster_security_group_id,
            rds_proxy_security_group_id=self.network.rds_proxy_security_group_id,
            rds_master_user_secret_arn=self.secrets.master_secret,
            user_secret_arns=self.secrets.credentials.user_secret_arns,
        )


def data_tier(
    config: DataTierSettings,
    names: DatabaseNames,
    network: ProxyNetwork,
    *,
    client: ClientAccount | None = None,
    endpoint_security_group_id: SecurityGroupId | None = None,
) -> DataTier:
    """Place a database and its proxy in *network*, with its secrets, users and rotation.

    The proxy's clients are in this network, or those of a *client* account. Without
    *endpoint_security_group_id* an endpoint of Secrets Manager is created where functions
    need one.
    """
    shared = client.shared_secret if client else None
    secrets = database_secrets(config.secrets, config.rds, config.rds.users, names, shared)
    rds = nest(
        "RDSStack",
        stacks.rds,
        config.rds,
        stacks.rds.Inputs(
            credentials=secrets.credentials,
            network=network,
            key_arn=secrets.key_arn if config.rds.creates_proxy_role else None,
            client=client.network if client else None,
        ),
    )
    return tended(config.administration, secrets, rds, network, endpoint_security_group_id)


def tended(
    settings: AdministrationSettings,
    secrets: Secrets,
    rds: Child[stacks.rds.Outputs],
    network: ProxyNetwork,
    endpoint_security_group_id: SecurityGroupId | None,
) -> DataTier:
    """The data tier of *secrets* and *rds*, with the stacks that keep users and rotate secrets."""
    secrets = secrets.with_managed(rds.outputs.managed_secret_arn)
    administered = administration(
        settings,
        secrets,
        AdministeredDatabase(
            vpc_id=rds.outputs.vpc_id,
            subnet_ids=network.subnets.subnet_ids,
            db_security_group_id=network.db_cluster_security_group_id,
            endpoint_security_group_id=endpoint_security_group_id,
            db_endpoint=rds.outputs.db_cluster_endpoint,
            db_resource_id=rds.outputs.db_resource_id,
            attached_secret_arns=rds.outputs.attached_secret_arns,
        ),
    )
    return DataTier(
        children=[*secrets.children, rds, *administered.children],
        rds=rds.outputs,
        secrets=secrets,
        function_user=administered.function_user,
        function_users=administered.function_users,
        endpoint_security_group_id=administered.endpoint_security_group_id,
        network=network,
    )
