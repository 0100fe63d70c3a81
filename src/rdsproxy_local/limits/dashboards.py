"""CloudWatch: dashboards, whose bodies have a schema of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check
from .widgets import widget_problems

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
START: Final = re.compile(
    r"-P[0-9DHMTWY]+|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"
)
OVERRIDES: Final = ("auto", "inherit")
KINDS: Final = ("alarm", "custom", "explorer", "log", "metric", "text")
MOST_WIDGETS: Final = 500
RANGES: Final[Mapping[str, range]] = {
    "height": range(1, 1001),
    "width": range(1, 25),
    "x": range(24),
    "y": range(1_000_000),
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "alarm": ("alarms",),
    "log": ("query", "region"),
    "metric": ("region",),
    "text": ("markdown",),
}
"""The properties that a widget of a kind must have."""
IN_BROWSER: Final = ("alarms", "annotations")
"""Properties of a widget of metrics that has none, but an alarm."""


def _dashboard(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("DashboardName")
    if name is not None and not NAME.fullmatch(name):
        yield f"The value {name[:80]} for field DashboardName contains invalid characters."
    try:
        body = json.loads(given["DashboardBody"])
    except ValueError:
        yield _invalid("it is no JSON")
        return
    for problem in _whole(body) if isinstance(body, dict) else ():
        yield _invalid(problem)
    widgets = body.get("widgets") if isinstance(body, dict) else None
    if not isinstance(widgets, list):
        yield _invalid('it must have an array "widgets"')
        return
    if len(widgets) > MOST_WIDGETS:
        yield _invalid(f"a dashboard has at most {MOST_WIDGETS} widgets")
    for number, widget in enumerate(widgets):
        for problem in _widget(widget):
            yield _invalid(f"/widgets/{number}: {problem}")


def _whole(body: Mapping[str, Any]) -> Iterator[str]:
    """Refuse times of the whole dashboard that mean none."""
    start, end = body.get("start"), body.get("end")
    if start is not None and not START.fullmatch(str(start)):
        yield f"/start should be a time, or a period such as -PT3H: {start}"
    if end is not None and start is None:
        yield "/end needs a start"
    if body.get("periodOverride", OVERRIDES[0]) not in OVERRIDES:
        yield f"/periodOverride should be {' or '.join(OVERRIDES)}"


def _widget(widget: Any) -> Iterator[str]:
    if not isinstance(widget, dict) or widget.get("type") not in KINDS:
        yield f"type should be one of {', '.join(KINDS)}"
        return
    for name, values in RANGES.items():
        if name in widget and widget[name] not in values:
            yield f"{name} should be {values.start} to {values.stop - 1}"
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield "should have properties"
        return
    for name in NEEDED.get(widget["type"], ()):
        if name not in properties and not set(IN_BROWSER) & set(properties):
            yield f"should have required property '{name}'"
    yield from widget_problems(widget["type"], properties)


def _invalid(reason: str) -> str:
    return f"The dashboard body is invalid, there are validation errors: {reason}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::CloudWatch::Dashboard": (_dashboard,)}
