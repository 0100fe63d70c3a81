"""When Secrets Manager replaces passwords."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import base, cross_account_db, existing_vpc


def schedules(variant=existing_vpc, **rds):
    bundle = render(variant, variant.Config.parse({"rds": rds}, "my"))
    assert validate(bundle, lint=False) == []
    rotation = bundle.root.children["RotationStack"].template.resources.values()
    return [
        body["Properties"]
        for body in rotation
        if body["Type"] == "AWS::SecretsManager::RotationSchedule"
    ]


def problems(variant=base, **rds):
    with pytest.raises(ConfigError) as caught:
        variant.Config.parse({"rds": rds}, "my")
    return {one.place.removeprefix("my: rds."): one.sentence for one in caught.value.problems}


def test_days_are_the_rule_where_there_is_no_schedule():
    for one in schedules(rotate_secrets_after_days=30, rotation={"duration_hours": 3}):
        assert one["RotationRules"] == {"AutomaticallyAfterDays": 30, "Duration": "3h"}
        assert one["RotateImmediatelyOnUpdate"] is False


@pytest.mark.parametrize("schedule", ["rate(4 hours)", "rate(1 day)", "cron(0 3 ? * SUN *)"])
def test_a_schedule_rotates_every_password_by_itself(schedule):
    found = schedules(rotation={"schedule": schedule, "immediately": True})

    assert len(found) == 2
    for one in found:
        assert one["RotationRules"] == {"ScheduleExpression": schedule}
        assert one["RotateImmediatelyOnUpdate"] is True


@pytest.mark.parametrize(
    ("rds", "place", "wrong"),
    [
        ({"rotation": {"schedule": "rate(3 hours)"}}, "rotation.schedule", "N at least 4"),
        ({"rotation": {"schedule": "cron(5 3 * * ? *)"}}, "rotation.schedule", "cron(0 HOUR"),
        ({"rotation": {"schedule": "weekly"}}, "rotation.schedule", "got 'weekly'"),
        ({"rotation": {"duration_hours": 3}}, "rotation", "nothing is rotated"),
        (
            {"rotate_secrets_after_days": 3, "rotation": {"schedule": "rate(3 days)"}},
            "rotation.schedule",
            "give one of both",
        ),
        (
            {"rotate_secrets_after_days": 3, "rotation": {"duration_hours": 25}},
            "rotation.duration_hours",
            "at most 24",
        ),
    ],
)
def test_a_schedule_that_secrets_manager_refuses_is_refused(rds, place, wrong):
    assert wrong in problems(**rds)[place]


def test_a_shared_secret_takes_no_schedule_either():
    with pytest.raises(ConfigError) as caught:
        cross_account_db.Config.parse(
            {
                "login": "password",
                "function_user": "app",
                "rds": {
                    "users": [{"name": "app", "login": "password"}],
                    "rotation": {"schedule": "rate(3 days)"},
                },
            },
            "my",
        )

    assert [one.place for one in caught.value.problems] == ["my: rds.rotation"]
