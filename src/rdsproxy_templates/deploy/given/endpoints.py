"""Interface endpoints that the stack makes in a VPC that exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import Problem
from .account import AccountReader
from .subnets import INTERFACES, vpc_of
from .values import GivenValues, Use

DNS: Final = {"enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"}
"""Attributes of a VPC that private DNS needs, and the key of the answer about each."""
GROUP: Final = "SecretsManagerEndpointSecurityGroupId"
GONE: Final = ("deleting", "deleted", "rejected", "failed", "expired")


def endpoint_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report what keeps an endpoint with private DNS from being created, or from being used."""
    yield from _existing(account, given)
    if not account.creates:
        return
    for use in given.uses("SubnetIds", INTERFACES):
        vpc = vpc_of(account, given, use.resource)
        if vpc and use.properties.get("PrivateDnsEnabled") is True:
            yield from _taken(account, use, vpc)
            yield from _names(account, use, vpc)


def _existing(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report a group that is not that of an endpoint for Secrets Manager."""
    group = given.parameters.get(GROUP)
    if not group:
        return
    service = f"com.amazonaws.{account.session.region}.secretsmanager"
    answer = account.ask(
        "ec2",
        "describe_vpc_endpoints",
        GROUP,
        Filters=[{"Name": "service-name", "Values": [service]}],
    )
    if answer and not any(
        one.get("PrivateDnsEnabled")
        and one.get("State", "").lower() not in GONE
        and group in {member["GroupId"] for member in one.get("Groups", ())}
        for one in answer["VpcEndpoints"]
    ):
        yield Problem(
            GROUP, f"is {group}, and no interface endpoint for {service} with private DNS has it"
        )


def _taken(account: AccountReader, use: Use, vpc: str) -> Iterator[Problem]:
    service = _service(account, use)
    answer = service and account.ask(
        "ec2",
        "describe_vpc_endpoints",
        use.places,
        Filters=[
            {"Name": "vpc-id", "Values": [vpc]},
            {"Name": "service-name", "Values": [service]},
        ],
    )
    for one in answer["VpcEndpoints"] if answer else ():
        if one.get("PrivateDnsEnabled") and one.get("State", "").lower() not in GONE:
            yield Problem(
                use.places,
                f"are in {vpc}, which has {one['VpcEndpointId']} for {service} already, and a VPC "
                "cannot have two with private DNS; set `secrets_manager_endpoint: existing`",
            )


def _names(account: AccountReader, use: Use, vpc: str) -> Iterator[Problem]:
    for attribute, key in DNS.items():
        answer = account.ask(
            "ec2", "describe_vpc_attribute", use.places, VpcId=vpc, Attribute=attribute
        )
        if answer and not answer[key]["Value"]:
            yield Problem(
                use.places,
                f"are in {vpc}, whose {attribute} is off; private DNS of an interface endpoint "
                "needs it",
            )


def _service(account: AccountReader, use: Use) -> str | None:
    match use.properties.get("ServiceName"):
        case {"Fn::Sub": str(text)} | str(text):
            return text.replace("${AWS::Region}", account.session.region)
    return None
