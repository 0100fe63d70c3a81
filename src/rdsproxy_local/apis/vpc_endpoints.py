"""VPC endpoints as strict as EC2's: services, private names, zones and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError, InvalidParameter, InvalidServiceName
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCEndPoint

from .security_groups import require_group
from .surround import surround

RETIRED: Final = frozenset({"ec2messages"})
"""Services that moto has and AWS does not, as of November 2026.

SSM Agent needs ssm and ssmmessages since 3.3.40; AWS retired ec2messages on 30 September 2026,
and never had it in regions opened since 2024: "Reference: ec2messages, ssmmessages, and other
API operations" of Systems Manager; ministryofjustice/modernisation-platform issue 13918.
"""


def install() -> None:
    surround(EC2Backend, "create_vpc_endpoint", _create)
    surround(EC2Backend, "modify_vpc_endpoint", _modify)
    surround(EC2Backend, "delete_vpc_endpoints", _delete)


def _create(
    create: Callable[..., VPCEndPoint],
    backend: EC2Backend,
    vpc_id: str,
    service_name: str,
    endpoint_type: str | None,
    **given: Any,
) -> VPCEndPoint:
    kind = endpoint_type or "Gateway"
    _require_service(backend, service_name, kind)
    if kind != "Interface":
        _require_route_tables(backend, vpc_id, given.get("route_table_ids") or ())
        return create(backend, vpc_id, service_name, kind, **given)
    _require_subnets(backend, vpc_id, given.get("subnet_ids") or ())
    if given.get("private_dns_enabled"):
        _require_private_name(backend, vpc_id, service_name)
    groups = given.pop("security_group_ids", None) or _default_groups(backend, vpc_id)
    for group in groups:
        require_group(backend, group, vpc_id)
    endpoint = create(backend, vpc_id, service_name, kind, security_group_ids=groups, **given)
    _set_groups(backend, endpoint)
    return endpoint


def _modify(modify: Callable[..., None], backend: EC2Backend, vpc_id: str, **given: Any) -> None:
    # moto's name for the endpoint's ID is "vpc_id".
    endpoint = backend.get_vpc_end_point(vpc_id)
    for group in given.get("add_security_groups") or ():
        require_group(backend, group, endpoint.vpc_id)
    modify(backend, vpc_id, **given)
    _set_groups(backend, endpoint)


def _delete(delete: Callable[..., None], backend: EC2Backend, vpce_ids: Iterable[str] = ()) -> None:
    """Delete without a trace: EC2 shows a deleted endpoint for a while, and moto for ever."""
    deleted = list(vpce_ids)
    delete(backend, deleted)
    for endpoint_id in deleted:
        backend.vpc_end_points.pop(endpoint_id, None)


def _default_groups(backend: EC2Backend, vpc_id: str) -> list[str]:
    group = backend.get_default_security_group(vpc_id)
    return [group.id] if group else []


def _set_groups(backend: EC2Backend, endpoint: VPCEndPoint) -> None:
    """Give the endpoint's groups to its interfaces, which moto leaves with the default one."""
    groups = [require_group(backend, one, endpoint.vpc_id) for one in endpoint.security_group_ids]
    for interface in endpoint.network_interface_ids:
        backend.enis[interface]._group_set = groups


def _require_service(backend: EC2Backend, name: str, kind: str) -> None:
    region = backend.region_name
    if name.rpartition(".")[2] in RETIRED:
        raise InvalidServiceName(name)
    answer = backend.describe_vpc_endpoint_services([name], [], 0, None, region)
    services = answer["servicesDetails"]
    kinds = sorted({one["ServiceType"] for found in services for one in found["ServiceType"]})
    if kind not in kinds:
        raise InvalidParameter(
            f"Endpoint type ({kind}) does not match available service types ({kinds})."
        )


def _require_route_tables(backend: EC2Backend, vpc_id: str, tables: Iterable[str]) -> None:
    for table in tables:
        if backend.get_route_table(table).vpc_id != vpc_id:
            raise InvalidParameter(f"Route table {table} does not belong to VPC {vpc_id}.")


def _require_subnets(backend: EC2Backend, vpc_id: str, subnet_ids: Iterable[str]) -> None:
    zones: set[str] = set()
    for subnet in map(backend.get_subnet, subnet_ids):
        if subnet.vpc_id != vpc_id:
            raise InvalidParameter(f"Subnet {subnet.id} does not belong to VPC {vpc_id}.")
        if subnet.availability_zone in zones:
            raise EC2ClientError(
                "DuplicateSubnetsInSameZone",
                "Found another VPC endpoint subnet in the availability zone of existing VPC "
                "endpoint subnet",
            )
        zones.add(subnet.availability_zone)


def _require_private_name(backend: EC2Backend, vpc_id: str, service_name: str) -> None:
    vpc = backend.get_vpc(vpc_id)
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise InvalidParameter(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC "
            f"attributes set to true for {vpc_id}"
        )
    for other in [*backend.vpc_end_points.values()]:
        same = other.vpc_id == vpc_id and other.service_name == service_name
        if same and other.private_dns_enabled:
            service = service_name.rpartition(".")[2]
            # https://github.com/hashicorp/terraform-provider-aws/issues/17535
            raise InvalidParameter(
                "private-dns-enabled cannot be set because there is already a conflicting DNS "
                f"domain for {service}.{backend.region_name}.amazonaws.com in the VPC {vpc_id}"
            )
