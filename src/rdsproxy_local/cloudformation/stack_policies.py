"""Stack policies: the updates of resources that a stack does not allow.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from .refusals import ValidationError

Action = Literal["Update:Modify", "Update:Replace", "Update:Delete"]
ACTIONS: Final = ("Update:Modify", "Update:Replace", "Update:Delete", "Update:*")
MEMBERS: Final = frozenset(
    {
        "Action",
        "Condition",
        "Effect",
        "NotAction",
        "NotResource",
        "Principal",
        "Resource",
        "Sid",
    }
)
OPERATORS: Final = ("StringEquals", "StringLike")
MOST_BYTES: Final = 16_384


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    body: Mapping[str, Any]

    @property
    def denies(self) -> bool:
        return bool(self.body["Effect"] == "Deny")

    @property
    def actions(self) -> list[str]:
        return _listed(self.body.get("Action", self.body.get("NotAction")))

    @property
    def resources(self) -> list[str]:
        return _listed(self.body.get("Resource", self.body.get("NotResource")))

    def covers(self, action: Action, logical_id: str, kind: str) -> bool:
        """Tell if it is about the *action* on a resource of a *kind*."""
        acts = any(fnmatchcase(action, one) for one in self.actions)
        named = f"LogicalResourceId/{logical_id}"
        is_meant = any(fnmatchcase(named, one) for one in self.resources)
        return (
            acts is ("Action" in self.body)
            and is_meant is ("Resource" in self.body)
            and all(self._holds(kind, wanted) for wanted in self.body.get("Condition", {}).values())
        )

    def _holds(self, kind: str, wanted: Mapping[str, Any]) -> bool:
        return any(fnmatchcase(kind, one) for one in _listed(wanted["ResourceType"]))


@dataclass(frozen=True)
class StackPolicy:
    """The policy of a stack; without statements, as long as none was set, it allows everything."""

    text: str = ""
    statements: Sequence[Statement] = ()

    @classmethod
    def read(cls, text: str) -> StackPolicy:
        """Read a policy; raise what CloudFormation answers to a bad one."""
        if len(text.encode()) > MOST_BYTES:
            raise ValidationError("Stack policy is longer than 16384 bytes")
        try:
            statements = tuple(map(Statement, _listed(json.loads(text)["Statement"])))
        except (ValueError, KeyError, TypeError) as error:
            raise ValidationError(f"Error validating stack policy: {error}") from error
        for problem in (one for statement in statements for one in _problems(statement.body)):
            raise ValidationError(f"Error validating stack policy: {problem}")
        return cls(text, statements)

    def denial(self, action: Action, logical_id: str, kind: str) -> str | None:
        """The reason why it denies the *action*; None where it allows it."""
        if not self.text:
            return None
        denying = [one for one in self.statements if one.denies]
        for number, one in enumerate(denying, 1):
            if one.covers(action, logical_id, kind):
                return (
                    f"Action denied by stack policy: Statement [#{number}] does not allow "
                    f"[{', '.join(one.actions)}] for resource [{', '.join(one.resources)}];"
                )
        if any(not one.denies and one.covers(action, logical_id, kind) for one in self.statements):
            return None
        return (
            f"Action not allowed by stack policy: no statement allows [{action}] for resource "
            f"[LogicalResourceId/{logical_id}];"
        )


def _problems(body: Any) -> Iterator[str]:
    if not isinstance(body, dict) or set(body) - MEMBERS:
        yield "Unknown member of a statement"
        return
    if body.get("Effect") not in {"Allow", "Deny"} or body.get("Principal") != "*":
        yield "Effect must be Allow or Deny, and Principal *"
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in body) is (other in body):
            yield f"{one} or {other} is required"
    for action in _listed(body.get("Action", body.get("NotAction", []))):
        if action not in ACTIONS:
            yield f"Invalid action {action}"
    for operator, wanted in body.get("Condition", {}).items():
        if operator not in OPERATORS or set(wanted) != {"ResourceType"}:
            yield "Condition takes StringEquals or StringLike of ResourceType"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
