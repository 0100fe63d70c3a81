"""The properties that a template states of a deployed resource, as far as they are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..limits.tags import RESERVED
from .differences import Path, Secret, secrets
from .handlers import declaration
from .order import references
from .parameters import HIDDEN
from .resource import DeployedResource
from .stack import Stack

Reason = Literal["MANAGED_BY_AWS", "SENSITIVE_PROPERTY", "WRITE_ONLY_PROPERTY"]
KEYS: Final = frozenset({"kmskeyid", "kmskeyarn"})
"""Properties, in lower case, that CloudFormation does not compare: a key has several names."""
SECURE: Final = ("{{resolve:secretsmanager:", "{{resolve:ssm-secure:")


@dataclass(frozen=True)
class Expectation:
    """What the template states of a resource."""

    values: Mapping[str, Any]
    ignored: Mapping[Path, Reason] = field(default_factory=dict)
    """What it states and nobody compares, with the reason."""


def expected_of(stack: Stack, deployed: DeployedResource) -> Expectation:
    """Return what is compared: a :class:`Secret` stands for what nobody may see."""
    raw = stack.plan.template.resources.get(deployed.logical_id, {}).get("Properties", {})
    hidden = stack.plan.parameters.hidden
    values = {
        name: _veiled(value, deployed.written.get(name), raw.get(name), hidden)
        for name, value in deployed.properties.items()
    }
    ignored: dict[Path, Reason] = dict.fromkeys(secrets(values), "SENSITIVE_PROPERTY")
    for path in declaration(deployed.type).write_only:
        if _at(values, path) is not None:
            ignored[path] = "WRITE_ONLY_PROPERTY"
            _remove(values, path)
    for name in [name for name in values if name.lower() in KEYS]:
        del values[name]
    return Expectation(values, ignored)


def comparable(
    actual: Mapping[str, Any], stack: Stack, expectation: Expectation
) -> Mapping[str, Any]:
    """Return what is compared of the present values: not the tags that CloudFormation has set."""
    tags = actual.get("Tags")
    if not tags:
        return actual
    stated = _keys(expectation.values.get("Tags") or ())
    others = {key for key in _keys(tags) if key.startswith(RESERVED)} | set(stack.tags) - stated
    if isinstance(tags, Mapping):
        return {**actual, "Tags": {key: one for key, one in tags.items() if key not in others}}
    return {**actual, "Tags": [one for one in tags if one["Key"] not in others]}


def veiled(expected: Any, actual: Any) -> Any:
    """Return the present values, with what the template says in the place of each secret."""
    if isinstance(expected, Secret):
        return str(expected)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return {name: veiled(expected.get(name), one) for name, one in actual.items()}
    if isinstance(expected, list) and any(secrets(expected)):
        return HIDDEN
    return actual


def _veiled(value: Any, written: Any, raw: Any, hidden: frozenset[str]) -> Any:
    """Put a :class:`Secret` in the place of each value of a secret or of a hidden parameter."""
    if isinstance(written, str) and any(one in written for one in SECURE):
        return Secret(written)
    if isinstance(value, dict) and isinstance(raw, dict) and raw.keys() >= value.keys():
        return {
            name: _veiled(one, _within(written, name), raw[name], hidden)
            for name, one in value.items()
        }
    if isinstance(value, list) and isinstance(raw, list) and len(value) == len(raw):
        return [
            _veiled(one, _within(written, place), other, hidden)
            for place, (one, other) in enumerate(zip(value, raw, strict=True))
        ]
    return value if hidden.isdisjoint(one.name for one in references(raw)) else Secret(HIDDEN)


def _within(written: Any, place: Any) -> Any:
    try:
        return written[place]
    except (KeyError, IndexError, TypeError):
        return None


def _keys(tags: Any) -> set[str]:
    return set(tags) if isinstance(tags, Mapping) else {one["Key"] for one in tags}


def _at(values: Any, path: Path) -> Any:
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def _remove(values: dict[str, Any], path: Path) -> None:
    """Remove a value, and the object around it once that is empty."""
    name, *rest = path
    if rest:
        inner = dict(values[name])
        _remove(inner, tuple(rest))
        values[name] = inner
        if inner:
            return
    del values[name]
