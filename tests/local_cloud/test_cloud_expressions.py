"""Schedule expressions are due when AWS says that they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rdsproxy_local.events.expressions import NotUnderstood, parsed

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)  # a Sunday


def due(text, moment, zone=UTC):
    """True if it is due in the minute that ends at this moment."""
    return parsed(text, zone).is_due(moment - timedelta(minutes=1), moment, MIDNIGHT)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("rate(1 minute)", 1), ("rate(5 minutes)", 5), ("rate(1 hour)", 60), ("rate(2 days)", 2880)],
)
def test_a_rate_is_due_at_the_end_of_each_interval(text, minutes):
    ends = MIDNIGHT + timedelta(minutes=minutes)
    assert due(text, ends)
    assert due(text, ends + timedelta(minutes=minutes))
    if minutes > 1:
        assert not due(text, ends + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("cron(0 3 * * ? *)", "2026-03-01T03:00"),
        ("cron(0/15 * * * ? *)", "2026-03-01T07:45"),
        ("cron(0 8-10 ? * MON-FRI *)", "2026-03-02T09:00"),
        ("cron(0 0 1 JAN,MAR ? *)", "2026-03-01T00:00"),
        ("cron(0 0 L * ? *)", "2026-02-28T00:00"),
        ("cron(0 0 15W * ? *)", "2026-03-16T00:00"),
        ("cron(0 0 1W * ? *)", "2026-08-03T00:00"),
        ("cron(0 0 ? * 6#2 *)", "2026-03-13T00:00"),
        ("cron(0 0 ? * 6L *)", "2026-03-27T00:00"),
        ("cron(0 0 ? * SUN 2026)", "2026-03-01T00:00"),
        ("cron(*/10 * * * ? *)", "2026-03-01T00:50"),
    ],
)
def test_a_cron_expression_is_due_in_its_minute_only(text, moment):
    it = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert due(text, it)
    assert not due(text, it + timedelta(minutes=1))
    assert not due(text, it - timedelta(minutes=1))


def test_a_cron_expression_is_of_its_time_zone():
    winter = datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert due("cron(0 3 * * ? *)", winter, ZoneInfo("Europe/Berlin"))


def test_one_time_is_due_once():
    assert due("at(2026-03-01T03:00:00)", MIDNIGHT + timedelta(hours=3))
    assert not due("at(2026-03-01T03:00:00)", MIDNIGHT + timedelta(hours=3, minutes=1))


@pytest.mark.parametrize(
    "text",
    [
        "every minute",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5 seconds)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(60 3 * * ? *)",
        "cron(0 3 32W * ? *)",
        "cron(0 3 MONW * ? *)",
        "cron(0 3 * FOO ? *)",
        "at(tomorrow)",
    ],
)
def test_a_wrong_expression_is_not_understood(text):
    with pytest.raises(NotUnderstood):
        parsed(text)
