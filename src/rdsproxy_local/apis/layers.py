"""Versions of layers by their ARNs, which moto knows and does not tell."""

from __future__ import annotations

import json

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.awslambda.responses import LambdaResponse

NOT_FOUND = 404


class UnknownVersion(LambdaClientError):
    """No account of the local cloud has the version."""

    code = NOT_FOUND

    def __init__(self, arn: str) -> None:
        super().__init__(
            "ResourceNotFoundException",
            f"{arn} is not in the local cloud, which has the layers of its own stacks and no other "
            "account's, nor AWS's own; run without it here, or put what it brings into the code",
        )


def install() -> None:
    LambdaResponse.get_layer_version_by_arn = _version  # type: ignore[attr-defined]


def _version(response: LambdaResponse) -> str:
    """Answer GetLayerVersionByArn, which works for layers of other accounts, too."""
    arn = response.querystring["Arn"][0]
    _, _, _, region, account, *_ = arn.split(":")
    found = lambda_backends[account][region].layers_versions_by_arn(arn)
    if found is None:
        raise UnknownVersion(arn)
    return json.dumps(found.get_layer_version())
