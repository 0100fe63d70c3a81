"""Values of YAML that are not quoted, by version 1.2's core schema, and marks of their places.

A number with leading zeros is text too, because the ID of an account may have some.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MOST_DIGITS: Final = 100

_CONSTANTS: Final = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NUMERIC: Final = frozenset("+-.0123456789")
"""What a number begins with."""
_FLOAT: Final = re.compile(
    r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


class Mark(NamedTuple):
    """Line and column of a place in the text, both from 1."""

    line: int
    column: int


class ReadError(Exception):
    """The text is not YAML, or uses parts of YAML that settings do not."""

    def __init__(self, mark: Mark | None, sentence: str) -> None:
        self.mark = mark
        self.sentence = sentence
        super().__init__(sentence)


class WrittenFloat(float):
    """A number that is shown as it was written: ``17.10``, not 17.1."""

    written: str

    def __repr__(self) -> str:
        return self.written


def meant(text: str, mark: Mark) -> object:
    """Resolve *text*, which is not quoted, by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC:
        return text
    whole, based = _INTEGER.fullmatch(text), _BASED.fullmatch(text)
    if not (whole or based or _FLOAT.fullmatch(text)):
        return text
    if len(text) > MOST_DIGITS:
        raise ReadError(mark, f"is a number of more than {MOST_DIGITS} digits")
    if whole or based:
        return int(text, 0)
    number = WrittenFloat(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    number.written = text
    return number
