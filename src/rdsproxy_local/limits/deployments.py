"""CodeDeploy: alarms of deployment groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
MOST_ALARMS: Final = 10


def _group(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    alarms = given.get("AlarmConfiguration", {}).get("Alarms", [])
    if len(alarms) > MOST_ALARMS:
        yield f"AlarmsLimitExceededException: a deployment group has at most {MOST_ALARMS} alarms"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::CodeDeploy::DeploymentGroup": (_group,),
}
