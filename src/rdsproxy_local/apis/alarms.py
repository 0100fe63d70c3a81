"""CloudWatch: alarms on statistics that moto does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend

from .surround import mend


def install() -> None:
    mend(
        CloudWatchBackend,
        "put_metric_alarm",
        _put_metric_alarm,
        moto="PutMetricAlarm refuses every ExtendedStatistic except percentiles",
        aws="trimmed means, interquartile means and others are statistics, too",
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html",
    )


def _put_metric_alarm(
    put: Callable[..., Alarm],
    backend: CloudWatchBackend,
    *arguments: Any,
    extended_statistic: str | None = None,
    **more: Any,
) -> Alarm:
    if extended_statistic is None or extended_statistic.startswith("p"):
        return put(backend, *arguments, extended_statistic=extended_statistic, **more)
    alarm = put(backend, *arguments, **more)
    alarm.extended_statistic = extended_statistic
    return alarm
