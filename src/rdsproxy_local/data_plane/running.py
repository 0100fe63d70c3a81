"""The local cloud in this process, and what is deployed in it running."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from ..server import CloudServer
from .eager_databases import started_when_created
from .plane import DataPlane


class RunningCloud:
    """The API at ``endpoint`` and the data plane, while its ``with`` block runs.

    If it is *eager*, databases start when they are created, and not at their first use.
    """

    def __init__(self, port: int = 0, *, eager: bool = False) -> None:
        self._port, self._eager = port, eager

    def __enter__(self) -> Self:
        with ExitStack() as parts:
            self.plane = parts.enter_context(DataPlane())
            server = CloudServer(self._port, [self.plane.middleware])
            self.plane.endpoint = server.endpoint
            # Not before what the server puts into moto itself.
            parts.enter_context(self.plane.distributions)
            if self._eager:
                parts.enter_context(started_when_created(self.plane.databases))
            self.server = parts.enter_context(server)
            self._parts = parts.pop_all()
        self.endpoint, self.clients = server.endpoint, server.clients
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()
