"""The API in front of functions, of the kind that its settings ask for."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import SecretArn
from ...model import Ports
from ...resources.api_functions import (
    FunctionApiSettings,
    RestApiFunctionSettings,
    TwoFunctionsSettings,
)
from ...resources.http_api import HttpApi, http_api
from ...resources.rest_api import RestApi, rest_api
from .function_logins import unwired


class RestApiSecrets(Ports):
    """Secrets that a REST API wants to be shown."""

    api_key_secret_arn: SecretArn = Field(description="Secret with the API's key.")
    origin_secret_arn: SecretArn = Field(
        description="Secret with the value by which the API knows CloudFront."
    )


def api_of(
    settings: FunctionApiSettings | TwoFunctionsSettings | RestApiFunctionSettings,
    secrets: RestApiSecrets | None,
) -> HttpApi | RestApi:
    """Return the API; raises :class:`WiringError` where a REST API's *secrets* are not wired."""
    if not isinstance(settings, RestApiFunctionSettings):
        return http_api(settings)
    if secrets is None:
        raise unwired("rest_api", "the secrets of a REST API")
    return rest_api(settings, secrets.api_key_secret_arn, secrets.origin_secret_arn)
