"""The resources of a stack as they are, where a change set is to bring them back to its template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from ..live import READERS
from .differences import Difference, Path, shown_value
from .drift import DRIFTED, ResourceDrift, drift_of
from .expectations import Reason, expected_of
from .handlers import declaration
from .resource import DeployedResource
from .stack import Stack

NOT_COMPARED: Final = frozenset({"AWS::RDS::DBProxy"})
"""Types that are checked for drift, and compared only with their last deployment here."""
UPGRADED: Final = ("EngineVersion",)
"""What RDS changes by itself where ``AutoMinorVersionUpgrade`` is on."""


@dataclass(frozen=True)
class LiveResource:
    """One resource as it is, beside what its template says."""

    status: str
    """As drift detection calls it, or UNSUPPORTED."""
    at: datetime | None = None
    differences: tuple[Difference, ...] = ()
    """What may be reverted."""
    ignored: Mapping[Path, Reason] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """What the API shows of it beside a change."""
        return {
            "ResourceDriftStatus": self.status,
            "ResourceDriftIgnoredAttributes": [
                {"Path": "/Properties/" + "/".join(path), "Reason": reason}
                for path, reason in self.ignored.items()
            ],
        }

    def target(self, path: Path) -> dict[str, Any]:
        """What the API shows of it beside the change of one property."""
        is_read = self.status in {"IN_SYNC", *DRIFTED}
        shown: dict[str, Any] = {
            "BeforeValueFrom": "ACTUAL_STATE" if is_read else "PREVIOUS_DEPLOYMENT_STATE",
            "AfterValueFrom": "TEMPLATE",
        }
        for one in self.differences:
            if one.path[: len(path)] == path or path[: len(one.path)] == one.path:
                shown["Drift"] = {
                    "PreviousValue": shown_value(one.expected),
                    "ActualValue": shown_value(one.actual),
                    "DriftDetectionTimestamp": self.at,
                }
                break
        return shown


@dataclass(frozen=True)
class LiveState:
    """The resources of a stack, each as it is."""

    deployed: Mapping[str, DeployedResource]
    """The resources that exist, with their present properties."""
    resources: Mapping[str, LiveResource]
    """All resources."""

    @property
    def stack_status(self) -> str:
        statuses = {one.status for one in self.resources.values()}
        return "DRIFTED" if statuses & DRIFTED else "IN_SYNC"


def live_state(stack: Stack) -> LiveState:
    """Read all resources of the stack."""
    deployed: dict[str, DeployedResource] = {}
    resources: dict[str, LiveResource] = {}
    for logical_id, one in list(stack.deployed.items()):
        if one.type not in READERS or one.type in NOT_COMPARED:
            deployed[logical_id], resources[logical_id] = one, LiveResource("UNSUPPORTED")
            continue
        found = drift_of(stack, one)
        live = resources[logical_id] = _live(stack, one, found)
        if found.status != "DELETED":
            deployed[logical_id] = _as_is(one, live.differences)
    return LiveState(deployed, resources)


def view(stack: Stack, live: LiveState) -> Stack:
    """Return the stack as it is, which nobody changes."""
    seen = copy.copy(stack)
    seen.deployed = dict(live.deployed)
    return seen


def _live(stack: Stack, deployed: DeployedResource, found: ResourceDrift) -> LiveResource:
    ignored = dict(expected_of(stack, deployed).ignored)
    left = []
    for one in found.differences:
        name = one.path[0]
        if name in UPGRADED and deployed.properties.get("AutoMinorVersionUpgrade") is True:
            ignored[one.path] = "MANAGED_BY_AWS"
        elif not _is_immutable(deployed.type, one.path) and not _is_external_tag(one):
            left.append(one)
    return LiveResource(found.status, found.at, tuple(left), ignored)


def _is_immutable(type_name: str, path: Path) -> bool:
    return declaration(type_name).recreation(("Properties", *path)) == "Always"


def _is_external_tag(one: Difference) -> bool:
    """Tell if a tag was added by hand: such tags stay."""
    return one.path[0] == "Tags" and one.kind == "ADD"


def _as_is(deployed: DeployedResource, differences: Iterable[Difference]) -> DeployedResource:
    properties = copy.deepcopy(dict(deployed.properties))
    written = copy.deepcopy(dict(deployed.written))
    # From the end of each list, so that places before it stay what they are.
    for one in sorted(differences, key=_place, reverse=True):
        for values in (properties, written):
            _apply(values, one)
    return replace(deployed, properties=properties, written=written)


def _place(one: Difference) -> list[str]:
    return [part.zfill(9) for part in one.path]


def _apply(values: Any, one: Difference) -> None:
    *around, last = one.path
    for part in around:
        values = values[int(part)] if isinstance(values, list) else values[part]
    if not isinstance(values, list):
        if one.kind == "REMOVE":
            del values[last]
        else:
            values[last] = copy.deepcopy(one.actual)
    elif one.kind == "REMOVE":
        del values[int(last)]
    elif one.kind == "ADD":
        values.append(copy.deepcopy(one.actual))
    else:
        values[int(last)] = copy.deepcopy(one.actual)
