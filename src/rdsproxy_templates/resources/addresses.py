"""Allowed address ranges: IPv4 and IPv6 in one list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_interface, ip_network
from typing import ClassVar, Final, TypeVar

from pydantic import Field

from ..errors import Problem
from ..model import ListOf, Settings

Network = IPv4Network | IPv6Network
NetworkT = TypeVar("NetworkT", IPv4Network, IPv6Network)

DOCUMENTATION: Final[tuple[Network, ...]] = (
    # RFC 5737, RFC 3849 and RFC 9637: no host has an address in them.
    IPv4Network("192.0.2.0/24"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)


_FORM: Final = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]+)?")
"""An address with or without a prefix length; no zone index, no netmask."""


class AllowedCidrsSettings(Settings):
    """Address ranges that are let in."""

    ip_versions: ClassVar[tuple[int, ...]] = (4, 6)
    """IP versions that the guarded resource can be reached by."""

    allowed_cidrs: ListOf[str] = Field(
        default=("203.0.113.0/24", "2001:db8::/32"),
        max_length=10_000,
        description="IPv4 and IPv6 ranges that are let in. The defaults are reserved for "
        "documentation (RFC 5737, RFC 3849), so they let in no one.",
    )
    open_to_everyone: bool = Field(
        default=False,
        description="Confirm that `allowed_cidrs` is meant to let in every address. Off: such a "
        "list is an error.",
    )

    @property
    def ipv4(self) -> tuple[IPv4Network, ...]:
        """The IPv4 ranges, in the order given."""
        return tuple(one for one in self._networks if isinstance(one, IPv4Network))

    @property
    def ipv6(self) -> tuple[IPv6Network, ...]:
        """The IPv6 ranges, in the order given."""
        return tuple(one for one in self._networks if isinstance(one, IPv6Network))

    @property
    def lets_in_nobody(self) -> bool:
        """True when every range is reserved for documentation."""
        return all(any(_within(one, whole) for whole in DOCUMENTATION) for one in self._networks)

    @property
    def lets_in_everybody(self) -> bool:
        """True when the ranges together cover all of IPv4, or all of IPv6."""
        return _are_all(self.ipv4) or _are_all(self.ipv6)

    @property
    def _networks(self) -> tuple[Network, ...]:
        """The entries that are valid ranges: all of them, once the settings exist."""
        return tuple(
            ip_network(cidr) for cidr in self.allowed_cidrs if not _refusal(cidr, self.ip_versions)
        )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.allowed_cidrs:
            yield Problem(
                "allowed_cidrs", "must name at least one range: an empty list lets no one in"
            )
        for index, cidr in enumerate(self.allowed_cidrs):
            if sentence := _refusal(cidr, self.ip_versions):
                yield Problem(f"allowed_cidrs.{index}", sentence)
        for network, times in Counter(self._networks).items():
            if times > 1:
                yield Problem(
                    "allowed_cidrs", f"must name each range once, got {network} {times} times"
                )
        if self.lets_in_everybody and not self.open_to_everyone:
            yield Problem(
                "allowed_cidrs",
                "must not let in every address; name the ranges that need access, or confirm with "
                "`open_to_everyone: true`",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.lets_in_everybody:
            yield Problem("open_to_everyone", "is true: no address is refused")


def _refusal(cidr: str, versions: Sequence[int]) -> str | None:
    """Explain why *cidr* is not an address range of these IP *versions*; None when it is."""
    try:
        interface = ip_interface(cidr if _FORM.fullmatch(cidr) else "")
    except ValueError:
        return f"must be a range such as 203.0.113.0/24, got {cidr!r}"
    single = f"{interface.ip}/{interface.max_prefixlen}"
    if interface.version not in versions:
        known = " or ".join(f"IPv{version}" for version in versions)
        return f"must be {known}, the only way it can be reached, got {cidr!r}"
    if "/" not in cidr:
        return f"must be a range; for this single address write {single}, got {cidr!r}"
    if interface.ip != interface.network.network_address:
        return f"must be {interface.network}, or {single} for the single address, got {cidr!r}"
    return None


def _within(network: Network, whole: Network) -> bool:
    return network.version == whole.version and network.subnet_of(whole)  # type: ignore[arg-type]


def _are_all(networks: Sequence[NetworkT]) -> bool:
    return any(network.prefixlen == 0 for network in collapse_addresses(networks))
