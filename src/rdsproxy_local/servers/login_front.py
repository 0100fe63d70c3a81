"""RDS Proxy as a client sees it: it checks logins, and a real server behind it answers."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self

from . import iam
from .certificates import Certificate
from .connection import Connection
from .loopback import HOST, Background, wait_for
from .relay import Fault, Relay, Wire
from .server import Credentials

SECONDS: Final = 60
"""A client that takes longer to log in is cut."""

TLS_REQUIRED: Final = "This RDS Proxy requires TLS connections"
NO_DATABASE: Final = "Timed-out waiting to acquire database connection"


class LoginFront(ABC):
    """Demands TLS and a token or a password, then passes every byte on to the server behind.

    *backend* opens a connection to that server, and *users* says with which credentials
    each user goes on to it. A user in *passwords* logs in with that password, any other
    with a token for *host* and the front's own port. All attributes may be changed at any
    time; they hold for the next login.
    """

    def __init__(
        self,
        backend: Callable[[], socket.socket],
        certificate: Certificate,
        users: Mapping[str, Credentials],
        *,
        keys: iam.Keys | None = None,
        passwords: Mapping[str, str] | None = None,
        host: str = "localhost",
        region: str = "eu-west-1",
        port: int = 0,
    ) -> None:
        self.backend, self.certificate, self.users = backend, certificate, dict(users)
        self.keys, self.passwords = dict(keys or {}), dict(passwords or {})
        self.host, self.region = host, region
        self.clock: Callable[[], float] = time.time
        self.require_tls = True
        self.silent = False
        """Accept connections and never answer."""
        self.fault: Fault | None = None
        """Asked for every statement whether to cut its connection, and where."""
        self.accepted = 0
        """Connections that clients opened, logged in or not."""
        self.log: list[str] = []
        self._open: set[Connection] = set()
        self._lock = threading.Lock()
        self._listener = _Listener(port, self._serve)
        self.port: int = self._listener.server_address[1]
        self._background = Background(self._listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> tuple[str, int]:
        """The address for clients: the host name that tokens are signed for, and the port."""
        return self.host, self.port

    def drop_all(self) -> None:
        """Cut every connection without a word, as a failover does."""
        with self._lock:
            cut = set(self._open)
        for connection in cut:
            connection.cut()
        wait_for(lambda: not cut & self._open, SECONDS)

    def close(self) -> None:
        """Listen no more, and cut what is open."""
        self._background.close()
        self.drop_all()

    def prepare(self) -> None:  # noqa: B027 - most have nothing to do
        """Bring what decides about the next login up to date; here it is what it was."""

    @abstractmethod
    def login(self, connection: Connection) -> Wire | None:
        """Let the client in and join the server to it, or refuse, note why and return None."""

    def verify(self, user: str, token: str) -> None:
        """Raise :class:`iam.Refused` unless the token lets *user* in here and now."""
        iam.verify(
            token,
            user=user,
            host=self.host,
            port=self.port,
            region=self.region,
            keys=self.keys,
            now=self.clock(),
        )
        if user not in self.users:
            raise iam.Refused("there is no such user")

    def note(self, connection: Connection, what: str) -> None:
        self.log.append(f"{connection.user} {what}")

    def _serve(self, client: socket.socket) -> None:
        with self._opened(client) as connection:
            try:
                self._handle(connection)
            except Exception as error:  # noqa: BLE001 - whatever one sends, others are served
                self.note(connection, f"failed, {type(error).__name__}: {error}")

    def _handle(self, connection: Connection) -> None:
        if self.silent:
            connection.outlast()
            return
        connection.client.settimeout(SECONDS)
        self.prepare()
        wire = self.login(connection)
        if wire is not None and connection.server is not None:
            relay = Relay(connection.client, connection.server, wire, self._cut)
            self.note(connection, relay.run())

    def _cut(self, statement: bytes) -> Any:
        return self.fault(statement) if self.fault else None

    @contextmanager
    def _opened(self, client: socket.socket) -> Iterator[Connection]:
        connection = Connection(client)
        with self._lock:
            self.accepted += 1
            self._open.add(connection)
        try:
            yield connection
        finally:
            connection.close()
            with self._lock:
                self._open.discard(connection)


class _Listener(socketserver.ThreadingTCPServer):
    """A thread for each connection, which nothing but :class:`LoginFront` closes."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        super().__init__((HOST, port), socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._serve(request)

    def shutdown_request(self, request: Any) -> None:
        """Do nothing: the connection has closed it."""
