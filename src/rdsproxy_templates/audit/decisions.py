"""What conditions compare, decided one way after another.

A value that only a deployment knows is decided when a condition compares it: it is the text that it
is compared with, or something else. Both ways are taken, one scenario each, and a way that
contradicts an earlier decision, or what a parameter may be, is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.references import references


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a flat template before it is deployed."""

    parameters: Mapping[str, Mapping[str, Any]]
    conditions: Mapping[str, Any]
    """The expression of each condition."""
    mappings: Mapping[str, Mapping[str, Any]]
    values: Mapping[str, str]
    """Values of parameters and pseudo parameters that a person has given."""


@dataclass
class Decisions:
    """One way to decide; *script* are the answers to the first questions, all others are yes."""

    known: Known
    script: Sequence[bool] = ()
    answers: list[bool] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)
    """Values by the expression that has them."""
    excluded: dict[str, set[str]] = field(default_factory=dict)
    same: dict[tuple[str, str], bool] = field(default_factory=dict)
    is_allowed: bool = True
    """False where a rule of the template refuses the values together."""
    _holding: dict[str, bool] = field(default_factory=dict)

    def holds(self, condition: str) -> bool:
        """Tell whether the condition of this name holds."""
        if condition not in self._holding:
            self._holding[condition] = False  # for one that refers to itself
            expression = self.known.conditions.get(condition)
            self._holding[condition] = (
                self._ask(("condition", condition))
                if expression is None
                else self._is_true(expression)
            )
        return self._holding[condition]

    def hold_to(self, when: Any, asserted: Sequence[Any]) -> None:
        """Ask a rule of the template, if it is about what has been decided."""
        named = {_key({"Ref": name}) for name in references([when, *asserted])}
        if not named & {
            *self.fixed,
            *self.excluded,
            *(_key({"Ref": n}) for n in self.known.values),
        }:
            return
        if when is None or self._is_true(when):
            self.is_allowed &= all(self._is_true(one) for one in asserted)

    def _is_true(self, expression: Any) -> bool:
        match expression:
            case {"Condition": str(name)}:
                return self.holds(name)
            case {"Fn::Not": [inner]}:
                return not self._is_true(inner)
            case {"Fn::And": [*inner]}:
                return all(self._is_true(one) for one in inner)
            case {"Fn::Or": [*inner]}:
                return any(self._is_true(one) for one in inner)
            case {"Fn::Contains": [[*texts], one]}:
                value = self.value(one)
                return any(self._are_equal(value, self.value(text)) for text in texts)
            case {"Fn::Equals": [one, other]}:
                return self._are_equal(self.value(one), self.value(other))
            case _:
                return self._ask(("condition", json.dumps(expression, default=str)))

    def _are_equal(self, one: Any, other: Any) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        left, right = _key(one), _key(other)
        if left == right:
            return True
        if isinstance(other, str):
            return self._is(left, one, other)
        if isinstance(one, str):
            return self._is(right, other, one)
        return self._ask((min(left, right), max(left, right)))

    def _is(self, key: str, expression: Any, text: str) -> bool:
        """Tell whether *expression* is *text*, and hold to the answer."""
        excluded = self.excluded.setdefault(key, set())
        if text in excluded or not self._may_be(expression, text):
            return False
        allowed = self._allowed(expression)
        is_last = allowed is not None and allowed - excluded == {text}
        answer = is_last or self._answer()
        if answer:
            self.fixed[key] = text
        else:
            excluded.add(text)
        return answer

    def _ask(self, question: tuple[str, str]) -> bool:
        if question not in self.same:
            self.same[question] = self._answer()
        return self.same[question]

    def _answer(self) -> bool:
        number = len(self.answers)
        answer = self.script[number] if number < len(self.script) else True
        self.answers.append(answer)
        return answer

    def _allowed(self, expression: Any) -> set[str] | None:
        body = self._parameter(expression)
        values = body.get("AllowedValues")
        return {text(value) for value in values} if isinstance(values, list) else None

    def _may_be(self, expression: Any, value: str) -> bool:
        body = self._parameter(expression)
        allowed = self._allowed(expression)
        if allowed is not None and value not in allowed:
            return False
        least = body.get("MinLength")
        if isinstance(least, int | str) and str(least).isdigit() and len(value) < int(least):
            return False
        pattern = body.get("AllowedPattern")
        try:
            return not isinstance(pattern, str) or re.fullmatch(pattern, value) is not None
        except re.error:  # Java's patterns know more than Python's
            return True

    def _parameter(self, expression: Any) -> Mapping[str, Any]:
        match expression:
            case {"Ref": str(name)}:
                return self.known.parameters.get(name, {})
            case _:
                return {}

    def value(self, node: Any) -> Any:
        """Return *node* as far as it is decided: text, a list, or an expression."""
        match node:
            case bool() | int() | float():
                return text(node)
            case {"Ref": str(name)} if name in self.known.values:
                return self.known.values[name]
            case {"Fn::Join": [str(mark), [*items]]}:
                parts = [self.value(item) for item in items]
                if all(isinstance(part, str) for part in parts):
                    return mark.join(parts)
                return {"Fn::Join": [mark, parts]}
            case {"Fn::FindInMap": [str(name), first, second, *_]}:
                keys = self.value(first), self.value(second)
                found: Any = self.known.mappings.get(name, {})
                for key in keys:
                    found = found.get(key) if isinstance(key, str) else None
                    if not isinstance(found, dict):
                        break
                if isinstance(found, str | int | float | list):
                    return self.value(found)
                return self._fixed({"Fn::FindInMap": [name, *keys]})
            case {"Fn::Select": [index, [*items]]} if str(index).isdigit():
                number = int(str(index))
                return self.value(items[number]) if number < len(items) else node
            case {"Fn::Split": [str(mark), str(joined)]} if mark:
                return joined.split(mark)
            case {"Fn::If": [str(condition), one, other]}:
                return self.value(one if self.holds(condition) else other)
            case {"Fn::Sub": str(pattern)} if "${" not in pattern:
                return pattern
            case list():
                return [self.value(item) for item in node]
            case dict():
                return self._fixed(node)
            case _:
                return node

    def _fixed(self, node: Any) -> Any:
        return self.fixed.get(_key(node), node)


def text(value: Any) -> str:
    """Return a value of a template as the text that conditions compare."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(expression: Any) -> str:
    return json.dumps(expression, sort_keys=True, default=str)
