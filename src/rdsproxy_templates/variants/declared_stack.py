"""The stack of declared functions behind one proxy or two, each with the login of its own user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .. import stacks
from ..aws.database_users import User
from ..aws.engines import ENGINES, EngineName
from ..aws.kinds import DatabaseUsers, SecurityGroupId
from ..model import Child, nest
from ..records import record
from ..resources.declared_ports import DeclaredPorts, ProxyPorts, TwoProxiesPorts
from ..resources.function_declaration import DeclaredFunction, token_users
from ..resources.login_ports import FunctionNetworkPorts
from ..resources.proxy_logins import ExistingLogin
from .database_secrets import Secrets


class LoginSettings(Protocol):
    """Users that the stack creates, and logins of those that exist."""

    @property
    def engine(self) -> EngineName: ...
    @property
    def users(self) -> Sequence[User]: ...
    @property
    def existing_logins(self) -> Sequence[ExistingLogin]: ...


class DeclaringSettings(Protocol):
    """The part of a variant's ``Config`` that declares functions."""

    @property
    def rds(self) -> LoginSettings: ...
    @property
    def sam(
        self,
    ) -> stacks.functions.FunctionApiSettings | stacks.functions.TwoFunctionsSettings: ...
    @property
    def functions(self) -> Sequence[DeclaredFunction]: ...


class DatabaseUsersTier(Protocol):
    """The part of a data tier that has the users of functions."""

    @property
    def secrets(self) -> Secrets: ...
    @property
    def function_users(self) -> DatabaseUsers | None: ...
    @property
    def endpoint_security_group_id(self) -> SecurityGroupId | None: ...


@record(frozen=True, kw_only=True)
class _Connecting:
    """The functions with a user, by how it logs in."""

    by_token: Sequence[DeclaredFunction]
    by_password: Sequence[DeclaredFunction]
    with_own_secrets: Sequence[DeclaredFunction]
    """Those of *by_password* whose users the stack creates."""


def function_users(rds: LoginSettings) -> Sequence[str]:
    """Users that functions may log in as, declared or existing."""
    existing = (one.user for one in rds.existing_logins if one.user)
    return [*(user.name for user in rds.users), *existing]


def reads_given_secrets(config: DeclaringSettings) -> bool:
    """True where a function reads a secret that is not the stack's."""
    functions = _connecting(config)
    elsewhere = len(functions.by_password) > len(functions.with_own_secrets)
    return elsewhere or _reads_further(config)


def proxy_ports(config: DeclaringSettings, rds: stacks.rds.Outputs) -> ProxyPorts:
    """The one proxy of *rds*, as far as the declared functions connect to it."""
    functions = _connecting(config)
    return ProxyPorts(
        rds_proxy_endpoint=rds.rds_proxy_endpoint
        if _some_write([*functions.by_token, *functions.by_password])
        else None,
        rds_proxy_read_only_endpoint=rds.rds_proxy_read_only_endpoint,
        rds_proxy_arn=rds.rds_proxy_arn if functions.by_token else None,
    )


def two_proxies_ports(
    config: DeclaringSettings, rds: stacks.two_proxies.Outputs
) -> TwoProxiesPorts:
    """Both proxies of *rds*, as far as the declared functions connect to each."""
    functions = _connecting(config)
    by_password, by_token = functions.by_password, functions.by_token
    return TwoProxiesPorts(
        password_proxy_endpoint=rds.password_proxy_endpoint if _some_write(by_password) else None,
        password_read_only_endpoint=rds.password_read_only_endpoint if by_password else None,
        iam_proxy_endpoint=rds.iam_proxy_endpoint if _some_write(by_token) else None,
        iam_read_only_endpoint=rds.iam_read_only_endpoint if by_token else None,
        iam_proxy_arn=rds.iam_proxy_arn if by_token else None,
    )


def declared_functions(
    config: DeclaringSettings,
    data: DatabaseUsersTier,
    *,
    front: ProxyPorts | TwoProxiesPorts,
    network: FunctionNetworkPorts,
    by_ipv6: bool = False,
) -> Child[stacks.functions.Outputs]:
    """``SAMStack`` with the declared functions, each with the login of its own user at *front*."""
    functions = _connecting(config)
    passwords, own = bool(functions.by_password), bool(functions.with_own_secrets)
    ports = DeclaredPorts(
        rds_database_name=data.secrets.database_name,
        proxy=front if isinstance(front, ProxyPorts) else None,
        two_proxies=front if isinstance(front, TwoProxiesPorts) else None,
        function_users=data.function_users,
        user_secret_arns=data.secrets.credentials.user_secret_arns if own else None,
        own_key_arn=data.secrets.own_key if own else None,
    )
    inside = any(one.in_vpc for one in config.functions)
    reads = passwords or _reads_further(config)
    endpoint = data.endpoint_security_group_id if reads else None
    return nest(
        "SAMStack",
        stacks.functions,
        stacks.functions.Config(
            api=config.sam,
            declared=tuple(config.functions),
            users=tuple(config.rds.users),
            existing_logins=_named(config.rds),
            engine_family=ENGINES[config.rds.engine].family,
            by_ipv6=by_ipv6,
        ),
        stacks.functions.Inputs(
            network=FunctionNetworkPorts(
                **{**dict(network), "endpoint_security_group_id": endpoint}
            )
            if inside
            else None,
            declared=ports if functions.by_token or passwords else None,
        ),
    )


def _connecting(config: DeclaringSettings) -> _Connecting:
    created = token_users(config.functions, config.rds.users)
    tokens = {*created, *(one.user for one in _named(config.rds) if one.by_token)}
    functions = [one for one in config.functions if one.user is not None]
    by_password = [one for one in functions if one.user not in tokens]
    names = {user.name for user in config.rds.users}
    return _Connecting(
        by_token=[one for one in functions if one.user in tokens],
        by_password=by_password,
        with_own_secrets=[one for one in by_password if one.user in names],
    )


def _named(rds: LoginSettings) -> tuple[ExistingLogin, ...]:
    """Logins of users that exist, as whom a function may log in."""
    return tuple(one for one in rds.existing_logins if one.user)


def _reads_further(config: DeclaringSettings) -> bool:
    return any(one.reads_further_secrets for one in config.functions)


def _some_write(functions: Sequence[DeclaredFunction]) -> bool:
    return any(not one.reads_only for one in functions)
