"""Security group of a proxy endpoint in a VPC whose subnets another account shares."""

from __future__ import annotations

from pydantic import Field
from troposphere import ec2

from ...aws.engines import ENGINES
from ...aws.kinds import AccountId, GroupIdElsewhere, SecurityGroupId, VpcId
from ...model import Ports, Settings, Stack
from ...resources.security_groups import ingress_rule, no_egress


class Config(Settings):
    port: int = Field(
        default=ENGINES["aurora-mysql"].port,
        ge=1,
        le=65_535,
        description="TCP port of the endpoint.",
    )


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC of the shared subnets.")
    function_security_group_id: GroupIdElsewhere = Field(
        description="Security group of the function in that VPC, with its owner's account ID."
    )
    app_account_id: AccountId = Field(
        description="ID of the account that owns the function's group."
    )


class Outputs(Ports):
    client_endpoint_security_group_id: SecurityGroupId = Field(
        description="Security group of the endpoint, which the function may connect to."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create a group of this account: it may use none of the VPC owner's, nor the default."""
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
        "From the function",
        owner=inputs.app_account_id,
    )
    return Stack(
        resources=[group, from_function],
        outputs=Outputs(client_endpoint_security_group_id=SecurityGroupId(group.ref())),
    )
