"""VPCs in which RDS Proxy is not available, whatever their subnets."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from .account import AccountReader
from .subnets import ENDPOINT, PROXY, vpc_of
from .values import GivenValues


def proxied_vpc_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report the VPC of a proxy that no proxy is created in: "Limitations", read 2026-11-27."""
    for use in given.uses("VpcSubnetIds", PROXY, ENDPOINT):
        vpc = vpc_of(account, given, use.resource)
        answer = vpc and account.ask(
            "ec2", "describe_vpcs", "VPCs", Filters=[{"Name": "vpc-id", "Values": [vpc]}]
        )
        for one in answer["Vpcs"] if answer else ():
            if one.get("InstanceTenancy") == "dedicated":
                sentence = f"are in {vpc} of dedicated tenancy, in which RDS Proxy is not available"
                yield Problem(use.places, f"{sentence}; give subnets of another VPC")
            if one.get("EncryptionControl", {}).get("Mode") == "enforce":
                yield Problem(
                    use.places,
                    f"are in {vpc}, which enforces encryption controls, with which RDS Proxy is "
                    "not available; set them to monitor, or give subnets of another VPC",
                )
