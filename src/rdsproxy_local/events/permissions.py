"""The permission that a service needs before it may send to a queue, a topic or a function."""

from __future__ import annotations

import json
from typing import Any

from ..data_plane.policies import Document, said_to_everybody, trusts
from .delivery import Undeliverable

LAMBDA = "lambda.amazonaws.com"


def require_permission(function: Any, service: str, source: str) -> None:
    """Raise unless the function's own policy lets *service* call it for the ARN *source*."""
    arn = function.function_arn
    if not _lets(
        {"Statement": function.policy.statements}, service, "lambda:InvokeFunction", arn, source
    ):
        raise Undeliverable(f"{arn} has no permission for {service} to call it for {source}")


def require_leave(
    policy: str | None, service: str, action: str, resource: str, source: str
) -> None:
    """Raise unless a queue's or topic's policy lets *service* do *action* for the ARN *source*."""
    if policy is None or not _lets(json.loads(policy), service, action, resource, source):
        raise Undeliverable(
            f"the policy of {resource} does not let {service} do {action} for {source}"
        )


def _lets(document: Document, service: str, action: str, resource: str, source: str) -> bool:
    context = {"aws:SourceArn": source, "aws:SourceAccount": source.split(":")[4]}
    if said_to_everybody(document, action, resource, **context) == "Allow":
        return True
    return trusts(document, service, action, **context)
