"""PostgreSQL's messages, as far as a login needs them (postgresql.org, "Message Formats")."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from .connection import exactly

TLS_REQUEST: Final = 80877103
GSS_REQUEST: Final = 80877104
CANCEL_REQUEST: Final = 80877102
MAXIMUM: Final = 65_535
"""Longer than anything that a client says before it is let in."""

CLEAR_TEXT, SASL, SASL_CONTINUE, SASL_FINAL = 3, 10, 11, 12


@dataclass(frozen=True)
class Startup:
    """The first thing a client says, which has no type: what it wants, or who it is."""

    code: int
    rest: bytes

    @classmethod
    def read(cls, end: socket.socket) -> Self:
        content = exactly(_size(exactly(4, end)), end)
        return cls(int.from_bytes(content[:4], "big"), content[4:])

    def write(self) -> bytes:
        content = struct.pack("!I", self.code) + self.rest
        return struct.pack("!I", len(content) + 4) + content

    @property
    def parameters(self) -> dict[str, str]:
        words = self.rest.decode().split("\0")
        return {name: value for name, value in zip(words[::2], words[1::2], strict=False) if name}

    def with_parameters(self, **changed: str) -> Startup:
        pairs = (self.parameters | changed).items()
        words = "".join(f"{name}\0{value}\0" for name, value in pairs)
        return Startup(self.code, words.encode() + b"\0")


class PostgreSQLWire:
    """Finds what a client executes: a query, or a statement that it prepared and bound."""

    def __init__(self) -> None:
        self._prepared: dict[bytes, bytes] = {}
        self._bound: dict[bytes, bytes] = {}

    def messages(self, incoming: bytearray) -> Iterator[tuple[bytes, bytes | None]]:
        while len(incoming) >= 5:
            size = 1 + int.from_bytes(incoming[1:5], "big")
            if len(incoming) < size:
                return
            message = bytes(incoming[:size])
            del incoming[:size]
            yield message, self._executed(message[:1], message[5:])

    def answered(self, answer: bytes | bytearray) -> bool:
        """A statement is committed before the server is ready for the next query."""
        return answer[-6:-1] == b"Z\0\0\0\x05"

    def _executed(self, kind: bytes, content: bytes) -> bytes | None:
        first, _, rest = content.partition(b"\0")
        second = rest.partition(b"\0")[0]
        match kind:
            case b"Q":
                return first
            case b"P":
                self._prepared[first] = second
            case b"B":
                self._bound[first] = self._prepared.get(second, b"")
            case b"E":
                return self._bound.get(first, b"")
        return None


def message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content


def authentication(step: int, data: bytes = b"") -> bytes:
    """The server's side of the login: what it wants next, or that it is content."""
    return message(b"R", struct.pack("!I", step) + data)


def password(end: socket.socket) -> bytes:
    """The client's answer to that request."""
    kind = exactly(1, end)
    content = exactly(_size(exactly(4, end)), end)
    if kind != b"p":
        raise ConnectionError("the client did not authenticate")
    return content


def error(state: str, text: str) -> bytes:
    fields = ("SFATAL", "VFATAL", f"C{state}", f"M{text}")
    return message(b"E", "".join(f"{field}\0" for field in fields).encode() + b"\0")


def _size(length: bytes) -> int:
    """The number of bytes that follow a length, which counts itself."""
    size = int.from_bytes(length, "big") - 4
    if not 0 <= size <= MAXIMUM:
        raise ConnectionError("the client does not speak PostgreSQL's protocol")
    return size
