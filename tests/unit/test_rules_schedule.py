"""Schedules: what EventBridge and its Scheduler take."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, resource, violations

from rdsproxy_templates.validators.rules import schedule

FUNCTION = "SAMStackBlogRDSProxyFunction"


class TestSchedule:
    def scheduled(self, text):
        event = {"Type": "Schedule", "Properties": {"Schedule": text}}
        return faulted(f"{FUNCTION}/Events/Tick", event)

    @pytest.mark.parametrize("text", ["rate(1 hours)", "rate(5 minute)", "every hour"])
    def test_an_expression_that_eventbridge_refuses(self, text):
        [one] = violations(schedule.schedule, self.scheduled(text))
        [other] = violations(
            schedule.schedule, faulted("Rule", resource("Events::Rule", ScheduleExpression=text))
        )

        assert (one.resource, one.property) == (FUNCTION, "Events")
        assert (other.resource, other.property) == ("Rule", "ScheduleExpression")

    @pytest.mark.parametrize("text", ["rate(1 hour)", "rate(5 minutes)", GIVEN])
    def test_an_expression_that_it_takes(self, text):
        assert_holds(schedule.schedule, self.scheduled(text))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("rate(1hour)", 1),
            ("every hour", 1),
            ("rate(5 minutes)", 0),
            ("at(2026-12-24T18:00:00)", 0),
            ("cron(0 3 ? * SUN *)", 0),
            ("cron(0 3 * * * *)", 1),
            ("cron(0 25 * * ? *)", 1),
            ("rate(1 hours)", 0),
            (GIVEN, 0),
        ],
    )
    def test_a_schedule_of_the_scheduler_is_read_too(self, text, found):
        event = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": text}}
        one = faulted(f"{FUNCTION}/Events/Tick", event)
        other = faulted("Hourly", resource("Scheduler::Schedule", ScheduleExpression=text))

        assert len(violations(schedule.schedule, one)) == found
        assert len(violations(schedule.schedule, other)) == found
