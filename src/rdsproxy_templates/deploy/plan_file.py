"""A reviewed plan: the change sets that wait in CloudFormation, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from ..errors import ConfigError, Problem
from .change_sets import Change, ChangeSet

FORMAT: Final = 1
"""Number of the file's form."""

Outcome = Literal["changes", "nothing to change", "waits"]


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step of a plan, and the change set that would carry it out."""

    step: str
    variant: str
    stack: str
    account: str
    region: str
    outcome: Outcome
    change_set: str | None = None
    """ARN of the change set, where something changes."""
    waits_for: tuple[str, ...] = ()
    """Earlier steps whose outputs the step needs, and which change; it is planned after them."""
    notes: tuple[str, ...] = ()
    drift: tuple[Mapping[str, Any], ...] = ()
    """Each resource that somebody has changed by hand, where that was looked for: path, type,
    physical_id, status and values, whose ``before`` is the template's and ``after`` the present."""
    changes: tuple[Mapping[str, Any], ...] = ()
    """Each changed resource: action, path, type, replacement, risk and values."""


@dataclass(frozen=True, kw_only=True)
class PlanFile:
    """All steps of a plan at one time."""

    plan: str
    version: str
    created: str
    """Time in UTC, ISO 8601."""
    steps: tuple[PlannedStep, ...]

    @property
    def has_changes(self) -> bool:
        """True where a step changes something, or waits for one that does."""
        return any(one.outcome != "nothing to change" for one in self.steps)

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"

    def markdown(self) -> str:
        """Return it as Markdown, for a pull request."""
        return "\n".join(self._markdown())

    def _markdown(self) -> Iterator[str]:
        yield f"# Plan: {self.plan}"
        yield ""
        yield f"{self.created}, rdsproxy_templates {self.version}"
        for one in self.steps:
            yield ""
            yield f"## {one.step}: stack `{one.stack}`, account {one.account}, {one.region}"
            yield ""
            if one.outcome == "waits":
                yield f"Waits for {' and '.join(one.waits_for)}, and is planned after that."
            elif one.outcome == "nothing to change":
                yield "Nothing to change."
            else:
                yield from (f"- {cell(note)}" for note in one.notes)
                yield from changes_table(one.changes)
            yield from _drift_table(one.drift)
        yield ""


def described(change_set: ChangeSet) -> tuple[Mapping[str, Any], ...]:
    """Return the changes of *change_set*, one record each, without the values of secrets."""
    return tuple(_described(change) for change in change_set.resources)


def read_plan(path: Path) -> PlanFile:
    """Read the plan in the file at *path*; raise :class:`ConfigError` where it is none."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    except ValueError as error:
        raise ConfigError([Problem(str(path), f"is no plan: {error}")]) from None
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        sentence = f"is no plan of the form {FORMAT}; make one by `deploy --plan {path}`"
        raise ConfigError([Problem(str(path), sentence)])
    try:
        steps = tuple(
            PlannedStep(**{key: _tuple(value) for key, value in one.items()})
            for one in document.pop("steps")
        )
        return PlanFile(steps=steps, **document)
    except (AttributeError, KeyError, TypeError) as error:
        sentence = f"is damaged ({error}); make it anew by `deploy --plan {path}`"
        raise ConfigError([Problem(str(path), sentence)]) from None


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _described(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "path": change.path,
        "type": change.type,
        "replacement": change.replacement,
        "risk": change.risk,
        "values": [asdict(value) for value in change.values],
    }


def changes_table(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown with the described *changes*."""
    if not changes:
        yield "Only the locations of templates, or outputs, change."
        return
    yield "| action | resource | type | changes |"
    yield "| --- | --- | --- | --- |"
    for one in changes:
        replaced = {"True": "**replaced**", "Conditional": "**may be replaced**"}
        remarks = [f"**{one['risk']}**"] if one["risk"] else []
        remarks += [replaced[one["replacement"]]] if one["replacement"] in replaced else []
        remarks += [_value(value) for value in one["values"]]
        cells = (one["action"].lower(), f"`{one['path']}`", one["type"], "<br>".join(remarks))
        yield f"| {' | '.join(cells)} |"


def _drift_table(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield "Changed by hand since the last deployment:"
    yield ""
    yield "| resource | type | in the template → now |"
    yield "| --- | --- | --- |"
    for one in found:
        gone = ["**deleted**"] if one["status"] == "DELETED" else []
        remarks = "<br>".join(gone + [_value(value) for value in one["values"]])
        yield f"| `{one['path']}` | {one['type']} | {remarks} |"


def _value(value: Mapping[str, Any]) -> str:
    before, after = (
        "none" if one is None else f"`{cell(one)}`" for one in (value["before"], value["after"])
    )
    by_hand = " (changed by hand)" if value.get("by_hand") else ""
    return f"{value['path']}: {before} → {after}{by_hand}"


def cell(text: str) -> str:
    """Return *text* as a cell of a table in Markdown takes it."""
    return text.replace("|", "\\|").replace("\n", " ").replace("`", "'")
