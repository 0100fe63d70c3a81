"""A network for plans that are given one: that of the variant `base`, and what settings add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...rendering import unpackaged
from ...variants import base

if TYPE_CHECKING:
    from rdsproxy_local.local_cloud import Account

STACK: Final = "local-network"
CHILD: Final = "VPCStack"
VPC: Final = "VPCId"
ENDPOINT_GROUP: Final = "SecretsManagerEndpointSecurityGroupId"
FURTHER: Final = {f"PrivateSubnet{number}Id": number for number in range(3, 7)}
"""Numbers of the subnets that the network of `base` does not have."""


def offered(engine: str | None) -> set[str]:
    """Return the names of parameters that a network for *engine* can fill in."""
    return {*_child(engine).outputs, VPC, ENDPOINT_GROUP, *FURTHER}


def create(account: Account, names: Sequence[str], engine: str | None) -> dict[str, str]:
    """Create the network, and return the values of the parameters with these *names*."""
    from rdsproxy_local.deployment.bucket import PackageBucket  # noqa: PLC0415 - an extra
    from rdsproxy_local.deployment.stacks import WantedStack, put_stack  # noqa: PLC0415

    bundle = _bundle(engine)
    parameters = bundle.root.parameters
    values = {name: str(parameters[name]["Default"]) for name in _child(engine).parameters}
    text = bundle.templates[bundle.paths[(CHILD,)]]
    bucket = PackageBucket(account.client("s3"), account.id, account.region)
    put_stack(account, bucket, WantedStack(name=STACK, template=text, parameters=values))
    outputs = account.outputs(STACK)
    return {**outputs, **_further(account, outputs, names)}


def _further(account: Account, outputs: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Add what the network of `base` has not, by EC2's API."""
    ec2 = account.client("ec2")
    first = outputs["PrivateSubnet1Id"]
    (subnet,) = ec2.describe_subnets(SubnetIds=[first])["Subnets"]
    vpc, found = subnet["VpcId"], {VPC: subnet["VpcId"]}
    zones = [one["ZoneName"] for one in ec2.describe_availability_zones()["AvailabilityZones"]]
    prefix = ".".join(subnet["CidrBlock"].split(".")[:2])
    for name in FURTHER.keys() & set(names):
        made = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"{prefix}.{FURTHER[name]}.0/24",
            AvailabilityZone=zones[(FURTHER[name] - 1) % len(zones)],
        )
        found[name] = made["Subnet"]["SubnetId"]
    if ENDPOINT_GROUP in names:
        found[ENDPOINT_GROUP] = _endpoint(ec2, account.region, vpc, first)
    return found


def _endpoint(ec2: Any, region: str, vpc: str, subnet: str) -> str:
    """Create an interface endpoint for Secrets Manager, and return the ID of its group."""
    group = ec2.create_security_group(
        GroupName="secrets-manager", Description="Endpoint of Secrets Manager", VpcId=vpc
    )["GroupId"]
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{region}.secretsmanager",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )
    return str(group)


def _child(engine: str | None) -> Any:
    return _bundle(engine).root.children[CHILD].template


def _bundle(engine: str | None) -> Any:
    settings: Mapping[str, Any] = {"rds": {"engine": engine}} if engine else {}
    return unpackaged(base, base.Config.parse(settings, "the network"))
