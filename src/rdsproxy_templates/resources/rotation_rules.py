"""Schedule of the rotation of passwords by Secrets Manager."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import Field

from ..aws.documentation import SECRETS_MANAGER_GUIDE
from ..errors import Problem
from ..model import Settings
from .optional_properties import without_none

# "Schedule expressions in Secrets Manager rotation": no more often than every four hours, minutes
# are 0, and years any.
_RATE: Final = re.compile(r"rate\((\d{1,3}) (hours|days?)\)")
_CRON: Final = re.compile(r"cron\(0 [\d*/,-]+ [\dLW*?/,-]+ [\dA-Z*/,-]+ [\dA-Z*?#/,-]+ \*\)")
_EXPRESSIONS: Final = f"{SECRETS_MANAGER_GUIDE}rotate-secrets_schedule.html"
FEWEST_HOURS: Final = 4


class RotationSettings(Settings):
    """Settings of when passwords are replaced, beside ``rotate_secrets_after_days``."""

    schedule: str | None = Field(
        default=None,
        description="When rotations begin, in UTC, in place of `rotate_secrets_after_days`: "
        "`rate(12 hours)`, `rate(10 days)` or `cron(0 3 ? * SUN *)`, at most every four hours. "
        f"Left out: at a time that Secrets Manager chooses. See {_EXPRESSIONS}",
    )
    duration_hours: int | None = Field(
        default=None,
        ge=1,
        le=24,
        description="Hours in which a rotation may begin, 1 to 24, within one day of UTC. Left "
        f"out: an hour of a schedule in hours, else until the day ends. See {_EXPRESSIONS}",
    )
    immediately: bool = Field(
        default=False,
        description="Rotate as soon as the schedule is created or changed, too. Off: the first "
        "rotation waits for its day.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.schedule is not None and not self._is_schedule(self.schedule):
            yield Problem(
                "schedule",
                "must be rate(N hours), N at least 4, rate(N days) or cron(0 HOUR DAY MONTH "
                f"WEEKDAY *), such as cron(0 3 ? * SUN *), got {self.schedule!r}",
            )

    def refused_beside(self, days: int | None) -> Iterator[Problem]:
        """Report what says nothing, or too much, beside ``rotate_secrets_after_days``."""
        if self.schedule is None and days is None:
            yield Problem(
                "rotation",
                "needs a schedule, or rotate_secrets_after_days beside it: nothing is rotated",
            )
        if self.schedule is not None and days is not None:
            yield Problem(
                "rotation.schedule", "is in place of rotate_secrets_after_days; give one of both"
            )

    def _is_schedule(self, text: str) -> bool:
        if rate := _RATE.fullmatch(text):
            number = int(rate[1])
            return number >= FEWEST_HOURS if rate[2] == "hours" else number >= 1
        return bool(_CRON.fullmatch(text))

    def rules(self, days: int | None) -> dict[str, Any]:
        """``RotationRules``, with *days* where there is no schedule."""
        hours = self.duration_hours
        return without_none(
            AutomaticallyAfterDays=None if self.schedule else days,
            ScheduleExpression=self.schedule,
            Duration=None if hours is None else f"{hours}h",
        )
