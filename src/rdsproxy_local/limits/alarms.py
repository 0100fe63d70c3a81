"""CloudWatch: the time over which an alarm looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# PutMetricAlarm, EvaluationPeriods in botocore's model.
HOUR: Final = 3600
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY


def _alarm(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    periods, period = given.get("EvaluationPeriods", 1), given.get("Period", 0)
    if given.get("DatapointsToAlarm", 1) > periods:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
    longest = WEEK if period >= HOUR else DAY
    if periods * period > longest:
        yield (
            f"Metrics cannot be checked across more than {longest} seconds: EvaluationPeriods * "
            f"Period is {periods * period}"
        )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::CloudWatch::Alarm": (_alarm,)}
