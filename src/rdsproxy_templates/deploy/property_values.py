"""Changed properties with their values before and after, as change sets show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..aws.secret_signs import secret_sign

KNOWN_AFTER_APPLY: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""CloudFormation's text for a value that only the update finds."""

REFERENCE: Final = "{{resolve:"
"""A dynamic reference, which names a secret and does not hold it."""

HIDDEN: Final = "(hidden)"
LONGEST: Final = 80
"""Characters of a value on a line."""

RECREATION: Final[Mapping[str, str]] = {
    "Always": ", which replaces it",
    "Conditionally": ", which may replace it",
}


@dataclass(frozen=True, kw_only=True)
class PropertyValue:
    """A part of a property that changes; a value is None where there is none."""

    path: str
    """Names from the property inwards, such as ``ScalingConfiguration.MaxCapacity``."""
    before: str | None
    after: str | None
    recreation: str = "Never"
    """``Never``, ``Conditionally`` or ``Always``: the effect on the resource."""
    by_hand: bool = False
    """True where ``before`` is what somebody has made of it since the last deployment."""

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.shown(self.before)} -> {self.shown(self.after)}"
            f"{RECREATION.get(self.recreation, '')}{' (changed by hand)' if self.by_hand else ''}"
        )

    def masked(self) -> PropertyValue:
        """Return it without the values, where they may be secrets."""
        name = self.path.rpartition(".")[2]
        values = [one for one in (self.before, self.after) if one and REFERENCE not in one]
        if not any(secret_sign(name, one) for one in values if one != KNOWN_AFTER_APPLY):
            return self
        before, after = (None if one is None else HIDDEN for one in (self.before, self.after))
        return replace(self, before=before, after=after)

    @staticmethod
    def shown(value: str | None, *, whole: bool = False) -> str:
        """Return one of the values for people, and a long one *whole* only if that is wanted."""
        if value is None:
            return "(none)"
        if value == KNOWN_AFTER_APPLY:
            return "(known after the update)"
        return value if whole or len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def read_values(shown: Mapping[str, Any]) -> Iterator[PropertyValue]:
    """Read the property values of a change in the API's answer; those of secrets are hidden."""
    for detail in shown.get("Details", ()):
        target = detail.get("Target", {})
        if target.get("Attribute") != "Properties" or "Path" not in target:
            continue
        yield PropertyValue(
            path=target["Path"].removeprefix("/Properties/").replace("/", "."),
            before=target.get("BeforeValue"),
            after=target.get("AfterValue"),
            recreation=target.get("RequiresRecreation", "Never"),
            by_hand="Drift" in target,
        ).masked()
