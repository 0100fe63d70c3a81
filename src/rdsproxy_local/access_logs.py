"""The access logs of APIs: where they may go, and what every line must have."""

from __future__ import annotations

import re

from .cloudformation.failure import Failure
from .cloudformation.resource import Context


def check_access_log(context: Context, destination: str, line: str) -> None:
    """Fail as API Gateway does at a log that it cannot write."""
    if "$context.requestId" not in line:
        raise Failure("The format of an access log must include at least $context.requestId")
    group = re.fullmatch(
        rf"arn:[^:]+:logs:{context.region}:{context.account}:log-group:([^:]+)(:\*)?", destination
    )
    if not group:
        raise Failure(f"the local cloud writes no access log to {destination}")
    name = group[1]
    groups = context.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    if name not in [one["logGroupName"] for one in groups]:
        raise Failure(f"The log group {name} of the access log does not exist")
