"""RDS Proxy for MySQL."""

from __future__ import annotations

import hmac
from typing import Final

from . import mysql_wire
from .connection import Connection
from .iam import Refused
from .login_front import NO_DATABASE, SECONDS, TLS_REQUIRED, LoginFront
from .mysql_wire import LoginRequest, MySQLWire, Packets

NO_TLS: Final = 3159
DENIED: Final = 1045
BORROW_TIMEOUT: Final = 9501


class MySQLFront(LoginFront):
    """Takes tokens by ``mysql_clear_password`` and passwords by ``mysql_native_password``."""

    def login(self, connection: Connection) -> MySQLWire | None:
        client, nonce = Packets(connection.client), mysql_wire.nonce()
        client.write(mysql_wire.greeting(nonce))
        request = client.read()
        if len(request) == mysql_wire.TLS_REQUEST_SIZE:
            connection.encrypt(self.certificate)
            client.end = connection.client
            request = client.read()
        login = LoginRequest.read(request)
        connection.user = login.user
        if self.require_tls and not connection.encryption:
            self.note(connection, "refused, there is no TLS")
            client.write(mysql_wire.error(NO_TLS, "HY000", TLS_REQUIRED))
            return None
        try:
            self._authenticate(client, login.user, nonce)
        except Refused as refused:
            self.note(connection, f"refused, {refused}")
            denied = f"Access denied for user '{login.user}'@'127.0.0.1' (using password: YES)"
            client.write(mysql_wire.error(DENIED, "28000", denied))
            return None
        return self._go_on(connection, client, login)

    def _authenticate(self, client: Packets, user: str, nonce: bytes) -> None:
        if user not in self.passwords:
            client.write(mysql_wire.switch(mysql_wire.CLEAR))
            self.verify(user, client.read().rstrip(b"\0").decode("latin1"))
            return
        client.write(mysql_wire.switch(mysql_wire.NATIVE, nonce + b"\0"))
        expected = mysql_wire.proof(self.passwords[user], nonce)
        if not hmac.compare_digest(client.read(), expected):
            raise Refused("the password is wrong")

    def _go_on(
        self, connection: Connection, client: Packets, login: LoginRequest
    ) -> MySQLWire | None:
        """Log in to the server with the proxy's credentials, and pass on what it says."""
        try:
            behind = self.backend()
            behind.settimeout(SECONDS)
            connection.join(behind)
            server = Packets(behind)
            said = server.read()
            if not said.startswith(mysql_wire.ERROR):
                server.write(login.begin_tls())
                server.end = connection.encrypt_server()
                user, password = self.users[login.user]
                proof = mysql_wire.proof(password, mysql_wire.nonce_of(said))
                server.write(login.write(user, proof))
                said = server.read()
        except OSError as error:
            self.note(connection, f"not connected, the server does not answer: {error}")
            client.write(mysql_wire.error(BORROW_TIMEOUT, "HY000", NO_DATABASE))
            return None
        if said.startswith((mysql_wire.ERROR, mysql_wire.SWITCH)):
            self.note(connection, f"not connected, the server refuses: {said[3:].decode()}")
            client.write(said)
            return None
        self.note(connection, f"accepted over {connection.encryption}")
        client.write(said)
        return MySQLWire()
