"""The stacks of interface endpoints that variants nest."""

from __future__ import annotations

from .. import stacks
from ..aws.kinds import SubnetIds, VpcId
from ..model import Child, nest


def interface_endpoints(
    vpc_id: VpcId,
    subnet_ids: SubnetIds,
    services: tuple[stacks.endpoints.Service, ...],
    title: str = "EndpointsStack",
) -> Child[stacks.endpoints.Outputs]:
    """Nest the stack *title*, by which subnets without a way out reach *services*."""
    return nest(
        title,
        stacks.endpoints,
        stacks.endpoints.Config(services=services),
        stacks.endpoints.Inputs(vpc_id=vpc_id, subnet_ids=subnet_ids),
    )


def secrets_manager_endpoint(
    vpc_id: VpcId, subnet_ids: SubnetIds
) -> Child[stacks.endpoints.Outputs]:
    """Nest ``EndpointsStack``, by which functions in *subnet_ids* read secrets."""
    return interface_endpoints(vpc_id, subnet_ids, ("secretsmanager",))
