"""The stack of declared functions behind a proxy, each with the login of its own user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .. import stacks
from ..aws.engines import ENGINES
from ..model import Child, nest
from ..resources.function_declaration import DeclaredFunction, token_users
from ..resources.login_ports import DeclaredPorts, FunctionNetworkPorts
from ..resources.port_groups import DatabaseNames
from .data_stacks import DataTier


class DeclaringSettings(Protocol):
    """The part of a variant's ``Config`` that declares functions."""

    @property
    def rds(self) -> stacks.rds.Config: ...
    @property
    def sam(self) -> stacks.functions.FunctionApiSettings: ...
    @property
    def functions(self) -> Sequence[DeclaredFunction]: ...


def declared_functions(
    config: DeclaringSettings, names: DatabaseNames, data: DataTier, network: FunctionNetworkPorts
) -> Child[stacks.functions.Outputs]:
    """``SAMStack`` with the declared functions, each with the login of its own user."""
    connecting = [one for one in config.functions if one.user is not None]
    tokens = token_users(connecting, config.rds.users)
    passwords = any(one.user not in tokens for one in connecting)
    ports = DeclaredPorts(
        rds_database_name=names.rds_database_name,
        rds_proxy_endpoint=data.rds.rds_proxy_endpoint
        if any(not one.reads_only for one in connecting)
        else None,
        rds_proxy_read_only_endpoint=data.rds.rds_proxy_read_only_endpoint,
        rds_proxy_arn=data.rds.rds_proxy_arn if tokens else None,
        function_users=data.function_users,
        user_secret_arns=data.secrets.credentials.user_secret_arns if passwords else None,
        own_key_arn=data.secrets.own_key if passwords else None,
    )
    inside = any(one.in_vpc for one in config.functions)
    endpoint = data.endpoint_security_group_id if passwords else None
    return nest(
        "SAMStack",
        stacks.functions,
        stacks.functions.Config(
            api=config.sam,
            declared=tuple(config.functions),
            users=config.rds.users,
            engine_family=ENGINES[config.rds.engine].family,
            by_ipv6=config.rds.proxy.by_ipv6_only,
        ),
        stacks.functions.Inputs(
            network=FunctionNetworkPorts(
                **{**dict(network), "endpoint_security_group_id": endpoint}
            )
            if inside
            else None,
            declared=ports if connecting else None,
        ),
    )
