"""Connections through security groups that exist, judged by the rule that rendering has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from ...errors import Problem
from ...model import Template
from ...model.references import replaced
from ...validators.graph import Graph
from ...validators.rules.traffic import hops
from .account import AccountReader
from .database import ExistingDatabase, existing_databases
from .described_groups import group_resources, peers_of
from .groups import group_uses, known_groups
from .values import GivenValues

Body = Mapping[str, Any]


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
    ranges = _ranges(account, groups)
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
    resources |= group_resources(groups, ranges)
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


def _ranges(account: AccountReader, groups: Mapping[str, Body]) -> list[Any]:
    """Return the address ranges of the groups' VPCs; none where the account does not tell."""
    ids = sorted({group["VpcId"] for group in groups.values()})
    answer = account.ask(
        "ec2", "describe_vpcs", "VPCs", Filters=[{"Name": "vpc-id", "Values": ids}]
    )
    return [
        ip_network(text)
        for vpc in (answer["Vpcs"] if answer else ())
        for text in (
            *(one["CidrBlock"] for one in vpc.get("CidrBlockAssociationSet", ())),
            *(one["Ipv6CidrBlock"] for one in vpc.get("Ipv6CidrBlockAssociationSet", ())),
        )
    ]
