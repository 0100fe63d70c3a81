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

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
EVERY: Final = re.compile(r"(?:\d{1,2}|\*)?/(\d{1,2})")
HOUR: Final = r"(?:[01]?\d|2[0-3])"
HOURS_OF_DAY: Final = re.compile(
    rf"(?:\*|{HOUR})?/(?:[4-9]|1\d|2[0-3])|{HOUR}(?:-{HOUR})?(?:,{HOUR}(?:-{HOUR})?)*"
)
DAYS_OF_MONTH: Final = re.compile(r"[*?L]|LW|(?:0?[1-9]|[12]\d|3[01])W?")
MONTHS: Final = re.compile(
    r"\*|0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC", re.IGNORECASE
)
WEEKDAYS: Final = re.compile(
    r"[*?]|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#[1-5])?", re.IGNORECASE
)


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
    if "RotationRules" in given and not {"AutomaticallyAfterDays", "ScheduleExpression"} & {*rules}:
        yield "You must specify either AutomaticallyAfterDays or ScheduleExpression."
    duration = rules.get("Duration")
    if duration is not None:
        found = DURATION.fullmatch(duration)
        if found is None or not 1 <= int(found[1]) <= _longest(str(expression or "")):
            yield f"The Duration {duration} is not valid."


def _longest(expression: str) -> int:
    """The hours that a window has until the next one, or until the day ends in UTC."""
    if (rate := RATE.fullmatch(expression)) and rate[2].startswith("hour"):
        return min(LONGEST, int(rate[1]))
    cron = CRON.fullmatch(expression)
    if cron is None:
        return LONGEST
    if cron[2].isdigit():
        return LONGEST - int(cron[2])
    every = EVERY.fullmatch(cron[2])
    return int(every[1]) if every else LONGEST


def _is_schedule(expression: str) -> bool:
    """True for a rate of at least four hours, and for a time at the full hour."""
    if rate := RATE.fullmatch(expression):
        return int(rate[1]) in (HOURS if rate[2].startswith("hour") else DAYS)
    cron = CRON.fullmatch(expression)
    if cron is None or cron[1] != "0" or cron[6] != "*":
        return False
    _, hours, days, months, weekdays, _ = cron.groups()
    return (
        (days == "?") != (weekdays == "?")
        and bool(HOURS_OF_DAY.fullmatch(hours))
        and _are(days, DAYS_OF_MONTH)
        and _are(months, MONTHS)
        and _are(weekdays, WEEKDAYS)
    )


def _are(field: str, form: re.Pattern[str]) -> bool:
    """True if a field of a cron expression is one, a range or a list of what *form* says."""
    return all(
        form.fullmatch(one) is not None
        for part in field.split(",")
        for one in re.split(r"[-/]", part)
    )


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
