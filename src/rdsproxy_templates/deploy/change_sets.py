"""Change sets, with the changes in nested stacks and their risk for data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .objections import NONE, Objections
from .property_values import PropertyValue, read_values

NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")

HOLDING_DATA: Final = (
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::SecretsManager::Secret",
)
REPLACED: Final[Mapping[str, str]] = {"True": " (replaced)", "Conditional": " (may be replaced)"}
ACTIONS: Final[Mapping[str, str]] = {"SyncWithActual": "record"}
"""Words of ours; a resource that is as the template says is only recorded."""
RISKS: Final[Mapping[str, str]] = {
    "Remove": "holds data, and would be deleted",
    "Dynamic": "holds data, and may be deleted or replaced",
    "True": "holds data, and would be replaced",
    "Conditional": "holds data, and may be replaced",
}
"""Risks by CloudFormation's word for the action, or for the replacement."""

GENERATED: Final = {"AWS::SecretsManager::Secret": "GenerateSecretString"}
"""Properties by type whose change generates a new value."""
LOST: Final = "held data, was deleted by hand, and would be created anew, without it"
REGENERATED: Final = (
    "would generate a new value, which its database or API does not learn; "
    "rotate the secret instead"
)
# https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2210

HIDDEN: Final = "may hold data, and its changes are not known"


@dataclass(frozen=True, kw_only=True)
class Change:
    """The change of one resource."""

    action: str
    path: str
    """The logical ID, after the logical IDs of the stacks around it."""
    type: str
    replacement: str = "False"
    properties: frozenset[str] = frozenset()
    """Names of the properties that change."""
    uncertain: frozenset[str] = frozenset()
    """Properties among them that may turn out to stay the same."""
    values: tuple[PropertyValue, ...] = ()
    """What changes in the properties, each with both values."""
    inside: tuple[Change, ...] = ()
    """Changes inside, where the resource is a nested stack."""
    was_deleted: bool = False
    """True where somebody has deleted the resource by hand."""
    hidden: bool = False
    """True for a nested stack whose changes CloudFormation does not show."""

    @property
    def risk(self) -> str | None:
        """The danger for data, if any."""
        if self.hidden:
            return HIDDEN
        if self.type not in HOLDING_DATA:
            return None
        if self.was_deleted:
            return LOST
        risk = RISKS.get(self.action) or RISKS.get(self.replacement)
        if risk is None and self.action == "Modify" and GENERATED.get(self.type) in self.properties:
            return REGENERATED
        return risk

    def __str__(self) -> str:
        ending = f" !! {self.risk}" if self.risk else REPLACED.get(self.replacement, "")
        action = ACTIONS.get(self.action, self.action.lower())
        return f"{action:8} {self.path}  {self.type}{ending}"


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """A change set that is ready to be executed, or the reason why not."""

    id: str
    stack_id: str = ""
    creates_stack: bool = False
    """True where the stack exists only for this change set."""
    reason: str | None = None
    """CloudFormation's reason why it could not create the change set."""
    hidden_reason: str | None = None
    """CloudFormation's reason why it does not show the changes in nested stacks."""
    changes: tuple[Change, ...] = ()
    objections: Objections = NONE
    rolls_back: bool = True
    """False where a failure has nothing to roll back to, and leaves what is there."""

    @property
    def empty(self) -> bool:
        """True where the stack needs no change."""
        return says_nothing_changes(self.reason)

    @property
    def resources(self) -> tuple[Change, ...]:
        """Changes of all levels; a nested stack whose changes are unknown stands for itself."""
        return tuple(_innermost(self.changes))

    @property
    def risky(self) -> tuple[Change, ...]:
        """Changes that may lose data."""
        return tuple(change for change in self.resources if change.risk)

    def lines(self) -> Iterator[str]:
        """Yield a line for everything that a person must know before the execution."""
        if self.hidden_reason:
            yield f"CloudFormation does not show the changes in nested stacks: {self.hidden_reason}"
        for objection in self.objections.warnings:
            yield f"warning: {objection.path}: {objection.sentence}"
        for change in self.resources:
            yield str(change)
            yield from (f"           {value}" for value in change.values)
        if not self.resources:
            yield "only the locations of templates, or outputs, change"


def read_change(shown: Mapping[str, Any], within: str = "") -> Change:
    """Read a change from the API's answer, for the stack whose path is *within*."""
    named = [
        (one["Target"]["Name"], one.get("Evaluation"))
        for one in shown.get("Details", ())
        if one.get("Target", {}).get("Attribute") == "Properties" and "Name" in one["Target"]
    ]
    # RDS and Secrets Manager change tags in place, whatever a change set says of the resource.
    only_tags = bool(shown.get("Details")) and all(map(_of_tags, shown["Details"]))
    certain = {name for name, evaluation in named if evaluation != "Dynamic"}
    properties = frozenset(name for name, _ in named)
    return Change(
        action=shown["Action"],
        path=within + shown["LogicalResourceId"],
        type=shown["ResourceType"],
        replacement="False" if only_tags else shown.get("Replacement", "False"),
        properties=properties,
        uncertain=properties - certain,
        was_deleted=shown.get("ResourceDriftStatus") == "DELETED",
        values=tuple(read_values(shown)),
    )


def _of_tags(detail: Mapping[str, Any]) -> bool:
    target = detail.get("Target", {})
    return target.get("Attribute") == "Tags" or target.get("Name") in {"Tags", "TagList"}


def is_stack(resource: Mapping[str, Any]) -> bool:
    """Tell if a resource, or the resource of an event, is a stack."""
    return bool(resource["ResourceType"] == "AWS::CloudFormation::Stack")


def says_nothing_changes(reason: str | None) -> bool:
    """Tell if *reason* is that nothing changes."""
    return reason is not None and any(one in reason for one in NO_CHANGES)


def _innermost(changes: Iterable[Change]) -> Iterator[Change]:
    for change in changes:
        if change.inside:
            yield from _innermost(change.inside)
        else:
            yield change
