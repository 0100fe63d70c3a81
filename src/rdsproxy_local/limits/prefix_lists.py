"""EC2: prefix lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

ENTRIES: Final = range(1, 1001)


def _prefixes(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name, most = str(given.get("PrefixListName", "")), given.get("MaxEntries")
    entries = [entry.get("Cidr", "") for entry in given.get("Entries", ())]
    if name.startswith("com.amazonaws"):
        yield f"The prefix list name {name} is reserved: it cannot begin with com.amazonaws"
    if most is not None and int(most) not in ENTRIES:
        yield f"MaxEntries must be {ENTRIES.start} to {ENTRIES.stop - 1}: {most}"
    if most is not None and len(entries) > int(most):
        yield f"You've reached the maximum number of entries for the prefix list: {most}"
    if len(set(entries)) < len(entries):
        yield "The prefix list has an entry twice"
    version = 6 if given.get("AddressFamily") == "IPv6" else 4
    for entry in entries:
        if not _is_network(entry, version):
            yield f"The CIDR {entry} is not a valid {given.get('AddressFamily')} CIDR"


def _is_network(block: str, version: int) -> bool:
    try:
        return ip_network(block, strict=False).version == version
    except ValueError:
        return False


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::EC2::PrefixList": (_prefixes,)}
