"""The stack set as it is to be: its template, parameters, tags and capabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .parameter_rows import ParameterRows
from .place import Place
from .stack_set_ownership import marked
from .stack_set_requests import described

MASKED: Final = "****"
"""Value of a parameter with NoEcho, as CloudFormation shows it."""


@dataclass(frozen=True, kw_only=True)
class DesiredStackSet:
    """What the stack set is to say."""

    template: str
    """Text of the root template, with packages where they are published."""
    template_argument: Mapping[str, str]
    """``TemplateBody`` or ``TemplateURL``."""
    declared: Mapping[str, Mapping[str, Any]]
    """The parameters of the template."""
    rows: ParameterRows
    parameters: Mapping[str, str]
    capabilities: tuple[str, ...]
    tags: Mapping[str, str]
    description: str
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further arguments, such as the template of an execution role."""

    def content(self) -> dict[str, Any]:
        """Return the arguments of a request that creates or changes it."""
        return {
            **self.template_argument,
            "Parameters": described(self.parameters),
            **self._acknowledged(),
        }

    def unchanged(self) -> dict[str, Any]:
        """Return the arguments of a request that leaves template and parameters as they are."""
        return {
            "UsePreviousTemplate": True,
            "Parameters": [
                {"ParameterKey": name, "UsePreviousValue": True} for name in sorted(self.parameters)
            ],
            **self._acknowledged(),
        }

    def differences(self, found: Mapping[str, Any]) -> Iterator[str]:
        """Yield a line for everything in which the stack set that was *found* differs."""
        if found.get("TemplateBody", "").strip() != self.template.strip():
            yield "template"
        before = {
            one["ParameterKey"]: one.get("ParameterValue", "")
            for one in found.get("Parameters", ())
        }
        for name in sorted({*before, *self.parameters}):
            old = before.get(name, self._default(name))
            new = self.parameters.get(name, self._default(name))
            if old not in {new, MASKED}:
                yield f"parameter {name}: {_shown(old)} -> {_shown(new)}"
        tags = {one["Key"]: one["Value"] for one in found.get("Tags", ())}
        if tags != dict(self.tags):
            yield "tags"
        if set(found.get("Capabilities", ())) != set(self.capabilities):
            yield "capabilities"

    def values(self, place: Place) -> dict[str, str]:
        """Return all parameters of the stack in *place*."""
        known = {**self.parameters, **self.rows.overrides(place)}
        return {name: value for name, value in known.items() if name in self.declared}

    def _acknowledged(self) -> dict[str, Any]:
        return {
            "Description": marked(self.description),
            "Capabilities": list(self.capabilities),
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(self.tags.items())],
            **self.more,
        }

    def _default(self, name: str) -> str | None:
        default = self.declared.get(name, {}).get("Default")
        return None if default is None else str(default)


def _shown(value: str | None) -> str:
    return "(none)" if value is None else repr(value)
