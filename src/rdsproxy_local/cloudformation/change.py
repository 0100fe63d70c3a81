"""The planned change of one resource, as a change set has it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .functions import text
from .live_state import LiveResource
from .schemas import schema

Replacement = Literal["True", "False", "Conditional"]
KNOWN_AFTER_APPLY: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""CloudFormation's text for a value that only the update itself can find."""
ABSENT: Final = object()
"""The value of a property that is not there."""


def leaves(old: Any, new: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield the innermost values below *at* that differ, each with its path."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            before, after = old.get(name, ABSENT), new.get(name, ABSENT)
            if before != after:
                yield from leaves(before, after, (*at, name))
    else:
        yield at, old, new


@dataclass(frozen=True)
class Change:
    """The planned change of one resource."""

    action: Literal["Add", "Import", "Modify", "Remove", "SyncWithActual"]
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: Replacement | None = None
    scope: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    """Names of the properties that differ."""
    doubtful: frozenset[str] = frozenset()
    """Properties among them whose values depend on resources that do not exist yet."""
    values: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """Values of each of the properties, before and after; :data:`ABSENT` where there is none."""
    policy: str | None = None
    """The policy that applies to the resource that is removed or replaced."""
    change_set_id: str | None = None
    """The change set of the nested stack, if the resource is one."""
    same_inside: bool = False
    """True if the resource is a stack in which nothing changes."""
    live: LiveResource | None = None
    """The resource as it is, in a change set that reverts drift."""

    def shown(self) -> dict[str, Any]:
        """The change as the API shows it."""
        return {
            "Action": self.action,
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type,
            "Replacement": self.replacement,
            "Scope": list(self.scope),
            "PolicyAction": self.policy,
            "Details": list(self._details()),
            "ChangeSetId": self.change_set_id,
            **(self.live.shown() if self.live else {}),
        }

    def _details(self) -> Iterator[dict[str, Any]]:
        declared = schema(self.type)
        for name in self.properties:
            before, after = self.values.get(name, (ABSENT, ABSENT))
            for path, was, new in leaves(before, after, ("Properties", name)):
                old = new if self._syncs else was
                yield {
                    "Target": {
                        "Attribute": "Properties",
                        "Name": name,
                        "Path": "/" + "/".join(path),
                        "RequiresRecreation": declared.recreation(path) if declared else "Never",
                        **_told("BeforeValue", old),
                        **_told("AfterValue", new),
                        "AttributeChangeType": self._kind(old, new),
                        **(self.live.target(path[1:]) if self.live else {}),
                    },
                    "Evaluation": "Dynamic" if name in self.doubtful else "Static",
                    "ChangeSource": "NoModification" if self._syncs else "DirectModification",
                }
        for attribute in self.scope:
            if attribute != "Properties":
                yield {"Target": {"Attribute": attribute}, "Evaluation": "Static"}

    @property
    def _syncs(self) -> bool:
        return self.action == "SyncWithActual"

    def _kind(self, old: Any, new: Any) -> str:
        if self._syncs:
            return self.action
        if old is ABSENT:
            return "Add"
        return "Remove" if new is ABSENT else "Modify"


def _told(key: str, value: Any) -> dict[str, str]:
    if value is ABSENT:
        return {}
    return {key: text(value) if isinstance(value, str | int | float | bool) else json.dumps(value)}
