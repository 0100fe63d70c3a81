"""A client's connection to a front, and the server's that is joined to it after the login."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

from .certificates import Certificate


def exactly(count: int, end: socket.socket) -> bytes:
    """The next *count* bytes, and not one more: the rest is for whoever reads next."""
    read = bytearray()
    while len(read) < count:
        part = end.recv(count - len(read))
        if not part:
            raise ConnectionError("the other side closed")
        read += part
    return bytes(read)


class Connection:
    """Two sockets that one thread uses; any other may only cut them."""

    def __init__(self, client: socket.socket) -> None:
        with suppress(OSError):  # where a client may be gone already
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client = client
        self.server: socket.socket | None = None
        self.user = "nobody"
        self._lock = threading.Lock()

    @property
    def encryption(self) -> str | None:
        """The version of TLS, once there is one."""
        return self.client.version() if isinstance(self.client, ssl.SSLSocket) else None

    def encrypt(self, certificate: Certificate) -> None:
        """Let the client begin TLS, which it is about to."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate.cert, certificate.key)
        with self._lock:
            encrypted = context.wrap_socket(
                self.client, server_side=True, do_handshake_on_connect=False
            )
            self.client = encrypted
        encrypted.do_handshake()

    def join(self, server: socket.socket, first: bytes = b"") -> None:
        """Say the *first* words to the server; it is cut and closed with the client from now on."""
        with self._lock:
            self.server = server
        server.sendall(first)

    def encrypt_server(self) -> ssl.SSLSocket:
        """Begin TLS with the server, which nobody else could be on a socket of this machine."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self._lock:
            if self.server is None:
                raise ConnectionError("there is no server")
            encrypted = context.wrap_socket(self.server, do_handshake_on_connect=False)
            self.server = encrypted
        encrypted.do_handshake()
        return encrypted

    def outlast(self) -> None:
        """Wait for the client to give up."""
        self.client.settimeout(None)
        while self.client.recv(4096):
            pass

    def cut(self) -> None:
        """End both sides from another thread, without a word."""
        with self._lock:
            for end in self._ends():
                with suppress(OSError):
                    # Not SSLSocket.shutdown: that would reach into what OpenSSL is using.
                    socket.socket.shutdown(end, socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            for end in self._ends():
                end.close()

    def _ends(self) -> list[socket.socket]:
        return [end for end in (self.client, self.server) if end is not None]
