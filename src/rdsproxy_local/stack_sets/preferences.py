"""How an operation on a stack set goes on: order, concurrency and tolerance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..cloudformation.refusals import ValidationError

EITHER: Final = (
    ("FailureToleranceCount", "FailureTolerancePercentage"),
    ("MaxConcurrentCount", "MaxConcurrentPercentage"),
)


@dataclass(frozen=True)
class Preferences:
    """The preferences as they were given, and what they come to."""

    given: Mapping[str, Any]

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, regions: Iterable[str]) -> Preferences:
        """Read what a call says of the work in *regions*, or refuse it."""
        wanted = dict(given or {})
        for one, other in EITHER:
            if one in wanted and other in wanted:
                raise ValidationError(f"Cannot specify both {one} and {other}")
        order = wanted.get("RegionOrder", [])
        known = set(regions)
        if order and (set(order) != known or len(order) != len(known)):
            raise ValidationError(
                "Region order must contain each of the regions of the operation once: "
                f"{', '.join(sorted(known))}"
            )
        return cls(wanted)

    @property
    def in_parallel(self) -> bool:
        """True if no Region waits for another."""
        return bool(self.given.get("RegionConcurrencyType") == "PARALLEL")

    def order(self, regions: Iterable[str]) -> list[str]:
        """The Regions in the order in which the work is done."""
        wanted: list[str] = self.given.get("RegionOrder", [])
        there = list(dict.fromkeys(regions))
        named = [one for one in wanted if one in there]
        return named + [one for one in there if one not in named]

    def tolerance(self, accounts: int) -> int:
        """The failures in a Region that do not end the operation; a percentage rounds down."""
        share: int = self.given.get("FailureTolerancePercentage", 0)
        count: int = self.given.get("FailureToleranceCount", accounts * share // 100)
        return count

    def concurrent(self, accounts: int, failed: int = 0) -> int:
        """The most accounts at once; with strict tolerance fewer after each failure."""
        share: int = self.given.get("MaxConcurrentPercentage", 0)
        most: int = self.given.get("MaxConcurrentCount", max(accounts * share // 100, 1))
        if self.given.get("ConcurrencyMode") == "SOFT_FAILURE_TOLERANCE":
            return most
        return max(min(most, self.tolerance(accounts) + 1 - failed), 1)

    def shown(self) -> dict[str, Any]:
        """The preferences as the API shows them."""
        return dict(self.given)
