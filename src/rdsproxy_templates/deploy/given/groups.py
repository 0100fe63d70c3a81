"""Security groups and VPCs that are given: that they exist, and are where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import Problem
from .account import AccountReader
from .subnets import DATABASES, ENDPOINT, FUNCTIONS, INTERFACES, PROXY, vpc_of
from .values import Given, GivenValues

GROUP: Final = "AWS::EC2::SecurityGroup"
USES: Final[Mapping[str, tuple[str, ...]]] = {
    "VpcSecurityGroupIds": (PROXY, ENDPOINT, "AWS::RDS::DBCluster"),
    "VPCSecurityGroups": ("AWS::RDS::DBInstance",),
    "VpcConfig.SecurityGroupIds": FUNCTIONS,
    "SecurityGroupIds": (INTERFACES, "AWS::EC2::Instance"),
    "GroupId": (f"{GROUP}Ingress", f"{GROUP}Egress"),
}
"""Where a group must be of this account. The peer of a rule may be another account's."""
IN_VPC: Final = (GROUP, INTERFACES, "AWS::EC2::Subnet", "AWS::EC2::RouteTable")


def group_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report groups and VPCs that are missing, or are elsewhere than what they are for."""
    yield from _vpcs(account, given)
    known = known_groups(account, given)
    if not known:
        return
    where = f"in account {account.session.id}, {account.session.region}"
    for resource, one in group_uses(given):
        if one.text not in known:
            yield Problem(one.place, f"there is no security group {one.text} {where}")
            continue
        vpc, home = _home(account, given, resource), known[one.text]["VpcId"]
        if vpc and home != vpc:
            yield Problem(one.place, f"is {one.text} of {home}, and the subnets are in {vpc}")
        elif account.creates and not vpc and makes_network_of(given, resource):
            yield Problem(
                one.place,
                f"is {one.text} of {home}, and the stack makes a VPC of its own; create the stack "
                "without it first, or deploy into a VPC that exists",
            )


def group_uses(given: GivenValues) -> Iterator[tuple[str, Given]]:
    """Yield each given group, with the resource that it is for."""
    for path, types in USES.items():
        for use in given.uses(path, *types):
            for one in use.given:
                yield use.resource, one


def known_groups(account: AccountReader, given: GivenValues) -> dict[str, Mapping[str, Any]]:
    """Return the given groups that exist, by ID."""
    ids = sorted({one.text for _, one in group_uses(given)})
    answer = ids and account.ask(
        "ec2", "describe_security_groups", "groups", Filters=[{"Name": "group-id", "Values": ids}]
    )
    return {one["GroupId"]: one for one in answer["SecurityGroups"]} if answer else {}


def _vpcs(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report VPCs that are missing, and groups made in another VPC than they are used in."""
    uses = [use for use in given.uses("VpcId", *IN_VPC) if use.given]
    ids = sorted({one.text for use in uses for one in use.given})
    answer = ids and account.ask(
        "ec2", "describe_vpcs", "VPCs", Filters=[{"Name": "vpc-id", "Values": ids}]
    )
    there = {one["VpcId"] for one in answer["Vpcs"]} if answer else set()
    for use in uses:
        (one,) = use.given
        homes = {_home(account, given, user) for user in _users_of(given, use.resource)}
        for vpc in sorted(home for home in homes if home and home != one.text):
            yield Problem(one.place, f"is {one.text}, and the subnets are in {vpc}")
        if answer and one.text not in there and not any(homes):
            where = f"in account {account.session.id}, {account.session.region}"
            yield Problem(one.place, f"is {one.text}, and there is no such VPC {where}")


def _users_of(given: GivenValues, group: str) -> Iterator[str]:
    """Yield the resources that have the *group* that the stack makes."""
    wanted = ({"Ref": group}, {"Fn::GetAtt": [group, "GroupId"]})
    for name, body in given.flat.resources.items():
        properties = body.get("Properties", {})
        network = properties.get("VpcConfig", {})
        held = [
            *_listed(properties.get("VpcSecurityGroupIds")),
            *_listed(properties.get("VPCSecurityGroups")),
            *_listed(network.get("SecurityGroupIds") if isinstance(network, dict) else None),
        ]
        if any(one in wanted for one in held):
            yield name


def _home(account: AccountReader, given: GivenValues, resource: str) -> str | None:
    """Return the VPC that *resource* is in, where given subnets tell."""
    body = given.flat.resources[resource]
    if body["Type"] not in DATABASES:
        return vpc_of(account, given, resource)
    match body.get("Properties", {}).get("DBSubnetGroupName"):
        case {"Ref": str(name)} if name in given.flat.resources:
            return vpc_of(account, given, name)
        case str(name):
            answer = account.ask(
                "rds", "describe_db_subnet_groups", f"{given.path(resource)}.DBSubnetGroupName",
                DBSubnetGroupName=name,
            )  # fmt: skip
            return str(answer["DBSubnetGroups"][0]["VpcId"]) if answer else None
    return None


def makes_network_of(given: GivenValues, resource: str) -> bool:
    """Tell if *resource* is in subnets of a VPC that the stack makes."""
    flat = given.flat.resources
    properties = flat[resource].get("Properties", {})
    network = properties.get("VpcConfig", properties)
    subnets = network.get("VpcSubnetIds", network.get("SubnetIds", network.get("SubnetId")))
    if group := properties.get("DBSubnetGroupName"):
        name = group.get("Ref") if isinstance(group, dict) else None
        subnets = flat[name]["Properties"].get("SubnetIds") if name and name in flat else None
    makes_vpc = any(body["Type"] == "AWS::EC2::VPC" for body in flat.values())
    named = subnets if isinstance(subnets, list) else [subnets]
    return makes_vpc and any(
        isinstance(one, dict) and flat.get(one.get("Ref", ""), {}).get("Type") == "AWS::EC2::Subnet"
        for one in named
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
