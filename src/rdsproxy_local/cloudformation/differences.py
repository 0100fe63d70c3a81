"""The differences between the properties that a template states and the present ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .functions import text

Kind = Literal["ADD", "NOT_EQUAL", "REMOVE"]
Path = tuple[str, ...]
NOTHING: Final = "null"
"""The value of a property that is not there, as CloudFormation shows it."""


class Secret(str):
    """A value that is neither compared nor shown: in its place stands what the template says."""

    __slots__ = ()


def secrets(value: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the places of secrets in a value."""
    if isinstance(value, Secret):
        yield at
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from secrets(one, (*at, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from secrets(one, (*at, str(place)))


@dataclass(frozen=True)
class Difference:
    """One property that differs."""

    path: Path
    kind: Kind
    expected: Any = None
    actual: Any = None

    def shown(self) -> dict[str, str]:
        """The difference as the API shows it."""
        return {
            "PropertyPath": "/" + "/".join(self.path),
            "ExpectedValue": shown_value(self.expected),
            "ActualValue": shown_value(self.actual),
            "DifferenceType": self.kind,
        }


def shown_value(value: Any) -> str:
    """A value as text: objects and lists as JSON."""
    if value is None:
        return NOTHING
    return text(value) if isinstance(value, str | int | float) else json.dumps(value)


class Comparison:
    """The comparison of properties by the schema of their type."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._transforms: Mapping[str, str] = schema.get("propertyTransform", {})

    def differences(
        self, expected: Mapping[str, Any], actual: Mapping[str, Any]
    ) -> Iterator[Difference]:
        """Yield what differs; what *expected* does not state is not compared."""
        for name, value in expected.items():
            declared = self._within(self._schema, name)
            yield from self._values((name,), value, actual.get(name), declared)

    def _values(
        self, path: Path, expected: Any, actual: Any, declared: Any
    ) -> Iterator[Difference]:
        if actual is None:
            if not isinstance(expected, Secret) and expected not in ([], {}, ""):
                yield Difference(path, "REMOVE", expected)
        elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
            yield from self._objects(path, expected, actual, self._resolved(declared))
        elif isinstance(expected, list) and isinstance(actual, list):
            yield from self._lists(path, expected, actual, self._resolved(declared))
        elif not self._same(path, expected, actual):
            yield Difference(path, "NOT_EQUAL", expected, actual)

    def _objects(
        self, path: Path, expected: Mapping[str, Any], actual: Mapping[str, Any], declared: Any
    ) -> Iterator[Difference]:
        is_other_choice = bool(actual) and expected.keys().isdisjoint(actual)
        for name, value in expected.items():
            inner = self._within(declared, name)
            if is_other_choice and value == {}:
                yield Difference((*path, name), "REMOVE", value)
            yield from self._values((*path, name), value, actual.get(name), inner)
        if not declared.get("properties"):
            # A map, such as a function's variables, or a document, such as a policy.
            for name in actual.keys() - expected.keys():
                yield Difference((*path, name), "ADD", None, actual[name])

    def _lists(
        self, path: Path, expected: Sequence[Any], actual: Sequence[Any], declared: Any
    ) -> Iterator[Difference]:
        if any(secrets(expected)):
            # Nobody can tell which of the present values is the secret.
            return
        items = declared.get("items", {})
        if declared.get("insertionOrder", True) and len(expected) == len(actual):
            for place, (one, other) in enumerate(zip(expected, actual, strict=True)):
                yield from self._values((*path, str(place)), one, other, items)
            return
        left = dict(enumerate(actual))
        unmatched = {}
        for place, one in enumerate(expected):
            at = (*path, str(place))
            found = next((n for n, o in left.items() if self._alike(at, one, o, items)), None)
            if found is None:
                unmatched[place] = one
            else:
                del left[found]
        for place, one in unmatched.items():
            at = (*path, str(place))
            if (near := _nearest(one, left)) is None:
                yield Difference(at, "REMOVE", one)
            else:
                yield from self._values(at, one, left.pop(near), items)
        for place, other in left.items():
            yield Difference((*path, str(place)), "ADD", None, other)

    def _alike(self, path: Path, expected: Any, actual: Any, declared: Any) -> bool:
        return next(self._values(path, expected, actual, declared), None) is None

    def _same(self, path: Path, expected: Any, actual: Any) -> bool:
        if isinstance(expected, Secret) or expected == actual:
            return True
        if not isinstance(expected, str | int | float) or not isinstance(actual, str | int | float):
            return False
        one, other = text(expected), text(actual)
        if one == other:
            return True
        places = ("*" if part.isdecimal() else part for part in path)
        transform = self._transforms.get("/properties/" + "/".join(places), "")
        # The schema's expressions in JSONata, as far as those of our types go.
        if "$lowercase(" in transform or "$uppercase(" in transform:
            return one.lower() == other.lower()
        return '".*"' in transform and re.match(rf"{re.escape(one)}.*", other) is not None

    def _resolved(self, declared: Any) -> Any:
        while isinstance(declared, Mapping) and "$ref" in declared:
            declared = self._schema["definitions"][declared["$ref"].rpartition("/")[2]]
        return declared if isinstance(declared, Mapping) else {}

    def _within(self, declared: Any, name: str) -> Any:
        return self._resolved(declared).get("properties", {}).get(name, {})


def _nearest(expected: Any, left: Mapping[int, Any]) -> int | None:
    """Return the place of the object that *expected* has become: it has most in common with it."""
    if not isinstance(expected, Mapping):
        return None
    common = {
        place: sum(1 for name in expected if one.get(name) == expected[name])
        for place, one in left.items()
        if isinstance(one, Mapping) and expected.get("Key") == one.get("Key")
    }
    best = max(common, key=lambda place: common[place], default=None)
    return best if best is not None and (common[best] or "Key" in expected) else None
