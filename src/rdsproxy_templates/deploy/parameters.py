"""Parameters of a root stack: given now, given before, or left to their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import DeploymentError, Problem

Declarations = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Previous:
    """The value of a parameter in the deployed stack."""

    value: str
    default: str | None
    """Default in the template that was deployed last."""

    @property
    def given(self) -> bool:
        """True where the value is not the template's default."""
        return self.value != self.default


def for_api(
    place: str,
    declared: Declarations,
    values: Mapping[str, str],
    previous: Mapping[str, Previous],
) -> list[dict[str, Any]]:
    """Return the API's form; a value that was given once stays until another one is given."""
    found: list[dict[str, Any]] = []
    missing = []
    for name, body in declared.items():
        if name in values:
            found.append({"ParameterKey": name, "ParameterValue": values[name]})
        elif _stays(name, body, previous):
            found.append({"ParameterKey": name, "UsePreviousValue": True})
        elif "Default" not in body:
            missing.append(f"--parameter {name}=… ({body['Description'].rstrip('.')})")
    if missing:
        raise DeploymentError([Problem(place, f"needs {one}") for one in missing])
    return found


def differences(
    declared: Declarations, values: Mapping[str, str], previous: Mapping[str, Previous]
) -> Iterator[str]:
    """Yield a line for each change, and for each kept value that is not the default."""
    for name, body in declared.items():
        if name not in previous or body.get("NoEcho"):
            continue
        old, default = previous[name].value, body.get("Default")
        if name not in values and _stays(name, body, previous):
            if default is not None and old != str(default):
                yield f"parameter {name}: keeps {old!r}, given before (default {default!r})"
            continue
        new = values.get(name, str(default))
        if new != old:
            yield f"parameter {name}: {old!r} -> {new!r}"


def _stays(name: str, body: Mapping[str, Any], previous: Mapping[str, Previous]) -> bool:
    return name in previous and ("Default" not in body or previous[name].given)
