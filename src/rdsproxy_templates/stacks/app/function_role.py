"""Role of a function, and its way to the API of AWS with which it logs in elsewhere."""

from __future__ import annotations

from pydantic import Field
from troposphere import iam

from ...aws.kinds import RoleArn, RoleName, SecurityGroupId
from ...aws.policies import trusts
from ...model import Ports, Settings, Stack, sub
from ...resources.functions import VPC_ACCESS
from ...resources.security_groups import endpoint_access_rules


class Config(Settings):
    """Nothing to choose."""


class Inputs(Ports):
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    endpoint_security_group_id: SecurityGroupId = Field(
        description="Group of the API's endpoint, which lets the function in."
    )


class Outputs(Ports):
    function_role_arn: RoleArn = Field(
        description="Role of the function; another account's policies name it."
    )
    function_role_name: RoleName = Field(description="Name of that role, without its path.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - nothing to choose
    """The role is there before the function: IAM refuses policies that name nobody."""
    role = iam.Role(
        "FunctionRole",
        AssumeRolePolicyDocument=trusts("lambda.amazonaws.com"),
        ManagedPolicyArns=[
            sub("arn:${AWS::Partition}:iam::aws:policy/service-role/" + VPC_ACCESS),
        ],
    )
    way = endpoint_access_rules(
        inputs.function_security_group_id,
        inputs.endpoint_security_group_id,
        api="API of AWS",
        who="The function",
    )
    return Stack(
        resources=[role, *way],
        outputs=Outputs(
            function_role_arn=RoleArn(role.get_att("Arn")),
            function_role_name=RoleName(role.ref()),
        ),
    )
