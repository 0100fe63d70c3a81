"""Resolution of host names on this machine: RDS's, from a function or a tool, and CloudFront's."""

from __future__ import annotations

import socket

from ..servers.loopback import HOST
from .distributions import Distributions
from .fronts import Fronts
from .gates import Gate
from .reachability import Interface, addresses_outside, is_open_to, reaches


class Names:
    """Resolves names to ports of fronts; to one where nobody listens, if there is no way."""

    def __init__(self, fronts: Fronts, distributions: Distributions) -> None:
        self._fronts, self._distributions = fronts, distributions
        # Bound, so that nobody else listens there, and refused because neither does this.
        self._nowhere = socket.socket()
        self._nowhere.bind((HOST, 0))

    @property
    def nowhere(self) -> int:
        """A port that refuses every connection."""
        port: int = self._nowhere.getsockname()[1]
        return port

    def from_function(self, host: str, port: int, where: Interface | None) -> int | None:
        """The local port for a function in a VPC, or in none; None if there is no such name."""
        gate = self._fronts.gate(host)
        if gate is None:
            return None
        open_way = port == gate.port and _is_way(where, gate)
        return self._fronts.port(gate) if open_way else self.nowhere

    def from_inside(self, host: str, port: int) -> int | None:
        """The same for a tool that every group lets in, and for viewers of CloudFront."""
        gate = self._fronts.gate(host)
        if gate is None:
            return self._distributions.port(host, port)
        return self._fronts.port(gate) if port == gate.port else self.nowhere

    def close(self) -> None:
        self._nowhere.close()


def _is_way(where: Interface | None, gate: Gate) -> bool:
    if where is not None and where.vpc == gate.interface.vpc:
        return reaches(where, gate.interface, gate.port)
    coming_from = addresses_outside(where, gate.port)
    return gate.public and is_open_to(gate.interface, coming_from, gate.port)
