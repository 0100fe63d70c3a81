"""Two proxies before one database, which share its connections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from ..aws.database_users import User
from ..aws.engines import Engine
from ..errors import Problem
from .proxy import ProxySettings
from .proxy_details import ProxyDetails
from .proxy_logins import existing_user_problems

ALL = 100
"""Percent of the database's connections."""


class Pool(ProxySettings, ProxyDetails):
    """One of two proxies, which leave each other and administration their share."""

    idle_client_timeout: int = Field(
        default=120,
        ge=1,
        le=28800,
        description="Seconds after which the proxy cuts an idle client.",
    )
    max_connections_percent: int = Field(
        default=45,
        ge=1,
        le=100,
        description="Share of the database's connections for the proxy; both together have at "
        "most 100.",
    )
    max_idle_connections_percent: int = Field(
        default=20, ge=0, le=100, description="Share that the proxy keeps open while idle."
    )


def two_pools_problems(
    password_proxy: Pool,
    iam_proxy: Pool,
    engine: Engine,
    *,
    readers: int,
    users: Sequence[User],
) -> Iterator[Problem]:
    """Report what *engine* refuses, and what the two cannot have beside each other."""
    pools = {"password_proxy": password_proxy, "iam_proxy": iam_proxy}
    for name, pool in pools.items():
        for problem in (*pool.refused_by(engine), *pool.details_refused_by(engine, readers)):
            yield problem.within(name)
    taken = [user.name for user in users]
    for name, pool in pools.items():
        for problem in existing_user_problems(pool.logins, taken):
            yield problem.within(f"{name}.logins")
        taken += [login.user for login in pool.logins if login.user]
    yield from _login_problems(password_proxy, iam_proxy)
    yield from _share_problems(password_proxy, iam_proxy)


def _login_problems(password_proxy: Pool, iam_proxy: Pool) -> Iterator[Problem]:
    """Each proxy takes one kind of login, of its further users, too, and has names of its own."""
    pools = {"password": password_proxy, "iam": iam_proxy}
    for kind, pool in pools.items():
        for index, existing in enumerate(pool.logins):
            if existing.login != kind:
                yield Problem(
                    f"{kind}_proxy.logins.{index}.login",
                    f"must be {kind}, which this proxy takes, got {existing.login!r}",
                )
    if iam_proxy.name and iam_proxy.name == password_proxy.name:
        yield Problem(
            "iam_proxy.name", f"must differ from password_proxy's, got {iam_proxy.name!r}"
        )
    names = [pool.role.name if pool.role else None for pool in pools.values()]
    if names[0] and names[0] == names[1]:
        yield Problem("iam_proxy.role.name", f"must differ from password_proxy's, got {names[0]!r}")
    if iam_proxy.client_password_auth_type:
        yield Problem(
            "iam_proxy.client_password_auth_type",
            "is for clients that send passwords, and this proxy takes tokens; leave it out",
        )


def _share_problems(password_proxy: Pool, iam_proxy: Pool) -> Iterator[Problem]:
    shares = [pool.max_connections_percent for pool in (password_proxy, iam_proxy)]
    if sum(shares) > ALL:
        was_set = "max_connections_percent" in iam_proxy.model_fields_set
        yield Problem(
            f"{'iam_proxy' if was_set else 'password_proxy'}.max_connections_percent",
            f"must leave both proxies at most {ALL} together, got {shares[0]} for "
            f"password_proxy and {shares[1]} for iam_proxy; either could take connections that "
            "the other counts on",
        )
