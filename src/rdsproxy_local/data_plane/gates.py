"""The login rules of a proxy, and of a database that is reached without a proxy.

Both are read anew for every login, and decide by what IAM, Secrets Manager and EC2 have then.
"""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.rds.models import DBProxy

from ..servers import iam
from ..servers.iam import Refused
from ..servers.server import Credentials
from . import deployed, identities, secret_values
from .databases import ENGINES, MYSQL, POSTGRESQL, Database, Databases
from .deployed import DatabaseHost, ProxyHost
from .identities import Identity
from .parameters import takes_tls_only
from .reachability import Interface, reaches

PORTS: Final = {MYSQL: 3306, POSTGRESQL: 5432}
CONNECT: Final = "rds-db:connect"


@dataclass(frozen=True)
class Rules:
    """The rules for the next login."""

    require_tls: bool
    users: Mapping[str, Credentials] = field(default_factory=dict)
    """The login with which each user goes on to the server."""
    passwords: Mapping[str, str] = field(default_factory=dict)
    """The passwords of users that log in with one."""


class Gate(ABC):
    """The authority that a login front asks, for one host name."""

    host: str
    port: int
    family: str
    interface: Interface
    public: bool
    """True if it is reached from the internet, too."""

    @abstractmethod
    def rules(self) -> Rules:
        """The rules at this moment."""

    @abstractmethod
    def verify(self, user: str, word: str) -> Credentials:
        """The login to go on with for a user who said *word*, or :class:`iam.Refused`."""

    @abstractmethod
    def connect(self) -> socket.socket:
        """A connection to the server behind; raises OSError if there is no server."""

    @abstractmethod
    def warm(self) -> None:
        """Have the server behind run, so that the first login does not wait for it."""


class ProxyGate(Gate):
    """RDS Proxy's rules: users of secrets, or of the database where the default is IAM."""

    def __init__(self, host: ProxyHost, databases: Databases) -> None:
        self._proxy, self._databases = host.proxy, databases
        self.host, self.interface, self.public = host.host, host.interface, False
        self.family = host.proxy.engine_family
        self.port = PORTS[self.family]

    def rules(self) -> Rules:
        logins = self._logins()
        users = {login.user: login for login, _ in logins}
        passwords = {login.user: login.password for login, mode in logins if mode == "DISABLED"}
        return Rules(bool(self._proxy.require_tls), users, passwords)

    def verify(self, user: str, word: str) -> Credentials:
        proxy = self._proxy
        identity = _signer(word, user, self.host, self.port, proxy.region)
        _check_connect(identity, proxy.account_id, proxy.region, proxy.unique_id, user)
        for login, mode in self._logins():
            if login.user == user and mode != "DISABLED":
                return login
        if _default_scheme(proxy) == "IAM_AUTH":
            return self._end_to_end(user)
        raise Refused("there is no such user")

    def connect(self) -> socket.socket:
        behind = self._behind()
        if behind is None:
            raise OSError("the proxy has no target that it reaches")
        return self._databases.of(behind.model).connect()

    def warm(self) -> None:
        if behind := self._behind():
            self._databases.of(behind.model).settled()

    def _behind(self) -> DatabaseHost | None:
        """The proxy's target, if the groups of both let the proxy reach it.

        A proxy that requires no TLS makes its own connections without: Creating a proxy.
        """
        target = deployed.target_of(self._proxy)
        if target is None or ENGINES[target.model.engine] != self.family:
            return None
        if not self._proxy.require_tls and takes_tls_only(target.model):
            return None
        own = Interface.of(
            self._proxy.vpc_security_group_ids,
            self._proxy.vpc_subnet_ids,
            getattr(self._proxy, "target_connection_network_type", "IPV4"),
        )
        port = int(target.model.port or self.port)
        return target if reaches(own, target.interface, port) else None

    def _logins(self) -> list[tuple[Credentials, str]]:
        """The login in each secret that the proxy can read, and its IAMAuth.

        One that the server does not take is of no use; PostgreSQL is not asked again after
        this, because it trusts the socket that the front reaches it by.
        """
        found = []
        for entry in self._proxy.auth or ():
            login = secret_values.login_for_role(entry["SecretArn"], self._proxy.role_arn)
            if login is not None and self._is_taken(login):
                found.append((login, entry.get("IAMAuth", "DISABLED")))
        return found

    def _is_taken(self, login: Credentials) -> bool:
        behind = self._behind()
        return behind is None or self._databases.of(behind.model).accepts(login)

    def _end_to_end(self, user: str) -> Credentials:
        """The proxy goes on with a token of its own, for the same user."""
        behind = self._behind()
        if behind is None or not behind.model.iam_database_authentication_enabled:
            raise Refused("the database behind takes no tokens")
        own = _resource(self._proxy.account_id, self._proxy.region, behind.resource_id, user)
        if not identities.role_may(self._proxy.role_arn, secret_values.RDS, CONNECT, own):
            raise Refused(f"the proxy's role may not connect as {user}")
        return _known(self._databases.of(behind.model), user)


class DatabaseGate(Gate):
    """A cluster or instance itself: passwords of its users, or tokens where IAM is enabled.

    Both are taken in clear text within TLS, which is demanded of everybody: only so the front
    can tell them apart.
    """

    def __init__(self, host: DatabaseHost, databases: Databases) -> None:
        self._host, self._model = host, host.model
        self._database = databases.of(host.model)
        self.host, self.interface, self.public = host.host, host.interface, host.public
        self.family = self._database.family
        self.port = int(host.model.port or PORTS[self.family])

    def rules(self) -> Rules:
        return Rules(require_tls=True)

    def verify(self, user: str, word: str) -> Credentials:
        if "Action=connect" in word:
            return self._by_token(user, word)
        login = Credentials(user, word)
        if not self._database.accepts(login):
            raise Refused("the password is wrong")
        return login

    def connect(self) -> socket.socket:
        return self._database.connect()

    def warm(self) -> None:
        self._database.settled()

    def _by_token(self, user: str, token: str) -> Credentials:
        model = self._model
        if not model.iam_database_authentication_enabled:
            raise Refused("the database takes no tokens")
        identity = _signer(token, user, self.host, self.port, model.region)
        _check_connect(identity, model.account_id, model.region, self._host.resource_id, user)
        return _known(self._database, user)


def gate_of(host: str, databases: Databases) -> Gate | None:
    """The gate of a host name; None where nothing is deployed under it."""
    match deployed.find(host):
        case ProxyHost() as found:
            return ProxyGate(found, databases)
        case DatabaseHost() as found:
            return DatabaseGate(found, databases)
    return None


def _signer(token: str, user: str, host: str, port: int, region: str) -> Identity:
    """The signer of a token that is good here and now."""
    key_id = iam.verify(
        token, user=user, host=host, port=port, region=region, keys=identities.keys()
    )
    identity = identities.find(key_id)
    assert identity is not None
    return identity


def _check_connect(
    identity: Identity, account: str, region: str, resource_id: str, user: str
) -> None:
    resource = _resource(account, region, resource_id, user)
    # Tokens of another account are not taken, whatever its policies say.
    if identity.account != account or not identity.may(CONNECT, resource):
        raise Refused(f"{identity.arn} may not connect to {resource}")


def _resource(account: str, region: str, resource_id: str, user: str) -> str:
    return f"arn:aws:rds-db:{region}:{account}:dbuser:{resource_id}/{user}"


def _known(database: Database, user: str) -> Credentials:
    login = database.login_without_password(user)
    if login is None:
        raise Refused("there is no such user")
    return login


def _default_scheme(proxy: DBProxy) -> Any:
    return getattr(proxy, "default_auth_scheme", None)
