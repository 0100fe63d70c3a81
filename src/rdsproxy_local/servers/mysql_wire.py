"""MySQL's packets, as far as a login needs them (dev.mysql.com, "Connection Phase")."""

from __future__ import annotations

import hashlib
import secrets
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from .connection import exactly

WITH_DATABASE: Final = 1 << 3
PROTOCOL_41: Final = 1 << 9
TLS: Final = 1 << 11
SECURE_CONNECTION: Final = 1 << 15
PLUGIN_AUTH: Final = 1 << 19
CONNECT_ATTRIBUTES: Final = 1 << 20
LONG_AUTH: Final = 1 << 21

OFFERED: Final = sum(
    1 << bit for bit in (0, 1, 2, 3, 8, 9, 10, 11, 13, 15, 16, 17, 18, 19, 20, 21, 23, 24)
)
"""Capabilities that MySQL and MariaDB share, except compression and reading a client's files."""

OF_THE_LOGIN: Final = TLS | CONNECT_ATTRIBUTES | LONG_AUTH
"""Flags that say how a login is written, and nothing of what comes after it."""

TLS_REQUEST_SIZE: Final = 32
NATIVE: Final = b"mysql_native_password"
CLEAR: Final = b"mysql_clear_password"
ERROR: Final = b"\xff"
SWITCH: Final = b"\xfe"


class Packets:
    """Reads and writes whole packets, and counts them as both sides must."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self._number = 0

    def read(self) -> bytes:
        header = exactly(4, self.end)
        self._number = header[3] + 1
        return exactly(int.from_bytes(header[:3], "little"), self.end)

    def write(self, payload: bytes) -> None:
        self.end.sendall(len(payload).to_bytes(3, "little") + bytes([self._number]) + payload)
        self._number += 1


@dataclass(frozen=True)
class LoginRequest:
    """A client's login request: its capabilities, limits and character set, and its identity."""

    flags: int
    limits: bytes
    user: str
    database: bytes

    @classmethod
    def read(cls, payload: bytes) -> Self:
        flags = int.from_bytes(payload[:4], "little")
        user, _, rest = payload[32:].partition(b"\0")
        # A longer secret has a longer prefix, but no client sends one before it is asked.
        rest = rest[1 + rest[0] :]
        database = rest.partition(b"\0")[0] if flags & WITH_DATABASE else b""
        return cls(flags, payload[4:9], user.decode(), database)

    def begin_tls(self) -> bytes:
        """The client's packet that begins TLS."""
        return struct.pack("<I", self._behind | TLS) + self.limits + bytes(23)

    def write(self, user: str, proof: bytes) -> bytes:
        """The same request on behalf of *user*, whom *proof* lets in, within TLS."""
        flags = self._behind
        database = self.database + b"\0" if flags & WITH_DATABASE else b""
        who = user.encode() + b"\0" + bytes([len(proof)]) + proof
        return self.begin_tls() + who + database + NATIVE + b"\0"

    @property
    def _behind(self) -> int:
        flags = self.flags & OFFERED & ~OF_THE_LOGIN
        return flags | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH


class MySQLWire:
    """Finds the commands of a client: the first packet of each counts from zero."""

    def messages(self, incoming: bytearray) -> Iterator[tuple[bytes, bytes | None]]:
        while len(incoming) >= 4:
            size = 4 + int.from_bytes(incoming[:3], "little")
            if len(incoming) < size:
                return
            message = bytes(incoming[:size])
            del incoming[:size]
            yield message, message[4:] if message[3] == 0 else None

    def answered(self, answer: bytes | bytearray) -> bool:
        """A statement is over, and committed, when the server says the first word about it."""
        return bool(answer)


def greeting(nonce: bytes) -> bytes:
    """A server's first words; *nonce* has 20 bytes."""
    low, high = struct.pack("<I", OFFERED)[:2], struct.pack("<I", OFFERED)[2:]
    version, thread = b"8.0.36-standin", secrets.token_bytes(4)
    utf8mb4, autocommit = b"\x2d", b"\x02\0"
    first = b"\x0a" + version + b"\0" + thread + nonce[:8] + b"\0" + low
    second = utf8mb4 + autocommit + high + bytes([len(nonce) + 1]) + bytes(10)
    return first + second + nonce[8:] + b"\0" + NATIVE + b"\0"


def nonce_of(greeting: bytes) -> bytes:
    """The 20 bytes that a server wants proofs for."""
    rest = greeting[greeting.index(b"\0", 1) + 1 :]
    return rest[4:12] + rest[31:43]


def nonce() -> bytes:
    return bytes(33 + secrets.randbelow(94) for _ in range(20))


def proof(password: str, nonce: bytes) -> bytes:
    """The proof that ``mysql_native_password`` sends in place of a password."""
    once = _hash(password.encode())
    mask = _hash(nonce + _hash(once))
    return bytes(left ^ right for left, right in zip(once, mask, strict=True))


def switch(plugin: bytes, data: bytes = b"") -> bytes:
    """Asks the client to authenticate in another way."""
    return SWITCH + plugin + b"\0" + data


def error(code: int, state: str, message: str) -> bytes:
    return ERROR + struct.pack("<H", code) + f"#{state}{message}".encode()


def _hash(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
