"""Connections through security groups that exist, judged by the rule that rendering has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any, Final

from ...errors import Problem
from ...model import Template
from ...model.references import replaced
from ...validators.graph import Graph
from ...validators.rules.traffic import hops
from .account import AccountReader
from .database import ExistingDatabase, existing_databases
from .described_groups import group_resources, peers_of
from .groups import group_uses, known_groups
from .subnets import known_subnets, subnet_uses
from .values import GivenValues

Body = Mapping[str, Any]

NETWORK_TYPES: Final = ("EndpointNetworkType", "TargetConnectionNetworkType", "NetworkType")


def hop_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report given groups that do not let function, proxy and database connect.

    Of a stack that exists it is only said: an update of something else need not wait for it.
    """
    groups = known_groups(account, given)
    if not groups:
        return
    places = {one.text: one.place for _, one in group_uses(given)}
    databases = existing_databases(account, given)
    for violation in hops.judge(Graph(_completed(account, given, groups, databases))):
        if violation.resource in groups:
            place = places[violation.resource]
            remedy = violation.remedy[0].lower() + violation.remedy[1:]
            sentence = f"is {violation.resource}, with which {violation.sentence}; {remedy}"
            if account.creates:
                yield Problem(place, sentence)
            else:
                account.note(f"{place} {sentence}")


def _completed(
    account: AccountReader,
    given: GivenValues,
    groups: Mapping[str, Body],
    databases: Iterable[ExistingDatabase],
) -> Template:
    """Return the flat form with what exists as if the stack made it."""
    ranges = _ranges(account, given, groups)
    known = {*groups, *peers_of(groups)}

    def linked(node: Any) -> Any:
        match node:
            case str() if node in known:
                return {"Ref": node}
            case {"Ref": str()}:
                return node
            case dict():
                return {key: linked(value) for key, value in node.items()}
            case list():
                return [linked(item) for item in node]
        return node

    def filled(body: Body) -> Any:
        return linked(
            replaced(
                dict(body),
                lambda name: given.parameters.get(name, {"Ref": name}),
                lambda name, attribute: {"Fn::GetAtt": [name, attribute]},
            )
        )

    resources: dict[str, Any] = {name: filled(body) for name, body in given.flat.resources.items()}
    resources |= group_resources(groups, ranges, _sources(account, given) or ranges)
    for database in databases:
        proxy = resources.get(database.proxy, {}).get("Properties", {})
        if proxy.get("EngineFamily") != database.family:
            continue
        targets = {database.target_key: [{"Ref": database.identifier}]}
        resources[database.target_group]["Properties"] |= targets
        body = linked(database.resource)
        if given.database:
            # Another port is reported with the database.
            body["Properties"]["Port"] = given.database.port
        resources[database.identifier] = body
    return replace(given.flat, resources=resources)


def _ranges(account: AccountReader, given: GivenValues, groups: Mapping[str, Body]) -> list[Any]:
    """Return the address ranges of the groups' VPCs; none where the account does not tell."""
    ids = sorted({group["VpcId"] for group in groups.values()})
    answer = account.ask(
        "ec2", "describe_vpcs", "VPCs", Filters=[{"Name": "vpc-id", "Values": ids}]
    )
    by_ipv6 = _uses_ipv6(given)
    return [
        ip_network(text)
        for vpc in (answer["Vpcs"] if answer else ())
        for text in (
            *(one["CidrBlock"] for one in vpc.get("CidrBlockAssociationSet", ())),
            *_ipv6_ranges(vpc, wanted=by_ipv6),
        )
    ]


def _sources(account: AccountReader, given: GivenValues) -> list[Any]:
    """Return the ranges of all subnets from which anything connects; none where one is unknown."""
    uses = [*subnet_uses(given)]
    known = known_subnets(account, uses)
    told = {one.text for use in uses for one in use.given}
    makes_others = any(one["Type"] == "AWS::EC2::Subnet" for one in given.flat.resources.values())
    if makes_others or not all(use.whole for use in uses) or told != known.keys():
        return []
    by_ipv6 = _uses_ipv6(given)
    texts = [
        text
        for one in known.values()
        for text in (one.get("CidrBlock"), *_ipv6_ranges(one, wanted=by_ipv6))
    ]
    return [ip_network(text) for text in texts if text]


def _ipv6_ranges(body: Body, *, wanted: bool) -> list[str]:
    return [
        one["Ipv6CidrBlock"]
        for one in body.get("Ipv6CidrBlockAssociationSet", ())
        if wanted and "Ipv6CidrBlock" in one
    ]


def _uses_ipv6(given: GivenValues) -> bool:
    """Tell if anything in the stack is reached by IPv6."""
    return any(
        body["Properties"].get(key) in {"IPV6", "DUAL"}
        for body in given.flat.resources.values()
        for key in NETWORK_TYPES
        if "Properties" in body
    )
