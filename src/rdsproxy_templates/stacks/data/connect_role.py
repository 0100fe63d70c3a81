"""Role in which a function of another account logs in to a proxy."""

from __future__ import annotations

from pydantic import Field
from troposphere import iam

from ...aws.kinds import DatabaseUser, ProxyArn, RoleArn
from ...aws.policies import connects, trusts_role
from ...model import Ports, Settings, Stack


class Config(Settings):
    """Nothing to choose."""


class Inputs(Ports):
    function_role_arn: RoleArn = Field(description="Role that may assume the new one.")
    rds_proxy_arn: ProxyArn = Field(description="Proxy that the role may log in to.")
    rds_user: DatabaseUser = Field(description="User that the role may log in as.")


class Outputs(Ports):
    connect_role_arn: RoleArn = Field(description="The role.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - nothing to choose
    """``rds-db:connect`` has no resource policy, so that no other account can be given it."""
    role = iam.Role(
        "ConnectRole",
        AssumeRolePolicyDocument=trusts_role(inputs.function_role_arn),
        Policies=[
            iam.Policy(
                PolicyName="ConnectToProxy",
                PolicyDocument=connects(inputs.rds_proxy_arn, inputs.rds_user),
            )
        ],
    )
    return Stack(resources=[role], outputs=Outputs(connect_role_arn=RoleArn(role.get_att("Arn"))))
