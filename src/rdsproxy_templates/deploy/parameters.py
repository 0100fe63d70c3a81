"""A root stack's parameters: given now, given before, or left to their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import DeploymentError, Problem

Declarations = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Previous:
    """A parameter as the stack has it."""

    value: str
    default: str | None
    """That of the template with which the stack was deployed last."""

    @property
    def given(self) -> bool:
        """Whether a person, or an earlier step, decided it."""
        return self.value != self.default


def for_api(
    place: str,
    declared: Declarations,
    values: Mapping[str, str],
    before: Mapping[str, Previous],
) -> list[dict[str, Any]]:
    """As the API takes them: what was given once stays until something else is given."""
    found: list[dict[str, Any]] = []
    missing = []
    for name, body in declared.items():
        if name in values:
            found.append({"ParameterKey": name, "ParameterValue": values[name]})
        elif _stays(name, body, before):
            found.append({"ParameterKey": name, "UsePreviousValue": True})
        elif "Default" not in body:
            missing.append(f"--parameter {name}=… ({body['Description'].rstrip('.')})")
    if missing:
        raise DeploymentError([Problem(place, f"must be told {one}") for one in missing])
    return found


def differences(
    declared: Declarations, values: Mapping[str, str], before: Mapping[str, Previous]
) -> Iterator[str]:
    """A line for each that changes, and for each that stays other than its default."""
    for name, body in declared.items():
        if name not in before or body.get("NoEcho"):
            continue
        old, default = before[name].value, body.get("Default")
        if name not in values and _stays(name, body, before):
            if default is not None and old != str(default):
                yield f"parameter {name}: stays {old!r}, as given before (default {default!r})"
            continue
        new = values.get(name, str(default))
        if new != old:
            yield f"parameter {name}: {old!r} -> {new!r}"


def _stays(name: str, body: Mapping[str, Any], before: Mapping[str, Previous]) -> bool:
    return name in before and ("Default" not in body or before[name].given)
