"""Values of parameters, held against what the parameter says of them."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from .values import number

LISTS = ("CommaDelimitedList", "List<")


def as_text(value: object) -> str:
    """Return *value* as CloudFormation passes it on."""
    return value if isinstance(value, str) else json.dumps(value)


def value_problems(parameter: Mapping[str, Any], value: object) -> Iterator[str]:
    """Explain why a parameter does not take *value*, which is no expression."""
    kind = str(parameter.get("Type"))
    if not isinstance(value, str | int | float) or kind.startswith("AWS::SSM::"):
        return
    text = as_text(value)
    parts = [part.strip() for part in text.split(",")] if kind.startswith(LISTS) else [text]
    allowed = parameter.get("AllowedValues")
    pattern = parameter.get("AllowedPattern")
    # A list may be allowed as a whole, as cfn-lint reads it, too.
    texts = list(map(as_text, allowed)) if isinstance(allowed, list) else None
    for part in parts:
        if texts is not None and part not in texts and text not in texts:
            yield f"{part!r} is not one of its AllowedValues: {', '.join(texts)}"
        elif isinstance(pattern, str) and not _fits(pattern, part):
            yield f"{part!r} does not match its AllowedPattern, {pattern}"
        if kind in ("Number", "List<Number>"):
            yield from _number_problems(parameter, part)
    yield from _length_problems(parameter, text) if kind == "String" else ()


def _fits(pattern: str, text: str) -> bool:
    try:
        with warnings.catch_warnings(action="error"):
            return re.fullmatch(pattern, text) is not None
    except (re.error, FutureWarning):
        # CloudFormation reads patterns as Java does, and Java knows more of them.
        return True


def _number_problems(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    given = number(text)
    least, most = number(parameter.get("MinValue")), number(parameter.get("MaxValue"))
    if given is None:
        yield f"{text!r} is not a number"
    elif least is not None and given < least:
        yield f"{text} is below its MinValue, {least:g}"
    elif most is not None and given > most:
        yield f"{text} is above its MaxValue, {most:g}"


def _length_problems(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    least, most = number(parameter.get("MinLength")), number(parameter.get("MaxLength"))
    if least is not None and len(text) < least:
        yield f"{text!r} is shorter than its MinLength, {least:g}"
    elif most is not None and len(text) > most:
        yield f"{text!r} is longer than its MaxLength, {most:g}"
