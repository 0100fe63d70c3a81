"""From an API to the function behind it."""

from __future__ import annotations

import re
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.core.exceptions import JsonRESTError

from ..servers.runtime import Answer
from .functions import Functions, TooManyRequests
from .policies import trusts

API_GATEWAY = "apigateway.amazonaws.com"


class Failed(Exception):
    """An API cannot call its function; the message is what an access log has of it."""


def called(functions: Functions, uri: str, source_arn: str, event: Any) -> Answer:
    """Call the function that *uri* names with an event from the API's *source_arn*."""
    arn = re.search(r"arn:aws[\w-]*:lambda:[^/]+", uri or "")
    if arn is None:
        raise Failed("the local cloud has integrations with functions only")
    function = _function(arn[0])
    if not _may_call(function, source_arn):
        # As HTTP APIs put it into $context.integrationErrorMessage.
        raise Failed(
            "The IAM role configured on the integration or API Gateway doesn't have permissions"
            " to call the integration. Check the permissions and try again."
        )
    try:
        return functions.invoke(function, event).answer
    except TooManyRequests:
        raise Failed("Too Many Requests") from None
    except JsonRESTError as error:
        raise Failed(str(error.message)) from None


def _function(arn: str) -> Any:
    _, _, _, region, account, *_ = arn.split(":")
    try:
        return lambda_backends[account][region].get_function(arn)
    except JsonRESTError:
        raise Failed(f"there is no function {arn}") from None


def _may_call(function: Any, source_arn: str) -> bool:
    """True if the function's own policy lets API Gateway call it for this API."""
    statements = {"Statement": function.policy.statements}
    context = {"AWS:SourceArn": source_arn, "AWS:SourceAccount": source_arn.split(":")[4]}
    return trusts(statements, API_GATEWAY, "lambda:InvokeFunction", **context)
