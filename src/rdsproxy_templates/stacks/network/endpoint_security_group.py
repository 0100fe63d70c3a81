"""Security group of a proxy's endpoint in a network that another account lends."""

from __future__ import annotations

from pydantic import Field
from troposphere import ec2

from ...aws.engines import ENGINES
from ...aws.kinds import AccountId, GroupIdElsewhere, SecurityGroupId, VpcId
from ...model import Ports, Settings, Stack
from ...resources.security_groups import ingress_rule, no_egress


class Config(Settings):
    port: int = Field(
        default=ENGINES["aurora-mysql"].port, ge=1, le=65_535, description="Port of the endpoint."
    )


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC that is lent.")
    function_security_group_id: GroupIdElsewhere = Field(
        description="Group of the function in that VPC, of the account that it belongs to."
    )
    app_account_id: AccountId = Field(description="Account that the function's group belongs to.")


class Outputs(Ports):
    client_endpoint_security_group_id: SecurityGroupId = Field(
        description="Group of the endpoint; the function may reach it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A group of this account's own: those of the lender it may not use, the default neither."""
    group = ec2.SecurityGroup(
        "ClientEndpointSecurityGroup",
        GroupDescription="Endpoint of RDS Proxy: in from the function, out to nowhere",
        VpcId=inputs.vpc_id,
        SecurityGroupEgress=[no_egress("Nowhere: an endpoint opens no connections")],
    )
    from_function = ingress_rule(
        "ClientEndpointSecurityGroupIngress",
        group.get_att("GroupId"),
        config.port,
        inputs.function_security_group_id,
        "The function",
        owner=inputs.app_account_id,
    )
    return Stack(
        resources=[group, from_function],
        outputs=Outputs(client_endpoint_security_group_id=SecurityGroupId(group.ref())),
    )
