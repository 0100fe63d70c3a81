"""Secret with the key that CloudFront shows the API."""

from __future__ import annotations

from pydantic import Field

from ..frame import Ports, Settings, Stack
from ..kinds import SecretArn
from ..parts.api_key import api_key


class Config(Settings):
    length: int = Field(
        40, ge=20, le=128, description="Characters in the key; API Gateway takes 20 to 128."
    )


class Inputs(Ports):
    """Nothing: the key is generated."""


class Outputs(Ports):
    api_key_secret_arn: SecretArn = Field(description="Secret with the key.")


def build(config: Config, given: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """One secret, apart from who uses it: it is generated before either."""
    secret = api_key(config.length)
    return Stack(resources=[secret], outputs=Outputs(api_key_secret_arn=SecretArn(secret.ref())))
