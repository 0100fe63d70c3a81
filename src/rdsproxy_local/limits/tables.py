"""DynamoDB: indexes of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

MOST: Final[Mapping[str, int]] = {"GlobalSecondaryIndexes": 20, "LocalSecondaryIndexes": 5}
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""


def _indexes(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name, most in MOST.items():
        if len(given.get(name, ())) > most:
            yield f"One or more parameter values were invalid: {name} count exceeds {most}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::DynamoDB::Table": (_indexes,)}
