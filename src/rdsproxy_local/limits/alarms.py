"""CloudWatch: what an alarm looks at, and whom it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# PutMetricAlarm, EvaluationPeriods in botocore's model.
HOUR: Final = 3600
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
PERCENTILE: Final = re.compile(r"(?:p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)")
RANGE: Final = re.compile(r"(?:PR|TM|TC|TS|WM)\([0-9.%:]+\)")
MOST_PERCENT: Final = 100
ARN_PARTS: Final = 6
OF_ANOMALIES: Final = (
    "GreaterThanUpperThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
)


def _metric(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    metrics = given.get("Metrics", [])
    if metrics:
        shown = [one for one in metrics if one.get("ReturnData", True)]
        if len(shown) != 1 and not given.get("ThresholdMetricId"):
            yield "Exactly one element of the metrics list should return data."
        names = [one.get("Id") for one in metrics]
        for name in dict.fromkeys(one for one in names if names.count(one) > 1):
            yield f"The ID {name} is used by two metrics"
        for one in metrics:
            if ("Expression" in one) == ("MetricStat" in one):
                yield f"Metric {one.get('Id')} has either an Expression or a MetricStat"
    elif "MetricName" in given:
        if ("Statistic" in given) == ("ExtendedStatistic" in given):
            yield "Exactly one of Statistic and ExtendedStatistic must be specified"
        if "Namespace" not in given:
            yield "Namespace must not be null"
        if "Period" not in given:
            yield "Period must not be null"
    else:
        yield "The parameters MetricName and Metrics are missing: one of them is needed"
    statistic = given.get("ExtendedStatistic")
    if statistic is not None and not _is_statistic(statistic):
        yield f"The value {statistic} for parameter ExtendedStatistic is not supported."


def _is_statistic(statistic: str) -> bool:
    percentile = PERCENTILE.fullmatch(statistic)
    if percentile:
        return 0 <= float(percentile[1]) <= MOST_PERCENT
    return RANGE.fullmatch(statistic) is not None or statistic == "IQM"


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
            if not (action.startswith("arn:") and len(parts) >= ARN_PARTS):
                yield f"Invalid arn syntax: {action}"
            elif parts[3] not in ("", context.region):
                yield (f"Invalid region {parts[3]} specified. Only {context.region} is supported.")


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


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::CloudWatch::Alarm": (_metric, _threshold, _actions, _alarm),
}
