"""RDS Proxy for PostgreSQL."""

from __future__ import annotations

import socket
from typing import Final

from scramp import ScramException, ScramMechanism

from . import postgresql_wire as wire
from .connection import Connection
from .iam import Refused
from .login_front import NO_DATABASE, TLS_REQUIRED, LoginFront
from .postgresql_wire import PostgreSQLWire, Startup

NOT_ALLOWED: Final = "28000"
DENIED: Final = "28P01"
CANNOT_CONNECT: Final = "57P03"
MECHANISM: Final = "SCRAM-SHA-256"


class _Refusal(Exception):
    """A refusal with one text for the client and another for the log."""

    def __init__(self, state: str, reason: str, says: str) -> None:
        super().__init__(reason)
        self.state, self.reason, self.says = state, reason, says


class PostgreSQLFront(LoginFront):
    """Takes tokens in clear text, within TLS, and passwords by SCRAM.

    The server behind must trust the proxy's user on the connections of *backend*.
    """

    def login(self, connection: Connection) -> PostgreSQLWire | None:
        startup = self._startup(connection)
        if startup.code == wire.CANCEL_REQUEST:
            connection.join(self.backend(), startup.write())
            return None
        connection.user = startup.parameters.get("user", "")
        try:
            self._authenticate(connection)
            self._go_on(connection, startup)
        except _Refusal as refusal:
            self.note(connection, f"refused, {refusal.reason}")
            connection.client.sendall(wire.error(refusal.state, refusal.says))
            return None
        self.note(connection, f"accepted over {connection.encryption}")
        return PostgreSQLWire()

    def _startup(self, connection: Connection) -> Startup:
        """The client's startup message, which follows its requests for encryption."""
        while True:
            startup = Startup.read(connection.client)
            match startup.code:
                case wire.TLS_REQUEST if not connection.encryption:
                    connection.client.sendall(b"S")
                    connection.encrypt(self.certificate)
                case wire.TLS_REQUEST | wire.GSS_REQUEST:
                    connection.client.sendall(b"N")
                case _:
                    return startup

    def _authenticate(self, connection: Connection) -> None:
        user = connection.user
        if self.require_tls and not connection.encryption:
            raise _Refusal(NOT_ALLOWED, "there is no TLS", TLS_REQUIRED)
        try:
            if user in self.passwords:
                says = f"The password that was provided for the role {user} is wrong."
                self._scram(connection.client, self.passwords[user])
            else:
                says = f"The IAM authentication failed for the role {user}. "
                says += "Check the IAM token for this role and try again."
                connection.client.sendall(wire.authentication(wire.CLEAR_TEXT))
                token = wire.password(connection.client).rstrip(b"\0").decode("latin1")
                self.verify(user, token)
        except Refused as refused:
            raise _Refusal(DENIED, str(refused), says) from None

    def _scram(self, client: socket.socket, password: str) -> None:
        known = ScramMechanism(MECHANISM).make_auth_info(password)
        server = ScramMechanism(MECHANISM).make_server(lambda _: known)
        client.sendall(wire.authentication(wire.SASL, f"{MECHANISM}\0\0".encode()))
        # The mechanism's name, four bytes of length, and the client's first message.
        first = wire.password(client).partition(b"\0")[2][4:]
        try:
            server.set_client_first(first.decode())
            says = server.get_server_first().encode()
            client.sendall(wire.authentication(wire.SASL_CONTINUE, says))
            server.set_client_final(wire.password(client).decode())
        except ScramException:
            raise Refused("the password is wrong") from None
        says = server.get_server_final().encode()
        client.sendall(wire.authentication(wire.SASL_FINAL, says))

    def _go_on(self, connection: Connection, startup: Startup) -> None:
        """Log in to the server as the proxy, with everything else that the client asked for."""
        database = startup.parameters.get("database", connection.user)
        behind = startup.with_parameters(user=self.users[connection.user].user, database=database)
        try:
            connection.join(self.backend(), behind.write())
        except OSError as error:
            reason = f"the server does not answer: {error}"
            raise _Refusal(CANNOT_CONNECT, reason, NO_DATABASE) from None
