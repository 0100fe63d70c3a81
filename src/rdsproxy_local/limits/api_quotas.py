"""API Gateway: the number of parts that an API of an account that asked for no more has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MOST: Final[Mapping[str, tuple[str, int]]] = {
    "AWS::ApiGatewayV2::Authorizer": ("authorizers", 10),
    "AWS::ApiGatewayV2::Integration": ("integrations", 300),
    "AWS::ApiGatewayV2::Route": ("routes", 300),
    "AWS::ApiGatewayV2::Stage": ("stages", 10),
}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MOST_RESOURCES: Final = 300
MOST_SCOPES: Final = 10
MOST_AUDIENCES: Final = 50
LONGEST_POLICY: Final = 8192


def quota_problems(type_name: str, context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse one part more than an HTTP API has."""
    if type_name not in MOST:
        return
    kind, most = MOST[type_name]
    call: Callable[..., Any] = context.as_service().call
    try:
        found = call("apigatewayv2", f"get_{kind}", ApiId=given.get("ApiId", ""))["Items"]
    except ClientError:
        # The API is not there, as its service says.
        return
    if len(found) >= most:
        yield too_many(kind)


def too_many(kind: str) -> str:
    noun = kind.capitalize()
    return (
        f"Maximum number of {noun} for this API has been reached. Please contact AWS if you need "
        f"additional {noun}."
    )
