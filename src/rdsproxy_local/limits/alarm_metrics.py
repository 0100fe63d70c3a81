"""CloudWatch: the metrics of an alarm, and expressions of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..values import repeated

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
PERCENTILE: Final = re.compile(r"(?:p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)")
RANGE: Final = re.compile(r"(?:PR|TM|TC|TS|WM)\([0-9.%:]+\)")
MOST_PERCENT: Final = 100
STATISTICS: Final = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
SHORT_PERIODS: Final = (1, 5, 10, 20, 30)
"""MetricStat, Period in botocore's model."""
SHORT_ALARM_PERIODS: Final = (10, 20, 30)
"""PutMetricAlarm, Period in botocore's model."""
MINUTE: Final = 60
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
FUNCTIONS: Final = frozenset(
    {
        *("ABS", "ANOMALY_DETECTION_BAND", "AVG", "CEIL", "DATAPOINT_COUNT", "DATE", "DAY"),
        *("DB_PERF_INSIGHTS", "DIFF", "DIFF_TIME", "EPOCH", "FILL", "FIRST", "FLOOR", "HOUR"),
        *("IF", "INSIGHT_RULE_METRIC", "LAMBDA", "LAST", "LOG", "LOG10", "MAX", "METRICS"),
        *("METRIC_COUNT", "MIN", "MINUTE", "MONTH", "PERIOD", "RATE", "REMOVE_EMPTY"),
        *("RUNNING_SUM", "SEARCH", "SERVICE_QUOTA", "SLICE", "SORT", "STDDEV", "SUM"),
        *("TIME_SERIES", "YEAR"),
    }
)
QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
CALLED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
NAMED: Final = re.compile(r"(?<![A-Za-z0-9_.])([a-z][A-Za-z0-9_]*)(?!\s*\()")
QUERY: Final = re.compile(r"\s*SELECT\s", re.IGNORECASE)
"""The beginning of an expression that is a query of Metrics Insights."""


def is_extended(statistic: str) -> bool:
    """True for a percentile, a trimmed mean or another of the extended statistics."""
    percentile = PERCENTILE.fullmatch(statistic)
    if percentile:
        return 0 <= float(percentile[1]) <= MOST_PERCENT
    return RANGE.fullmatch(statistic) is not None or statistic == "IQM"


def metric_problems(metrics: list[Mapping[str, Any]], threshold: Any) -> Iterator[str]:
    """A sentence for each reason why no alarm has these metrics; *threshold* names one of them."""
    names = [one.get("Id") for one in metrics]
    shown = [one for one in metrics if one.get("ReturnData", True)]
    if len(shown) != 1 and not threshold:
        yield "Exactly one element of the metrics list should return data."
    for name in repeated(names):
        yield f"The ID {name} is used by two metrics"
    if threshold and threshold not in names:
        yield f"ThresholdMetricId {threshold} is not in the metrics list"
    for one in metrics:
        if ("Expression" in one) == ("MetricStat" in one):
            yield f"Metric {one.get('Id')} has either an Expression or a MetricStat"
        yield from _stat(one.get("MetricStat", {}))
        yield from _expression(str(one.get("Expression", "")), names, one.get("Id"))
        if "Expression" in one and not _is_period(one.get("Period", MINUTE)):
            yield f"Invalid value for period: {one['Period']}"


def _stat(metric: Mapping[str, Any]) -> Iterator[str]:
    statistic = str(metric.get("Stat", STATISTICS[0]))
    if statistic not in STATISTICS and not is_extended(statistic):
        yield f"The value {statistic} for parameter Stat is not supported."
    if not _is_period(metric.get("Period", MINUTE)):
        yield f"Invalid value for period: {metric['Period']}"


def _is_period(period: Any, short: tuple[int, ...] = SHORT_PERIODS) -> bool:
    return period in short or (period > 0 and period % MINUTE == 0)


def period_problems(period: Any) -> Iterator[str]:
    """Refuse a period that an alarm on one metric does not have."""
    if not _is_period(period, SHORT_ALARM_PERIODS):
        yield f"Period must be 10, 20, 30 or a multiple of 60: {period}"


def _expression(text: str, names: list[Any], own: Any) -> Iterator[str]:
    if QUERY.match(text):
        return
    text = QUOTED.sub("", text)
    if text.count("(") != text.count(")"):
        yield f"Error in expression '{own}' [Unbalanced parentheses]"
    for name in dict.fromkeys(CALLED.findall(text)):
        if name.upper() not in FUNCTIONS and name not in {"AND", "OR"}:
            yield f"Error in expression '{own}' [Unknown function {name}]"
    for name in dict.fromkeys(NAMED.findall(text)):
        if name not in names:
            yield f"Error in expression '{own}' [Unknown metric {name}]"
