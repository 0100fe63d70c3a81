"""Secrets that CloudFront sends to the API: its key, and the value that its web ACL checks."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.arns import KMS_KEY
from ...aws.documentation import SECRETS_MANAGER_GUIDE
from ...aws.identifiers import identifier_problems
from ...aws.kinds import KeyArn, SecretArn
from ...errors import Problem
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
    kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts both secrets; whoever deploys may decrypt "
        "with it. Left out: the account's key `aws/secretsmanager`. See "
        f"{SECRETS_MANAGER_GUIDE}security-encryption.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from identifier_problems(KMS_KEY, "kms_key_arn", self.kms_key_arn)


class Inputs(Ports):
    """No inputs: the secrets are generated."""


class Outputs(Ports):
    api_key_secret_arn: SecretArn = Field(description="ARN of the secret with the API key.")
    origin_secret_arn: SecretArn = Field(
        description="ARN of the secret with the value that the API's web ACL checks."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """Generate two secrets in a stack of their own: both the API and CloudFront need them."""
    kms_key = KeyArn(config.kms_key_arn) if config.kms_key_arn else None
    key = generated_secret(
        "APIKeySecret", "API key that CloudFront sends to the API", config.length, kms_key
    )
    origin = generated_secret(
        "OriginSecret", "Value by which the API recognizes CloudFront", config.length, kms_key
    )
    return Stack(
        resources=[key, origin],
        outputs=Outputs(
            api_key_secret_arn=SecretArn(key.ref()), origin_secret_arn=SecretArn(origin.ref())
        ),
    )
