"""EC2: routes, and the gateways and addresses that they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .ec2 import ec2_type, picked, set_tags, tag_specifications
from .steps import change_each, undone_on_failure

DESTINATIONS: Final = (
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
)
TARGETS: Final = (
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "InstanceId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
)


def _nat_gateway_attributes(context: Context, gateway_id: str) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_nat_gateways", NatGatewayIds=[gateway_id])
    return {"EniId": answer["NatGateways"][0]["NatGatewayAddresses"][0]["NetworkInterfaceId"]}


def _create_route(context: Context, properties: Properties) -> Made:
    destination = _one_of(properties, DESTINATIONS)
    target = _one_of(properties, TARGETS)
    table = properties["RouteTableId"]
    context.call("ec2", "create_route", RouteTableId=table, **destination, **target)
    (block,) = destination.values()
    return Made(f"{table}|{block}", {"CidrBlock": block})


def _update_route(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    route = picked(properties, ("RouteTableId", *DESTINATIONS))
    context.call("ec2", "replace_route", **route, **_one_of(properties, TARGETS))
    return Made(deployed.physical_id, deployed.attributes)


def _delete_route(context: Context, deployed: DeployedResource) -> None:
    names = ("RouteTableId", *DESTINATIONS)
    route = {name: deployed.properties.get(name) for name in names}
    context.call("ec2", "delete_route", **route)


def _one_of(properties: Properties, names: tuple[str, ...]) -> dict[str, Any]:
    """The one of *names* that there is."""
    given = picked(properties, names)
    if len(given) != 1:
        raise Failure(f"The request must contain exactly one of {', '.join(names)}")
    return given


def _create_association(context: Context, properties: Properties) -> Made:
    answer = context.call("ec2", "associate_route_table", **properties)
    return Made(answer["AssociationId"], {"Id": answer["AssociationId"]})


def _delete_association(context: Context, deployed: DeployedResource) -> None:
    context.call("ec2", "disassociate_route_table", AssociationId=deployed.physical_id)


def _create_attachment(context: Context, properties: Properties) -> Made:
    attachment = picked(properties, ("InternetGatewayId", "VpcId"))
    context.call("ec2", "attach_internet_gateway", **attachment)
    return Made(f"IGW|{attachment['VpcId']}", {"AttachmentType": "IGW"})


def _delete_attachment(context: Context, deployed: DeployedResource) -> None:
    context.call("ec2", "detach_internet_gateway", **deployed.properties)


def _create_address(context: Context, properties: Properties) -> Made:
    address = context.call(
        "ec2",
        "allocate_address",
        Domain=properties.get("Domain", "vpc"),
        TagSpecifications=tag_specifications("elastic-ip", properties),
    )
    allocation = {"AllocationId": address["AllocationId"]}
    with undone_on_failure(lambda: context.call("ec2", "release_address", **allocation)):
        if instance := properties.get("InstanceId"):
            context.call("ec2", "associate_address", InstanceId=instance, **allocation)
    return Made(address["PublicIp"], {**allocation, "PublicIp": address["PublicIp"]})


def _update_address(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    def tag(context: Context, _: str, old: Any, new: Any) -> None:
        set_tags(context, deployed.attributes["AllocationId"], old, new)

    change_each({"Tags": tag}, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_address(context: Context, deployed: DeployedResource) -> None:
    if "InstanceId" in deployed.properties:
        context.call("ec2", "disassociate_address", PublicIp=deployed.physical_id)
    context.call("ec2", "release_address", AllocationId=deployed.attributes["AllocationId"])


TYPES: Final = [
    ec2_type("AWS::EC2::RouteTable", "route_table", ("VpcId",), tagged="route-table"),
    ec2_type("AWS::EC2::InternetGateway", "internet_gateway", (), tagged="internet-gateway"),
    ec2_type(
        "AWS::EC2::NatGateway",
        "nat_gateway",
        ("AllocationId", "ConnectivityType", "SubnetId"),
        tagged="natgateway",
        defaults={"ConnectivityType": "public"},
        more=_nat_gateway_attributes,
    ),
    ResourceType("AWS::EC2::Route", _create_route, _delete_route, _update_route),
    ResourceType("AWS::EC2::SubnetRouteTableAssociation", _create_association, _delete_association),
    ResourceType("AWS::EC2::VPCGatewayAttachment", _create_attachment, _delete_attachment),
    ResourceType("AWS::EC2::EIP", _create_address, _delete_address, _update_address),
]
