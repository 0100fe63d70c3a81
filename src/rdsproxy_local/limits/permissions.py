"""Lambda: functions that others name, and permissions to call them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context
from ..service_actions import actions_of
from ..service_principals import is_service
from .check import Check
from .existence import answers

PERSON: Final = re.compile(r"\*|\d{12}|arn:.+")
ROLE: Final = re.compile(r"arn:[^:]+:iam::(\d{12}):role/(?:.*/)?([^/]+)")
FUNCTION: Final = re.compile(r"arn:[^:]+:lambda:([^:]+):(\d{12}):function:.+")
MOST_BYTES: Final = 20_480
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
CONDITIONS: Final = ("PrincipalOrgID", "SourceAccount", "SourceArn")
BY_URL: Final = "lambda:InvokeFunctionUrl"


def _principal(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    principal = str(given.get("Principal", ""))
    role = ROLE.fullmatch(principal)
    is_known = (
        role is None
        or role[1] != context.account
        or answers(context, "iam", "get_role", RoleName=role[2])
    )
    if not is_known or not (PERSON.fullmatch(principal) or is_service(principal)):
        yield "The provided principal was invalid. Please check the principal and try again."


def _action(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    action = str(given.get("Action", ""))
    name = action.partition(":")[2]
    known = {one.lower() for one in actions_of("lambda")}
    if name not in ("", "*") and name.lower() not in known:
        yield f"The provided action {action} is not an action of Lambda"
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    if "FunctionUrlAuthType" in given and action != BY_URL:
        yield f"FunctionUrlAuthType is only supported for {BY_URL} action"


def _function(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    found = FUNCTION.fullmatch(str(given.get("FunctionName", "")))
    if found is not None and found[1] != context.region:
        yield (f"Functions from '{found[1]}' are not reachable in this region ('{context.region}')")
    elif found is not None and found[2] != context.account:
        yield f"Function not found: {given['FunctionName']}"


def _length(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse one statement more than the policy of a function, or of its alias, has room for."""
    name = str(given.get("FunctionName", ""))
    try:
        policy = context.call("lambda", "get_policy", FunctionName=name)["Policy"]
    except (ClientError, Failure):
        # There is none yet, or no function.
        return
    condition = [{name: given[name]} for name in CONDITIONS if name in given]
    statement = {
        "Sid": context.name(100),
        "Effect": "Allow",
        "Principal": {"Service": given.get("Principal")},
        "Action": given.get("Action"),
        "Resource": name,
        "Condition": condition,
    }
    size = len(f"{policy},{json.dumps(statement)}")
    if size > MOST_BYTES:
        yield f"The final policy size ({size}) is bigger than the limit ({MOST_BYTES})."


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::Lambda::Alias": (_function,),
    "AWS::Lambda::EventInvokeConfig": (_function,),
    "AWS::Lambda::EventSourceMapping": (_function,),
    "AWS::Lambda::Permission": (_principal, _action, _function, _length),
    "AWS::Lambda::Version": (_function,),
}
