"""Tolerance: how many accounts at once, and how many may fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ..errors import Problem
from ..model import Settings

PERCENTAGE: Final = re.compile(r"(100|\d{1,2})%")


def _share(value: object) -> object:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if is_count or (isinstance(value, str) and PERCENTAGE.fullmatch(value)):
        return value
    kind, sentence = "share", "must be a count, such as 2, or a percentage, such as 10%"
    raise PydanticCustomError(kind, sentence)


Share = Annotated[int | str, BeforeValidator(_share)]
"""A count of accounts, or a percentage of them."""


def share_of(share: int | str, count: int) -> int:
    """Return *share* as a number of *count* accounts, rounded down as StackSets do."""
    return share if isinstance(share, int) else int(share.rstrip("%")) * count // 100


class ToleranceSettings(Settings):
    """How many accounts at once, and how many may fail."""

    failures: Share = Field(
        default=0,
        description="Accounts in each Region that may fail before an operation stops and the waves "
        "after it do not begin: a count, or a percentage such as `10%`. Default: 0. See "
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/"
        "API_StackSetOperationPreferences.html",
    )
    concurrent: Share = Field(
        default=1,
        description="Accounts at once, at least 1: a count, or a percentage. Default: 1.",
    )
    mode: Literal["soft", "strict"] = Field(
        default="soft",
        description="`soft` keeps the number of accounts at once whatever fails; `strict` has at "
        "most one more than may still fail. Default: soft.",
    )
    regions: Literal["sequential", "parallel"] = Field(
        default="sequential",
        description="Regions one after another, in their order in the wave, or all at once. "
        "Default: sequential.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.concurrent in {0, "0%", "00%"}:
            yield Problem("concurrent", "must be at least 1, or 1%")
