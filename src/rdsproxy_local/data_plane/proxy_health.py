"""The health of RDS Proxy's targets, found out when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from moto.rds.models import DBProxy, DBProxyTarget

from ..servers.server import Credentials
from . import deployed, secret_values
from .deployed import DatabaseHost
from .parameters import takes_tls_only
from .reachability import Interface, reaches

Reason = Literal[
    "AUTH_FAILURE",
    "CONNECTION_FAILED",
    "INVALID_REPLICATION_STATE",
    "PENDING_PROXY_CAPACITY",
    "PROMOTED",
    "UNREACHABLE",
]
Status = Literal[
    "available",
    "modifying",
    "incompatible-network",
    "insufficient-resource-limits",
    "creating",
    "deleting",
    "suspended",
    "suspending",
    "reactivating",
]
Verdict = Literal["accepted", "refused", "no such user"]
Judge = Callable[[Any, Credentials], Verdict | None]
"""Gives the answer of a cluster's or an instance's server to a login; None where none runs."""

# Those of AUTH_FAILURE, PENDING_PROXY_CAPACITY and a missing rule are as AWS was seen to word them:
# https://docs.aws.amazon.com/cli/latest/reference/rds/describe-db-proxy-targets.html
DESCRIPTIONS: Final[dict[Reason, str]] = {
    "AUTH_FAILURE": "Proxy does not have any registered credentials",
    "CONNECTION_FAILED": "DBProxy Target unavailable due to an internal error",
    "INVALID_REPLICATION_STATE": "DBProxy Target has an invalid replication state",
    "PENDING_PROXY_CAPACITY": "DBProxy Target is waiting for proxy to scale to desired capacity",
    "PROMOTED": "DBProxy Target was promoted",
    "UNREACHABLE": "DBProxy Target unavailable due to an internal error",
}
REFUSED: Final = "The credentials of the proxy were refused by the database"
NO_USER_YET: Final = "The users of the proxy's secrets are not in the database"
"""The only description in spite of which a target group is complete: users may come later."""
PORTS: Final = {"MYSQL": 3306, "POSTGRESQL": 5432, "SQLSERVER": 1433}


@dataclass(frozen=True, kw_only=True)
class Provoked:
    """A state that somebody wants a proxy and its targets to be in, whatever the reason."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    status: Status | None = None
    """The status of the proxy."""
    reason: Reason | None = None
    """The reason why its targets are not available."""


class _Present:
    """What is asked, and what is provoked, in this process."""

    def __init__(self) -> None:
        self.judge: Judge = lambda _model, _login: None
        self.provoked: Mapping[str, Provoked] = {}


_present: Final = _Present()


@contextmanager
def asked_of(judge: Judge) -> Iterator[None]:
    """Ask the running servers while the block runs."""
    _present.judge = judge
    try:
        yield
    finally:
        _present.judge = lambda _model, _login: None


def provoke(provoked: Mapping[str, Provoked]) -> None:
    """Have proxies by name, or all by `*`, in these states and no others."""
    _present.provoked = provoked


def status_of(proxy: DBProxy) -> str:
    """The status of a proxy: `available` unless another is provoked."""
    return _provoked(proxy).status or "available"


def health_of(target: DBProxyTarget) -> dict[str, str]:
    """The health of a target, as DescribeDBProxyTargets shows it."""
    proxy = _proxy_of(target)
    found = _reason(proxy) if proxy is not None else None
    if found is None:
        return {"State": "AVAILABLE"}
    reason, description = found
    return {"State": "UNAVAILABLE", "Reason": reason, "Description": description}


def _reason(proxy: DBProxy) -> tuple[Reason, str] | None:
    """The reason why the proxy has no connection, and its description; None if it has one."""
    provoked = _provoked(proxy)
    if provoked.reason is not None:
        return provoked.reason, DESCRIPTIONS[provoked.reason]
    if provoked.status not in {None, "available", "modifying"}:
        return "CONNECTION_FAILED", DESCRIPTIONS["CONNECTION_FAILED"]
    behind = deployed.target_of(proxy)
    if behind is None or not _reached(proxy, behind):
        return "UNREACHABLE", DESCRIPTIONS["UNREACHABLE"]
    if not proxy.require_tls and takes_tls_only(behind.model):
        return "CONNECTION_FAILED", DESCRIPTIONS["CONNECTION_FAILED"]
    if getattr(proxy, "default_auth_scheme", "NONE") == "IAM_AUTH":
        return None
    readable = [
        login
        for entry in proxy.auth or ()
        if (login := secret_values.login_for_role(entry["SecretArn"], proxy.role_arn)) is not None
    ]
    if not readable:
        return "AUTH_FAILURE", DESCRIPTIONS["AUTH_FAILURE"]
    verdicts = {_verdict(behind, login) for login in readable}
    if "accepted" in verdicts:
        return None
    return "AUTH_FAILURE", REFUSED if "refused" in verdicts else NO_USER_YET


def _reached(proxy: DBProxy, behind: DatabaseHost) -> bool:
    own = Interface.of(proxy.vpc_security_group_ids, proxy.vpc_subnet_ids)
    port = int(behind.model.port or PORTS[proxy.engine_family])
    return reaches(own, behind.interface, port)


def _verdict(behind: DatabaseHost, login: Credentials) -> Verdict:
    """The database's answer; what nobody can tell counts as accepted."""
    model = behind.model
    if (said := _present.judge(model, login)) is not None:
        return said
    password = getattr(model, "_master_user_password", None)
    managed = getattr(model, "manage_master_user_password", False)
    if login.user != model.master_username or managed or not password:
        return "accepted"
    return "accepted" if password == login.password else "refused"


def _proxy_of(target: DBProxyTarget) -> DBProxy | None:
    for proxy in list(target.backend.db_proxies.values()):
        if any(one is target for one in proxy.proxy_target_groups["default"].targets):
            return proxy
    return None


def _provoked(proxy: DBProxy) -> Provoked:
    everywhere = _present.provoked.get("*", Provoked())
    return _present.provoked.get(proxy.db_proxy_name, everywhere)
