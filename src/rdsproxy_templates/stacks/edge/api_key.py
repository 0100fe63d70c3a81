"""Secrets that CloudFront shows the API: its key, and that of the web ACL in front of it."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import SecretArn
from ...model import Ports, Settings, Stack
from ...resources.api_key import generated_secret


class Config(Settings):
    length: int = Field(
        default=40,
        ge=20,
        le=128,
        description="Characters in the key, of which API Gateway takes 20 to 128, and in the "
        "value that the web ACL wants. Decided at creation: a change generates others, which "
        "neither the API nor CloudFront learns.",
    )


class Inputs(Ports):
    """Nothing: the secrets are generated."""


class Outputs(Ports):
    api_key_secret_arn: SecretArn = Field(description="Secret with the key.")
    origin_secret_arn: SecretArn = Field(
        description="Secret with the value that the web ACL in front of the API wants."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """Two secrets, apart from who uses them: they are generated before either."""
    key = generated_secret(
        "APIKeySecret", "Key of the API, which CloudFront shows it", config.length
    )
    origin = generated_secret(
        "OriginSecret", "By which the API knows that CloudFront calls it", config.length
    )
    return Stack(
        resources=[key, origin],
        outputs=Outputs(
            api_key_secret_arn=SecretArn(key.ref()), origin_secret_arn=SecretArn(origin.ref())
        ),
    )
