"""Logins of functions, and what opens the way to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from troposphere import AWSObject
from troposphere.iam import PolicyType

from ...errors import Problem, WiringError
from ...resources.api_functions import LibraryFunction
from ...resources.function_declaration import DeclaredFunction, token_users
from ...resources.login_ports import FunctionNetworkPorts
from ...resources.logins import Login
from ...resources.security_groups import endpoint_access_rules

if TYPE_CHECKING:
    from .functions import Config, Inputs


def login_of(one: DeclaredFunction, config: Config, inputs: Inputs) -> Login | None:
    """Return the login of *one*; None without a user."""
    if isinstance(one, LibraryFunction):
        return inputs.login(one.own.login)
    if one.user is None:
        return None
    if config.declared_login:
        return inputs.login(config.declared_login)
    if inputs.declared is None:
        raise unwired("declared", "the database of declared functions")
    tokens = token_users(config.declared, config.users)
    return inputs.declared.login(one, config.users, tokens, config.existing_logins)


def way_to_secrets(network: FunctionNetworkPorts | None) -> Sequence[AWSObject]:
    """Let functions in *network* reach Secrets Manager, where they read a secret."""
    if network is None or network.endpoint_security_group_id is None:
        return []
    return endpoint_access_rules(
        network.function_security_group_id,
        network.endpoint_security_group_id,
        api="Secrets Manager",
        who="The functions",
    )


def shared_rights(config: Config, inputs: Inputs) -> Iterator[AWSObject]:
    """Policies of the functions' logins for a role that another account knows already."""
    if inputs.function_role is None:
        return
    logins = [one.login for one in config.functions]
    for login in [*logins, *([config.declared_login] if config.declared_login else ())]:
        for name, document in inputs.login(login).rights.items():
            yield PolicyType(
                f"FunctionRole{name}",
                PolicyName=name,
                Roles=[inputs.function_role.function_role_name],
                PolicyDocument=document,
            )


def unwired(name: str, meaning: str) -> WiringError:
    """Return the error of a port that functions need."""
    return WiringError([Problem("functions.Inputs", f"must wire {name}, {meaning}; got nothing")])
