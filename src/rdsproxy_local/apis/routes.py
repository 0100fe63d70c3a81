"""Routes and gateways as strict as EC2's: their ends must be there, and in one network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidParameterValue,
    MissingParameterError,
    ResourceAlreadyAssociatedError,
    RouteAlreadyExistsError,
)
from moto.ec2.models import EC2Backend
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route, RouteTable

from .surround import surround

GATEWAYS: Final = ("igw-", "local", "vgw-", "vpce-")
MOST_NAT_GATEWAYS: Final = 5
"""https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-gateways"""
REPLACED: Final = (
    *("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"),
    *("nat_gateway_id", "egress_only_igw_id", "transit_gateway_id"),
)
"""What moto gives ``replace_route`` by its place."""


def install() -> None:
    surround(EC2Backend, "create_route", _create_route)
    surround(EC2Backend, "replace_route", _replace_route)
    surround(EC2Backend, "associate_route_table", _associate)
    surround(EC2Backend, "attach_internet_gateway", _attach_gateway)
    surround(EC2Backend, "associate_address", _associate_address)
    surround(EC2Backend, "create_nat_gateway", _create_nat_gateway)
    surround(EC2Backend, "delete_nat_gateway", _delete_nat_gateway)


def _create_route(
    create: Callable[..., Route],
    backend: EC2Backend,
    route_table_id: str,
    destination_cidr_block: str | None,
    *given: Any,
    **named: Any,
) -> Route:
    table = backend.get_route_table(route_table_id)
    before = dict(table._routes)
    _require_target(backend, table, named)
    route = create(backend, route_table_id, destination_cidr_block, *given, **named)
    if route.id in before:
        # moto puts it in the place of the other, unless both are for IPv4.
        table._routes = before
        raise RouteAlreadyExistsError(route.id.rpartition("~")[2])
    return route


def _replace_route(
    replace: Callable[..., Route],
    backend: EC2Backend,
    route_table_id: str,
    *given: Any,
    **named: Any,
) -> Route:
    targets = dict(zip(REPLACED, given, strict=False)) | named
    _require_target(backend, backend.get_route_table(route_table_id), targets)
    return replace(backend, route_table_id, *given, **named)


def _require_target(backend: EC2Backend, table: RouteTable, named: dict[str, Any]) -> None:
    nat_gateway = named.get("nat_gateway_id")
    if nat_gateway is not None:
        _require_nat_gateway(backend, nat_gateway)
        if backend.nat_gateways[nat_gateway].vpc_id != table.vpc_id:
            raise InvalidParameterValue(
                f"route table {table.id} and network gateway {nat_gateway} belong to different "
                "networks"
            )
    transit_gateway = named.get("transit_gateway_id")
    if transit_gateway is not None and transit_gateway not in backend.transit_gateways:
        raise EC2ClientError(
            "InvalidTransitGatewayID.NotFound",
            f"The transitGateway ID '{transit_gateway}' does not exist.",
        )
    prefix_list = named.get("destination_prefix_list_id")
    if prefix_list is not None and prefix_list not in backend.managed_prefix_lists:
        raise EC2ClientError(
            "InvalidPrefixListID.NotFound", f"The prefix list ID '{prefix_list}' does not exist"
        )
    gateway = named.get("gateway_id") or ""
    if named.get("gateway_id") is not None and not gateway.startswith(GATEWAYS):
        raise EC2ClientError(
            "InvalidGatewayID.NotFound", f"The gateway ID '{gateway}' does not exist"
        )
    if gateway.startswith("igw-"):
        network = backend.get_internet_gateway(gateway).vpc
        if network is None or network.id != table.vpc_id:
            raise InvalidParameterValue(
                f"route table {table.id} and network gateway {gateway} belong to different networks"
            )


def _require_nat_gateway(backend: EC2Backend, gateway_id: str) -> None:
    gateway = backend.nat_gateways.get(gateway_id)
    if gateway is None or gateway.state == "deleted":
        raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {gateway_id} does not exist")


def _associate(
    associate: Callable[..., str],
    backend: EC2Backend,
    route_table_id: str,
    gateway_id: str | None = None,
    subnet_id: str | None = None,
) -> str:
    table = backend.get_route_table(route_table_id)
    if subnet_id and backend.get_subnet(subnet_id).vpc_id != table.vpc_id:
        raise InvalidParameterValue(
            f"Route table {route_table_id} and subnet {subnet_id} belong to different networks"
        )
    for other in [*backend.route_tables.values()]:
        if subnet_id and subnet_id in other._associations.values():
            # moto says yes and leaves the subnet where it is.
            raise EC2ClientError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {route_table_id} conflicts with an "
                "existing association",
            )
    return associate(backend, route_table_id, gateway_id, subnet_id)


def _attach_gateway(
    attach: Callable[..., Any], backend: EC2Backend, internet_gateway_id: str, vpc_id: str
) -> Any:
    if _has_gateway(backend, vpc_id):
        raise ResourceAlreadyAssociatedError(vpc_id)
    return attach(backend, internet_gateway_id, vpc_id)


def _create_nat_gateway(
    create: Callable[..., NatGateway], backend: EC2Backend, subnet_id: str, **given: Any
) -> NatGateway:
    if given.get("connectivity_type") != "private":
        if not given.get("allocation_id"):
            raise MissingParameterError("AllocationId")
        vpc_id = backend.get_subnet(subnet_id).vpc_id
        if not _has_gateway(backend, vpc_id):
            raise EC2ClientError(
                "Gateway.NotAttached", f"Network {vpc_id} has no Internet gateway attached"
            )
    _require_room(backend, backend.get_subnet(subnet_id).availability_zone)
    return create(backend, subnet_id, **given)


def _require_room(backend: EC2Backend, zone: str) -> None:
    """Refuse the sixth NAT gateway of an Availability Zone."""
    there = [
        one
        for one in [*backend.nat_gateways.values()]
        if one.state != "deleted" and backend.get_subnet(one.subnet_id).availability_zone == zone
    ]
    if len(there) >= MOST_NAT_GATEWAYS:
        raise EC2ClientError(
            "NatGatewayLimitExceeded",
            f"The maximum number of NAT gateways in {zone} has been reached: {MOST_NAT_GATEWAYS}",
        )


def _delete_nat_gateway(
    delete: Callable[..., NatGateway], backend: EC2Backend, nat_gateway_id: str
) -> NatGateway:
    _require_nat_gateway(backend, nat_gateway_id)
    return delete(backend, nat_gateway_id)


def _associate_address(
    associate: Callable[..., Any], backend: EC2Backend, *given: Any, **named: Any
) -> Any:
    instance = named.get("instance")
    if instance is not None and not _has_gateway(backend, instance.vpc_id):
        raise EC2ClientError(
            "Gateway.NotAttached",
            f"Network {instance.vpc_id} is not attached to any internet gateway",
        )
    return associate(backend, *given, **named)


def _has_gateway(backend: EC2Backend, vpc_id: str) -> bool:
    gateways = backend.internet_gateways.values()
    return any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in gateways)
