"""Subnets that others share by RAM: what the account sees, and what stays the owner's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.ec2.exceptions import InvalidSubnetIdError, InvalidVPCIdError, OperationNotPermitted
from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC
from moto.ec2.utils import generic_filter
from moto.ram.models import ram_backends

from .resource_shares import accounts_of, subnets_of
from .surround import surround

# Participants make interfaces and security groups, and nothing of the network:
# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html
OWNERS_ONLY: Final = (
    "associate_route_table",
    "associate_subnet_cidr_block",
    "associate_vpc_cidr_block",
    "attach_internet_gateway",
    "attach_vpn_gateway",
    "create_carrier_gateway",
    "create_egress_only_internet_gateway",
    "create_nat_gateway",
    "create_network_acl",
    "create_route_table",
    "create_subnet",
    "create_vpc_endpoint",
    "modify_subnet_attribute",
    "modify_vpc_attribute",
    "modify_vpc_tenancy",
)


def install() -> None:
    surround(EC2Backend, "describe_subnets", _describe_subnets)
    surround(EC2Backend, "describe_vpcs", _describe_vpcs)
    surround(EC2Backend, "get_subnet", _get_subnet)
    surround(EC2Backend, "get_vpc", _get_vpc)
    for name in OWNERS_ONLY:
        surround(EC2Backend, name, _refuse_participants)


def shared_subnets(backend: EC2Backend) -> dict[str, Subnet]:
    """The subnets, by ID, that others share with the account of *backend* in its region."""
    return {
        subnet.id: subnet
        for owner in set(ram_backends) - {backend.account_id}
        for share in ram_backends[owner][backend.region_name].resource_shares
        if backend.account_id in accounts_of(share)
        for subnet in subnets_of(share)
    }


def shared_vpcs(backend: EC2Backend) -> dict[str, VPC]:
    """The networks, by ID, of the subnets that others share."""
    subnets = shared_subnets(backend).values()
    return {subnet.vpc_id: subnet.ec2_backend.vpcs[subnet.vpc_id] for subnet in subnets}


def _describe_subnets(
    describe: Callable[..., list[Subnet]],
    backend: EC2Backend,
    subnet_ids: list[str] | None = None,
    filters: Any = None,
) -> list[Subnet]:
    return _described(describe, backend, subnet_ids, filters, shared_subnets(backend))


def _describe_vpcs(
    describe: Callable[..., list[VPC]],
    backend: EC2Backend,
    vpc_ids: list[str] | None = None,
    filters: Any = None,
) -> list[VPC]:
    return _described(describe, backend, vpc_ids, filters, shared_vpcs(backend))


def _described(
    describe: Callable[..., list[Any]],
    backend: EC2Backend,
    ids: list[str] | None,
    filters: Any,
    shared: dict[str, Any],
) -> list[Any]:
    """The requested subnets that the account owns or has a share of."""
    own_ids = [one for one in ids or () if one not in shared]
    own = [] if ids and not own_ids else describe(backend, own_ids or None, filters)
    given = [one for one in shared.values() if not ids or one.id in ids]
    return own + (generic_filter(filters, given) if filters else given)


def _get_subnet(get: Callable[..., Subnet], backend: EC2Backend, subnet_id: str) -> Subnet:
    try:
        return get(backend, subnet_id)
    except InvalidSubnetIdError:
        if subnet := shared_subnets(backend).get(subnet_id):
            return subnet
        raise


def _get_vpc(get: Callable[..., VPC], backend: EC2Backend, vpc_id: str) -> VPC:
    try:
        return get(backend, vpc_id)
    except InvalidVPCIdError:
        if vpc := shared_vpcs(backend).get(vpc_id):
            return vpc
        raise


def _refuse_participants(
    operate: Callable[..., Any], backend: EC2Backend, *arguments: Any, **named: Any
) -> Any:
    given = {one for one in (*arguments, *named.values()) if isinstance(one, str)}
    if others := given & {*shared_subnets(backend), *shared_vpcs(backend)}:
        raise OperationNotPermitted(f"{others.pop()} belongs to another account.")
    return operate(backend, *arguments, **named)
