"""Networks, subnets and addresses as strict as EC2's: zones, and no deletion of a part in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from moto.ec2.exceptions import (
    DependencyViolationError,
    EC2ClientError,
    InvalidAvailabilityZoneError,
)
from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from .security_groups import backends_in
from .surround import MENDS, Mend, surround

SUBNET: Final = ("cidr_block", "ipv6_cidr_block", "availability_zone", "availability_zone_id")


def install() -> None:
    surround(EC2Backend, "create_subnet", _create_subnet)
    surround(EC2Backend, "delete_subnet", _delete_subnet)
    surround(EC2Backend, "delete_vpc", _delete_vpc)
    surround(EC2Backend, "detach_internet_gateway", _detach_gateway)
    surround(EC2Backend, "release_address", _release_address)
    subnet: Any = Subnet
    subnet.ipv6_cidr_block_association_set = property(_ipv6_ranges)
    MENDS.append(
        Mend(
            f"{Subnet.__module__}.Subnet.ipv6_cidr_block_association_set",
            "the state of a range is the text of a mapping",
            "it is `associated`",
            "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SubnetCidrBlockState.html",
        )
    )


def _ipv6_ranges(subnet: Subnet) -> list[dict[str, Any]]:
    return [
        {
            "ipv6CidrBlock": one["ipv6CidrBlock"],
            "associationId": one["associationId"],
            "ipv6CidrBlockState": {"state": one["ipv6CidrBlockState"]["State"]},
        }
        for one in [*subnet.ipv6_cidr_block_associations.values()]
        if one["ipv6CidrBlockState"]["State"] == "associated"
    ]


def _create_subnet(
    create: Callable[..., Subnet], backend: EC2Backend, vpc_id: str, *given: Any, **named: Any
) -> Subnet:
    asked = dict(zip(SUBNET, given, strict=False)) | named
    names = asked.pop("availability_zone", None), asked.pop("availability_zone_id", None)
    subnet = create(backend, vpc_id, availability_zone=_zone(backend, *names), **asked)
    if not backend.get_vpc(vpc_id).is_default:
        # moto takes a zone's first subnet for the default one, in whichever network it is.
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
    return subnet


def _zone(backend: EC2Backend, name: str | None, zone_id: str | None) -> str:
    """The name of the zone, which must be in the region; moto accepts zones of any region."""
    zones = backend.describe_availability_zones()
    for zone in zones:
        if name in (None, zone.name) and zone_id in (None, zone.zone_id):
            return str(zone.name)
    raise InvalidAvailabilityZoneError(name or zone_id, ", ".join(zone.name for zone in zones))


def _delete_subnet(delete: Callable[..., Subnet], backend: EC2Backend, subnet_id: str) -> Subnet:
    for other in backends_in(backend.region_name):
        if any(interface.subnet.id == subnet_id for interface in [*other.enis.values()]):
            raise DependencyViolationError(
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
            )
    subnet = delete(backend, subnet_id)
    for table in [*backend.route_tables.values()]:
        table._associations = {
            association: target
            for association, target in [*table._associations.items()]
            if target != subnet_id
        }
    return subnet


def _delete_vpc(delete: Callable[..., VPC], backend: EC2Backend, vpc_id: str) -> VPC:
    if any(_dependents(backend, vpc_id)):
        raise DependencyViolationError(
            f"The vpc '{vpc_id}' has dependencies and cannot be deleted."
        )
    return delete(backend, vpc_id)


def _dependents(backend: EC2Backend, vpc_id: str) -> Iterator[str]:
    """Resources that keep a network from being deleted, beside the ones that moto looks for."""
    for gateway in [*backend.internet_gateways.values()]:
        if gateway.vpc and gateway.vpc.id == vpc_id:
            yield gateway.id
    for endpoint in [*backend.vpc_end_points.values()]:
        if endpoint.vpc_id == vpc_id:
            yield endpoint.id
    for egress_only in [*backend.egress_only_internet_gateways.values()]:
        if egress_only.vpc_id == vpc_id:
            yield egress_only.id
    for other in backends_in(backend.region_name):
        for group in other.groups.get(vpc_id, {}).values():
            if not group.is_default:
                yield group.id


def _detach_gateway(
    detach: Callable[..., None], backend: EC2Backend, internet_gateway_id: str, vpc_id: str
) -> None:
    if any(one.public_ip for one in [*backend.enis.values()] if one.vpc_id == vpc_id):
        raise DependencyViolationError(
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway."
        )
    detach(backend, internet_gateway_id, vpc_id)


def _release_address(
    release: Callable[..., None],
    backend: EC2Backend,
    address: str | None = None,
    allocation_id: str | None = None,
) -> None:
    for one in [*backend.addresses]:
        if one.association_id and (one.public_ip == address or one.allocation_id == allocation_id):
            raise EC2ClientError("InvalidIPAddress.InUse", f"Address {one.public_ip} is in use.")
    release(backend, address, allocation_id)
