"""CloudWatch: properties of a dashboard's widgets.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

VIEWS: Final[Mapping[str, tuple[str, ...]]] = {
    "log": ("bar", "pie", "table", "timeSeries"),
    "metric": ("bar", "gauge", "pie", "singleValue", "table", "timeSeries"),
}
TYPES: Final[Mapping[str, type]] = {
    "alarms": list,
    "annotations": dict,
    "liveData": bool,
    "markdown": str,
    "metrics": list,
    "period": int,
    "query": str,
    "region": str,
    "setPeriodToTimeRange": bool,
    "sparkline": bool,
    "stacked": bool,
    "stat": str,
    "title": str,
    "trend": bool,
    "view": str,
    "yAxis": dict,
}
NOUNS: Final[Mapping[type, str]] = {
    bool: "boolean",
    dict: "object",
    int: "integer",
    list: "array",
    str: "string",
}
SHORT_PERIODS: Final = (1, 5, 10, 20, 30)
MINUTE: Final = 60
PARTS_OF_NAME: Final = 2
"""A namespace and the name of a metric, before the pairs of its dimensions."""
SAME: Final = "..."


def widget_problems(kind: str, properties: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each property of a widget that has another type or value than it can have."""
    wrong = [name for name, one in properties.items() if not _is_of_type(name, one)]
    for name in wrong:
        yield f"properties/{name} should be {NOUNS[TYPES[name]]}"
    if wrong:
        return
    views = VIEWS.get(kind)
    if views and properties.get("view", views[0]) not in views:
        yield f"properties/view should be one of {', '.join(views)}"
    period = properties.get("period", MINUTE)
    if period not in SHORT_PERIODS and (period <= 0 or period % MINUTE):
        yield "properties/period should be 1, 5, 10, 20, 30 or a multiple of 60"
    for number, metric in enumerate(properties.get("metrics", ())):
        if not _is_metric(metric):
            yield (
                f"properties/metrics/{number} should have a namespace, a metric name, and pairs of "
                "dimension names and values"
            )
    yield from _axes(properties.get("yAxis", {}))
    for line in properties.get("annotations", {}).get("horizontal", ()):
        for end in line if isinstance(line, list) else [line]:
            if not isinstance(end, dict) or not _is_number(end.get("value")):
                yield "properties/annotations/horizontal should have required property 'value'"


def _is_of_type(name: str, value: Any) -> bool:
    wanted = TYPES.get(name)
    return wanted is None or (
        isinstance(value, wanted) and (wanted is not int or not isinstance(value, bool))
    )


def _is_metric(metric: Any) -> bool:
    if not isinstance(metric, list) or not metric:
        return False
    names = metric[:-1] if isinstance(metric[-1], dict) else metric
    if not names:
        return "expression" in metric[-1]
    if not all(isinstance(one, str) for one in names):
        return False
    return SAME in names or (len(names) >= PARTS_OF_NAME and len(names) % 2 == 0)


def _axes(axes: Mapping[str, Any]) -> Iterator[str]:
    for side, axis in axes.items():
        for end in ("min", "max"):
            if isinstance(axis, dict) and end in axis and not _is_number(axis[end]):
                yield f"properties/yAxis/{side}/{end} should be number"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
