"""Network interfaces: their groups, and their deletion with their owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.ec2.exceptions import InvalidParameterValue
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance, InstanceState
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.subnets import Subnet

from .security_groups import require_group
from .surround import mend, surround


def install() -> None:
    surround(NetworkInterface, "__init__", _begin)
    mend(
        EC2Backend,
        "delete_nat_gateway",
        _delete_nat_gateway,
        moto="the gateway's network interface stays",
        aws="it goes with the gateway",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
    )
    mend(
        EC2Backend,
        "modify_instance_security_groups",
        _set_instance_groups,
        moto="the groups of the instance change, and those of its interface stay",
        aws="they are the groups of the primary network interface",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html",
    )
    mend(
        Instance,
        "prep_nics",
        _make_for_instance,
        moto="an interface that is made for an instance stays when that ends",
        aws="it is deleted, unless DeleteOnTermination is false",
        source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html",
    )
    surround(Instance, "terminate", _terminate)


def _begin(
    begin: Callable[..., None],
    interface: NetworkInterface,
    ec2_backend: EC2Backend,
    subnet: Subnet | str,
    *given: Any,
    group_ids: list[str] | None = None,
    **more: Any,
) -> None:
    # moto would make up groups that are not there.
    place = ec2_backend.get_subnet(subnet) if isinstance(subnet, str) else subnet
    for group_id in group_ids or ():
        require_group(ec2_backend, group_id, place.vpc_id)
    if not group_ids and place.vpc_id not in ec2_backend.vpcs:
        raise InvalidParameterValue(
            f"The default security group of {place.vpc_id} belongs to another account."
        )
    begin(interface, ec2_backend, place, *given, group_ids=group_ids, **more)


def _delete_nat_gateway(
    delete: Callable[..., NatGateway], backend: EC2Backend, nat_gateway_id: str
) -> NatGateway:
    gateway = delete(backend, nat_gateway_id)
    _free(backend, gateway._eni)
    backend.enis.pop(gateway._eni.id, None)
    return gateway


def _make_for_instance(
    make: Callable[..., None],
    instance: Instance,
    nic_spec: list[dict[str, Any]],
    *given: Any,
    **more: Any,
) -> None:
    """An interface that is made for an instance ends with it, unless it is said otherwise."""
    specified: list[Mapping[str, Any]] = [*nic_spec] or [{"DeviceIndex": 0}]
    make(instance, [{"DeleteOnTermination": True, **one} for one in specified], *given, **more)
    instance.security_groups = list(instance.nics[0].group_set)


def _set_instance_groups(
    set_groups: Callable[..., Instance],
    backend: EC2Backend,
    instance_id: str,
    new_group_id_list: list[str],
) -> Instance:
    primary = backend.get_instance(instance_id).nics[0]
    groups = [require_group(backend, one, primary.vpc_id) for one in new_group_id_list]
    primary._group_set = groups
    return set_groups(backend, instance_id, new_group_id_list)


def _terminate(terminate: Callable[..., InstanceState], instance: Instance) -> InstanceState:
    for interface in [*instance.nics.values()]:
        _free(instance.ec2_backend, interface)
    return terminate(instance)


def _free(backend: EC2Backend, interface: NetworkInterface) -> None:
    """Take the elastic addresses from an interface."""
    for address in [*backend.addresses]:
        if address.eni is interface:
            backend.disassociate_address(address=address.public_ip)
