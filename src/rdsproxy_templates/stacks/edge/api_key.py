"""Secrets that CloudFront sends to the API: its key, and the value that its web ACL checks."""

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
        description="Length of the API key and of the value that the web ACL checks: 20 to 128 "
        "characters; at creation only, because a change generates new secrets of which neither "
        "the API nor CloudFront learns. See https://docs.aws.amazon.com/apigateway/latest/"
        "developerguide/api-gateway-api-usage-plans.html",
    )


class Inputs(Ports):
    """No inputs: the secrets are generated."""


class Outputs(Ports):
    api_key_secret_arn: SecretArn = Field(description="ARN of the secret with the API key.")
    origin_secret_arn: SecretArn = Field(
        description="ARN of the secret with the value that the API's web ACL checks."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """Generate two secrets in a stack of their own: both the API and CloudFront need them."""
    key = generated_secret(
        "APIKeySecret", "API key that CloudFront sends to the API", config.length
    )
    origin = generated_secret(
        "OriginSecret", "Value by which the API recognizes CloudFront", config.length
    )
    return Stack(
        resources=[key, origin],
        outputs=Outputs(
            api_key_secret_arn=SecretArn(key.ref()), origin_secret_arn=SecretArn(origin.ref())
        ),
    )
