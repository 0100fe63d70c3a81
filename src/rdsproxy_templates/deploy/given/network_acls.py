"""Network ACLs of the given subnets: that they let clients, proxy and database connect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import permutations
from typing import Any, Final, Literal, NamedTuple, get_args

from ...aws.engine_families import ENGINE_FAMILIES
from ...errors import Problem
from ...validators.values import number
from .account import AccountReader
from .subnets import DATABASES, PROXY, SUBNET_GROUP, known_subnets, subnet_uses
from .values import GivenValues, Use

Body = Mapping[str, Any]
Way = Literal["in from", "out to"]

ANSWERS: Final = 40000
"""One of the ports from which clients connect, to which answers go: 1024 to 65535."""
WAYS: Final[tuple[Way, ...]] = get_args(Way)
TCP: Final = ("-1", "6")


class Passage(NamedTuple):
    """What an ACL must let through."""

    subnet: str
    way: Way
    port: int
    other: str
    """The subnet at the other end."""


def acl_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report ACLs that deny what is needed from one subnet to the next.

    Between hosts of the same subnet no ACL is asked.
    """
    known = known_subnets(account, [*subnet_uses(given)])
    seen: set[tuple[str, Way, int]] = set()
    for use, port in _entrances(given):
        ranges = {
            one.text: IPv4Network(known[one.text]["CidrBlock"])
            for one in use.given
            if known.get(one.text, {}).get("CidrBlock")
        }
        entries = _entries(account, sorted(ranges))
        for passage in _passages(sorted(ranges), port):
            acl, rules = entries.get((passage.subnet, passage.way), ("", []))
            mark = (acl, passage.way, passage.port)
            if acl and mark not in seen and _denies(rules, passage.port, ranges[passage.other]):
                seen.add(mark)
                yield from account.unless_created(_problem(use, acl, passage))


def _problem(use: Use, acl: str, passage: Passage) -> Problem:
    ports = (
        "ports 1024 to 65535, of answers," if passage.port == ANSWERS else f"port {passage.port}"
    )
    return Problem(
        use.places,
        f"are behind {acl}, the network ACL of {passage.subnet}, which lets no TCP on {ports} "
        f"{passage.way} {passage.other}; allow it",
    )


def _entrances(given: GivenValues) -> Iterator[tuple[Use, int]]:
    """Yield the subnets of proxies and databases that the stack makes, and their ports."""
    for use in given.uses("VpcSubnetIds", PROXY):
        family = ENGINE_FAMILIES.get(str(use.properties.get("EngineFamily")))
        if family and use.properties.get("EndpointNetworkType") != "IPV6":
            yield use, family.port
    for use in given.uses("SubnetIds", SUBNET_GROUP):
        for body in given.flat.resources.values():
            properties = body.get("Properties", {})
            if (
                body["Type"] in DATABASES
                and properties.get("DBSubnetGroupName") == {"Ref": use.resource}
                and (port := number(properties.get("Port")))
            ):
                yield use, int(port)


def _passages(subnets: Sequence[str], port: int) -> Iterator[Passage]:
    for client, server in permutations(subnets, 2):
        yield Passage(client, "out to", port, server)
        yield Passage(server, "in from", port, client)
        yield Passage(server, "out to", ANSWERS, client)
        yield Passage(client, "in from", ANSWERS, server)


def _entries(
    account: AccountReader, subnets: Sequence[str]
) -> dict[tuple[str, Way], tuple[str, list[Body]]]:
    """Return the ACL of each subnet and direction, and its entries in their order."""
    wanted = [{"Name": "association.subnet-id", "Values": [*subnets]}]
    answer = subnets and account.ask("ec2", "describe_network_acls", "network ACLs", Filters=wanted)
    return {
        (association["SubnetId"], way): (
            acl["NetworkAclId"],
            sorted(
                (
                    one
                    for one in acl["Entries"]
                    if one["Egress"] is (way == "out to") and "CidrBlock" in one
                ),
                key=lambda one: int(one["RuleNumber"]),
            ),
        )
        for acl in (answer["NetworkAcls"] if answer else ())
        for association in acl["Associations"]
        for way in WAYS
    }


def _denies(entries: Sequence[Body], port: int, other: IPv4Network) -> bool:
    """Tell if nothing of *other* may pass: an entry that allows a part is enough."""
    for entry in entries:
        ports, network = entry.get("PortRange", {}), IPv4Network(str(entry["CidrBlock"]))
        about = str(entry["Protocol"]) in TCP and (
            not ports or int(ports["From"]) <= port <= int(ports["To"])
        )
        if about and entry["RuleAction"] == "allow" and other.overlaps(network):
            return False
        if about and entry["RuleAction"] == "deny" and other.subnet_of(network):
            return True
    return False
