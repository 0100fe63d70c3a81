"""CodeDeploy: alarms of deployment groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
MOST_ALARMS: Final = 10


def _group(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    watched, rollback = given.get("AlarmConfiguration", {}), given.get("AutoRollbackConfiguration")
    alarms = watched.get("Alarms", [])
    if len(alarms) > MOST_ALARMS:
        yield f"AlarmsLimitExceededException: a deployment group has at most {MOST_ALARMS} alarms"
    if watched.get("Enabled") is True and not alarms:
        yield "InvalidAlarmConfigException: alarms are enabled, and none is given"
    if rollback is not None and rollback.get("Enabled") is True and not rollback.get("Events"):
        yield "InvalidAutoRollbackConfigException: rollbacks are enabled, and no event is given"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::CodeDeploy::DeploymentGroup": (_group,),
}
