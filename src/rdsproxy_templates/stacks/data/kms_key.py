"""Key that encrypts a secret for a reader in another account."""

from __future__ import annotations

from pydantic import Field
from troposphere import kms

from ...aws.kinds import KeyArn, RoleArn
from ...aws.policies import key_for
from ...model import Ports, Settings, Stack


class Config(Settings):
    """Nothing to choose."""


class Inputs(Ports):
    function_role_arn: RoleArn = Field(description="Role that reads the secret.")


class Outputs(Ports):
    key_arn: KeyArn = Field(description="The key.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - nothing to choose
    """The account's own key for secrets cannot be used from elsewhere."""
    key = kms.Key(
        "SecretKey",
        # Of no use without the secret, which goes with the stack.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Description="Secret that a function of another account reads",
        EnableKeyRotation=True,
        KeyPolicy=key_for(inputs.function_role_arn),
    )
    return Stack(resources=[key], outputs=Outputs(key_arn=KeyArn(key.get_att("Arn"))))
