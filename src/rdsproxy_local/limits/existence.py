"""Resources that are there, or not, as the services tell."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context


def answers(context: Context, service: str, operation: str, **given: Any) -> bool:
    """True if the call, which fails where there is nothing of the name, finds something."""
    try:
        context.call(service, operation, **given)
    except ClientError:
        return False
    return True
