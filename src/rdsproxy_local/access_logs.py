"""The access logs of APIs: where they may go, and what every line must have."""

from __future__ import annotations

import re
from typing import Final

from .cloudformation.failure import Failure
from .cloudformation.resource import Context

IDENTIFIERS: Final = ("$context.requestId", "$context.extendedRequestId")


def check_access_log(context: Context, destination: str, line: str) -> None:
    """Fail as API Gateway does at a log that it cannot write."""
    if not any(one in line for one in IDENTIFIERS):
        raise Failure(
            "Access Log format must be single line, and contain at least "
            f"{' or '.join(IDENTIFIERS)}"
        )
    group = re.fullmatch(
        rf"arn:[^:]+:logs:{context.region}:{context.account}:log-group:([^:]+)(:\*)?", destination
    )
    if not group:
        raise Failure(f"the local cloud writes no access log to {destination}")
    name = group[1]
    groups = context.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    if name not in [one["logGroupName"] for one in groups]:
        raise Failure(f"The log group {name} of the access log does not exist")
