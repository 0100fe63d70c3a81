"""CloudWatch Logs: names of log groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# CreateLogGroup: "Log group names can't start with the string aws/".
RESERVED: Final = "aws/"


def _group(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("LogGroupName", "")
    if name.startswith(RESERVED):
        yield f"Log group names can't start with the string {RESERVED}: {name[:80]}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::Logs::LogGroup": (_group,)}
