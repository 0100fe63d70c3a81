"""Interface endpoints, through which subnets without a way out call APIs of AWS."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from troposphere import ec2

from ...aws.kinds import SecurityGroupId, SubnetIds, VpcId
from ...model import ListOf, Ports, Settings, Stack, sub
from ...resources.security_groups import no_egress

Service = Literal["secretsmanager", "sts", "ssm", "ssmmessages"]


class Config(Settings):
    services: ListOf[Service] = Field(
        min_length=1, description="AWS services to create an endpoint for."
    )


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC of the endpoints.")
    subnet_ids: SubnetIds = Field(description="Subnets in which each endpoint gets an address.")


class Outputs(Ports):
    endpoint_security_group_id: SecurityGroupId = Field(
        description="Security group of the endpoints; each client adds a rule to it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create endpoints that take their API's public name, so that clients need no setting."""
    group = ec2.SecurityGroup(
        "EndpointSecurityGroup",
        GroupDescription="Interface endpoints: in from those that add a rule, out to nowhere",
        VpcId=inputs.vpc_id,
        SecurityGroupEgress=[no_egress("Nowhere: an endpoint opens no connections")],
    )
    endpoints = [
        ec2.VPCEndpoint(
            f"{service.capitalize()}Endpoint",
            VpcEndpointType="Interface",
            ServiceName=sub("com.amazonaws.${AWS::Region}." + service),
            VpcId=inputs.vpc_id,
            SubnetIds=inputs.subnet_ids,
            SecurityGroupIds=[group.get_att("GroupId")],
            PrivateDnsEnabled=True,
        )
        for service in config.services
    ]
    return Stack(
        resources=[group, *endpoints],
        outputs=Outputs(endpoint_security_group_id=SecurityGroupId(group.ref())),
    )
