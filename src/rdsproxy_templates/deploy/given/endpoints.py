"""Interface endpoints that the stack makes in a VPC that exists."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import Problem
from ...validators.trust import principals, statements_of
from .account import AccountReader
from .subnets import FUNCTIONS, INTERFACES, vpc_of
from .values import GivenValues, Use

DNS: Final = {"enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"}
"""Attributes of a VPC that private DNS needs, and the key of the answer about each."""
READS: Final = "secretsmanager:GetSecretValue"
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
    if not answer:
        return
    having = [
        one
        for one in answer["VpcEndpoints"]
        if one.get("PrivateDnsEnabled")
        and one.get("State", "").lower() not in GONE
        and group in {member["GroupId"] for member in one.get("Groups", ())}
    ]
    functions = given.uses("VpcConfig.SubnetIds", *FUNCTIONS)
    homes = {vpc_of(account, given, use.resource) for use in functions} - {None}
    here = [one for one in having if not homes or one["VpcId"] in homes]
    if not having:
        yield Problem(
            GROUP,
            f"is {group}, and no interface endpoint for {service} with private DNS has it; give "
            "the group of the one that the VPC has",
        )
    elif not here:
        yield Problem(
            GROUP,
            f"is {group} of {having[0]['VpcEndpointId']} in {having[0]['VpcId']}, and the "
            f"functions are in {' and '.join(sorted(str(one) for one in homes))}; give the group "
            "of an endpoint there, or set `secrets_manager_endpoint: make`",
        )
    for one in here:
        yield from _policy(account, one)


def _policy(account: AccountReader, endpoint: Mapping[str, Any]) -> Iterator[Problem]:
    """Report the policy of an endpoint through which no secret is read, whoever asks."""
    document = json.loads(endpoint.get("PolicyDocument") or "{}")
    statements = statements_of("", document)
    allows = any(one.allows and one.names_action(READS) is not False for one in statements)
    denies = any(
        not one.allows
        and one.names_action(READS)
        and not one.is_conditional
        and "*" in one.resources()
        and {"*"} & {*principals(one, "AWS")}
        for one in statements
    )
    if statements and (denies or not allows):
        name = endpoint["VpcEndpointId"]
        yield from account.unless_created(
            Problem(
                GROUP,
                f"is that of {name}, whose policy does not let {READS} through; let it, for the "
                "secrets of the stack",
            )
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
