"""Secrets Manager: when secrets are rotated, and who may read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
RATE: Final = re.compile(r"rate\((\d+) (hours?|days?)\)")
CRON: Final = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
HOURS: Final = range(4, 24_001)
DAYS: Final = range(1, 1001)
DURATION: Final = re.compile(r"(\d{1,2})h")
LONGEST: Final = 24


def _rotation(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    rules = given.get("RotationRules", {})
    expression = rules.get("ScheduleExpression")
    if expression is not None and "AutomaticallyAfterDays" in rules:
        yield (
            "You can't specify both AutomaticallyAfterDays and ScheduleExpression in the same "
            "request."
        )
    if expression is not None and not _is_schedule(expression):
        yield f"The ScheduleExpression {expression} is not valid."
    duration = rules.get("Duration")
    if duration is not None:
        found = DURATION.fullmatch(duration)
        if found is None or not 1 <= int(found[1]) <= LONGEST:
            yield f"The Duration {duration} is not valid."


def _is_schedule(expression: str) -> bool:
    """True for a rate of at least four hours, and for a time at the full hour."""
    if rate := RATE.fullmatch(expression):
        return int(rate[1]) in (HOURS if rate[2].startswith("hour") else DAYS)
    cron = CRON.fullmatch(expression)
    return cron is not None and cron[1] == "0" and cron[6] == "*"


def _policy(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("BlockPublicPolicy") is not True:
        return
    policy = given.get("ResourcePolicy")
    statements = policy.get("Statement", []) if isinstance(policy, Mapping) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        people = principal.get("AWS") if isinstance(principal, Mapping) else principal
        everybody = "*" in (people if isinstance(people, list) else [people])
        if statement.get("Effect") == "Allow" and everybody and not statement.get("Condition"):
            yield (
                "This resource policy grants broad access to your secret. Secrets Manager does not "
                "allow creating a policy with broad access."
            )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::SecretsManager::ResourcePolicy": (_policy,),
    "AWS::SecretsManager::RotationSchedule": (_rotation,),
}
