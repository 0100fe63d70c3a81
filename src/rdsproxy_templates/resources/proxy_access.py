"""Rules between a proxy, the users it lets in, and the engine behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ..aws.database_users import User
from ..aws.engines import Engine
from ..errors import Problem
from .database_surroundings import DatabaseNetworkSettings
from .proxy_details import ProxyDetails
from .proxy_logins import existing_user_problems


class ProxyAccess(Protocol):
    """Settings of a proxy and of those whom it lets in."""

    @property
    def proxy(self) -> ProxyDetails: ...
    @property
    def users(self) -> Sequence[User]: ...
    @property
    def master_login(self) -> bool: ...
    @property
    def network(self) -> DatabaseNetworkSettings: ...
    @property
    def readers(self) -> int: ...


def access_problems(choices: ProxyAccess, engine: Engine) -> Iterator[Problem]:
    """Report what *engine* does not take of the proxy, and logins that nobody has."""
    for problem in choices.proxy.details_refused_by(engine, choices.readers):
        yield problem.within("proxy")
    targets = choices.proxy.target_connection_network_type
    if targets == "IPV6" and choices.network.type != "DUAL":
        yield Problem(
            "proxy.target_connection_network_type",
            "is IPV6, and the database has IPv4 addresses only; set `network: {type: DUAL}`, "
            "or leave it out",
        )
    logins = {
        *(user.login for user in choices.users),
        *(existing.login for existing in choices.proxy.logins),
    }
    names = [user.name for user in choices.users]
    for problem in existing_user_problems(choices.proxy.logins, names):
        yield problem.within("proxy.logins")
    if choices.proxy.client_password_auth_type and "password" not in logins:
        yield Problem(
            "proxy.client_password_auth_type",
            "is for clients that send passwords, and nobody logs in with one; leave it out",
        )
    if not choices.master_login and not choices.users and not choices.proxy.logins:
        yield Problem(
            "master_login",
            "is off, and there are no users: nobody could log in; declare one, "
            "`users: [{name: app, login: iam}]`, or let the master in, `master_login: true`",
        )
