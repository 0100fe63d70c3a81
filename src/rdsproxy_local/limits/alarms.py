"""CloudWatch: what an alarm looks at, and whom it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .alarm_metrics import is_extended, metric_problems, period_problems
from .check import Check

# PutMetricAlarm, EvaluationPeriods in botocore's model.
HOUR: Final = 3600
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

ARN_PARTS: Final = 6
TOPIC: Final = re.compile(r"arn:[^:]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
SINGLE: Final = (
    *("Dimensions", "ExtendedStatistic", "MetricName", "Namespace", "Period", "Statistic", "Unit"),
)
"""What the members of Metrics have in place of the alarm."""
ACTING: Final = frozenset(
    {
        *("aiops", "automate", "autoscaling", "lambda", "sns", "ssm", "ssm-incidents", "swf"),
        *("application-autoscaling", "events"),
    }
)
"""Services that an alarm calls; PutMetricAlarm, AlarmActions in botocore's model."""
OF_ANOMALIES: Final = (
    "GreaterThanUpperThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
)


def _metric(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    metrics = given.get("Metrics", [])
    if metrics:
        yield from metric_problems(metrics, given.get("ThresholdMetricId"))
        if single := [name for name in SINGLE if name in given]:
            yield f"{single[0]} must not be specified if Metrics is"
    elif "MetricName" in given:
        if ("Statistic" in given) == ("ExtendedStatistic" in given):
            yield "Exactly one of Statistic and ExtendedStatistic must be specified"
        if "Namespace" not in given:
            yield "Namespace must not be null"
        if "Period" not in given:
            yield "Period must not be null"
        yield from period_problems(given.get("Period", HOUR))
    else:
        yield "The parameters MetricName and Metrics are missing: one of them is needed"
    statistic = given.get("ExtendedStatistic")
    if statistic is not None and not is_extended(statistic):
        yield f"The value {statistic} for parameter ExtendedStatistic is not supported."


def _threshold(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    is_anomaly = given.get("ComparisonOperator") in OF_ANOMALIES
    if is_anomaly and "ThresholdMetricId" not in given:
        yield f"ThresholdMetricId is required for {given['ComparisonOperator']}"
    if "Threshold" not in given and "ThresholdMetricId" not in given:
        yield "Threshold must be specified unless ThresholdMetricId is"


def _actions(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name in ("AlarmActions", "InsufficientDataActions", "OKActions"):
        for action in given.get(name, ()):
            parts = action.split(":")
            is_arn = action.startswith("arn:") and len(parts) >= ARN_PARTS
            if not is_arn or (parts[2] == "sns" and not TOPIC.fullmatch(action)):
                yield f"Invalid arn syntax: {action}"
            elif parts[2] not in ACTING:
                yield f"Unsupported action: {action}"
            elif parts[3] not in ("", context.region):
                yield (f"Invalid region {parts[3]} specified. Only {context.region} is supported.")


def _alarm(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    # PutMetricAlarm, AlarmName in botocore's model.
    if CONTROL.search(str(given.get("AlarmName", ""))):
        yield "AlarmName must not contain ASCII control characters"
    periods, period = given.get("EvaluationPeriods", 1), given.get("Period", 0)
    if given.get("DatapointsToAlarm", 1) > periods:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
    longest = WEEK if period >= HOUR else DAY
    if periods * period > longest:
        yield (
            f"Metrics cannot be checked across more than {longest} seconds: EvaluationPeriods * "
            f"Period is {periods * period}"
        )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::CloudWatch::Alarm": (_metric, _threshold, _actions, _alarm),
}
