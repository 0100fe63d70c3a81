"""Login fronts on loopback for the host names of RDS, each from its first use."""

from __future__ import annotations

import threading
from itertools import count
from pathlib import Path
from typing import Final

from ..servers.certificates import Authority
from ..servers.login_front import LoginFront
from ..servers.mysql_front import MySQLFront
from ..servers.postgresql_front import PostgreSQLFront
from . import deployed
from .databases import MYSQL, POSTGRESQL, Databases
from .gates import Gate, ProxyGate, gate_of
from .roots import Roots


class _AtGate(LoginFront):
    """A front that asks its gate at every login."""

    gate: Gate

    def prepare(self) -> None:
        rules = self.gate.rules()
        # Those who are logging in now keep their logins; nobody else gets in by an old one.
        self.users.update(rules.users)
        self.passwords = dict(rules.passwords)
        self.require_tls = rules.require_tls

    def verify(self, user: str, token: str) -> None:
        self.users[user] = self.gate.verify(user, token)


class _MySQLFront(_AtGate, MySQLFront):
    """MySQL's protocol."""


class _PostgreSQLFront(_AtGate, PostgreSQLFront):
    """PostgreSQL's protocol."""


FRONTS: Final[dict[str, type[_AtGate]]] = {MYSQL: _MySQLFront, POSTGRESQL: _PostgreSQLFront}


class Fronts:
    """The fronts of all host names; those of names that are gone are closed.

    A proxy shows a certificate of Amazon's authority, a database one of RDS's own.
    """

    def __init__(self, folder: Path, databases: Databases) -> None:
        self.amazon = Authority(folder / "amazon")
        self.rds = Authority(folder / "rds")
        self.roots = Roots(folder, self.amazon.file, self.rds.file)
        self._databases = databases
        self._fronts: dict[str, _AtGate] = {}
        self._numbers = count()
        self._lock = threading.Lock()

    def gate(self, host: str) -> Gate | None:
        """The gate of the database or proxy deployed under this name."""
        return gate_of(host, self._databases)

    def port(self, gate: Gate) -> int:
        """The port on which this gate's front listens; also starts the database behind it."""
        gate.warm()
        with self._lock:
            front = self._fronts.get(gate.host)
            if front is None:
                front = self._fronts[gate.host] = self._new(gate)
            front.gate, front.backend = gate, gate.connect
            return front.port

    def sweep(self) -> None:
        """Close the fronts of names under which nothing is deployed any more."""
        with self._lock:
            gone = [host for host in self._fronts if deployed.find(host) is None]
            closed = [self._fronts.pop(host) for host in gone]
        for front in closed:
            front.close()

    def log(self) -> list[str]:
        """One line for each login: who was accepted, or who was refused and why."""
        with self._lock:
            return [line for front in self._fronts.values() for line in front.log]

    def close(self) -> None:
        with self._lock:
            for front in self._fronts.values():
                front.close()
            self._fronts.clear()

    def _new(self, gate: Gate) -> _AtGate:
        authority = self.amazon if isinstance(gate, ProxyGate) else self.rds
        # The common name of a certificate ends at 64 characters, which host names do not.
        certificate = authority.issue(f"endpoint-{next(self._numbers)}", valid_for=[gate.host])
        return FRONTS[gate.family](gate.connect, certificate, {}, host=gate.host)
