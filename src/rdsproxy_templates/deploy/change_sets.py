"""What a change set would do: in a stack, and in the stacks that are nested in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")

HOLDING_DATA: Final = (
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::SecretsManager::Secret",
)
REPLACED: Final[Mapping[str, str]] = {"True": " (replaced)", "Conditional": " (may be replaced)"}
RISKS: Final[Mapping[str, str]] = {
    "Remove": "holds data, and would be deleted",
    "Dynamic": "holds data, and may be deleted or replaced",
    "True": "holds data, and would be replaced",
    "Conditional": "holds data, and may be replaced",
}
"""By CloudFormation's word for the action, or for the replacement."""

GENERATED: Final = {"AWS::SecretsManager::Secret": "GenerateSecretString"}
"""Properties from which a value is generated anew whenever they change, by type."""
REGENERATED: Final = (
    "would generate another value, which its database or API does not learn; "
    "rotate the secret instead"
)
# https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2210

HIDDEN: Final = "may hold data, and what would change inside cannot be told"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a change set would do with a resource."""

    action: str
    path: str
    """Its logical ID, after those of the stacks that it is in."""
    type: str
    replacement: str = "False"
    properties: frozenset[str] = frozenset()
    """The names of those that change."""
    uncertain: frozenset[str] = frozenset()
    """Those among them that may turn out to stay as they are."""
    inside: tuple[Change, ...] = ()
    """The changes in the stack that it is."""
    hidden: bool = False
    """Whether it is a stack that cannot be looked into."""

    @property
    def risk(self) -> str | None:
        """What would become of data, where there may be any."""
        if self.hidden:
            return HIDDEN
        if self.type not in HOLDING_DATA:
            return None
        risk = RISKS.get(self.action) or RISKS.get(self.replacement)
        if risk is None and self.action == "Modify" and GENERATED.get(self.type) in self.properties:
            return REGENERATED
        return risk

    def __str__(self) -> str:
        ending = f" !! {self.risk}" if self.risk else REPLACED.get(self.replacement, "")
        return f"{self.action.lower():8} {self.path}  {self.type}{ending}"


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """What is ready to be carried out, or why it is not."""

    id: str
    reason: str | None = None
    """Why CloudFormation could not make it."""
    unseen: str | None = None
    """Why CloudFormation could not look into nested stacks."""
    changes: tuple[Change, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the stack is already what it should be."""
        return says_nothing_changes(self.reason)

    @property
    def resources(self) -> tuple[Change, ...]:
        """The changes of all levels; a stack stands for itself where none is known in it."""
        return tuple(_innermost(self.changes))

    @property
    def risky(self) -> tuple[Change, ...]:
        """Those that may lose data."""
        return tuple(change for change in self.resources if change.risk)

    def lines(self) -> Iterator[str]:
        """What a person must know before it is carried out."""
        if self.unseen:
            yield f"CloudFormation cannot look into nested stacks: {self.unseen}"
        yield from map(str, self.resources)
        if not self.resources:
            yield "no resource changes, but where templates are, or what stacks offer"


def read_change(shown: Mapping[str, Any], within: str = "") -> Change:
    """A change as the API shows it, in the stack whose path is *within*."""
    named = [
        (one["Target"]["Name"], one.get("Evaluation"))
        for one in shown.get("Details", ())
        if one.get("Target", {}).get("Attribute") == "Properties" and "Name" in one["Target"]
    ]
    certain = {name for name, evaluation in named if evaluation != "Dynamic"}
    properties = frozenset(name for name, _ in named)
    return Change(
        action=shown["Action"],
        path=within + shown["LogicalResourceId"],
        type=shown["ResourceType"],
        replacement=shown.get("Replacement", "False"),
        properties=properties,
        uncertain=properties - certain,
    )


def says_nothing_changes(reason: str | None) -> bool:
    """Whether a change set failed because there is nothing to do."""
    return reason is not None and any(one in reason for one in NO_CHANGES)


def _innermost(changes: Iterable[Change]) -> Iterator[Change]:
    for change in changes:
        if change.inside:
            yield from _innermost(change.inside)
        else:
            yield change
