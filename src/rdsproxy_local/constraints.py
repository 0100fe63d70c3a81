"""The constraints of AWS's service models: ranges, lengths, patterns and enumerations.

botocore carries them and checks few of them; the services check all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import regex
from botocore.model import ListShape, MapShape, Shape, StructureShape

HIDDEN: Final = "*****"
"""What a sentence shows of a sensitive value, and of one that is too long to be read."""
MOST_SHOWN: Final = 100
ISSUED: Final = {"IfMatch", "LockToken", "NextToken"}
"""Values that the services make, and moto in a form of its own."""
LENGTHS: Final = {"blob", "string"}
NUMBERS: Final = {"double", "float", "integer", "long"}
NAMED: Final = re.compile(r"(?:Integer|String|Uri)WithLengthBetween(Minus)?(\d+)And(\d+)(K?)")
"""Names of shapes of API Gateway, which says its ranges nowhere else."""
KIBI: Final = 1024
UNICODE: Final = r"\p{"


def refusal(shape: Shape | None, values: dict[str, Any]) -> str | None:
    """The service's answer to *values* that break the constraints of *shape*, or None."""
    found = [] if shape is None else list(_broken(shape, values, ""))
    if not found:
        return None
    noun = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {noun} detected: {'; '.join(found)}"


def _broken(shape: Shape, value: Any, place: str) -> Iterator[str]:
    match shape, value:
        case StructureShape(), dict():
            for name, one in value.items():
                if name in shape.members and name not in ISSUED:
                    inner = f"{name[:1].lower()}{name[1:]}"
                    yield from _broken(shape.members[name], one, f"{place}.{inner}".strip("."))
        case MapShape(), dict():
            yield from _out_of_range(shape, len(value), "length", value, place)
            for key, one in value.items():
                yield from _broken(shape.key, key, place)
                yield from _broken(shape.value, one, f"{place}.{key}")
        case ListShape(), list() | tuple():
            yield from _out_of_range(shape, len(value), "length", value, place)
            for number, one in enumerate(value, 1):
                yield from _broken(shape.member, one, f"{place}.{number}.member")
        case Shape(), str() | bytes() | bytearray() if shape.type_name in LENGTHS:
            yield from _of_text(shape, value, place)
        case Shape(), int() | float() if shape.type_name in NUMBERS:
            yield from _out_of_range(shape, value, "value", value, place)


def _of_text(shape: Shape, value: str | bytes | bytearray, place: str) -> Iterator[str]:
    yield from _out_of_range(shape, len(value), "length", value, place)
    if not isinstance(value, str):
        return
    values: Sequence[str] = shape.metadata.get("enum", ())
    if values and value not in values:
        yield _sentence(shape, value, place, f"satisfy enum value set: [{', '.join(values)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _sentence(shape, value, place, f"satisfy regular expression pattern: {pattern}")


def _out_of_range(shape: Shape, measure: float, noun: str, value: Any, place: str) -> Iterator[str]:
    least, most = _range(shape)
    if least is not None and measure < least:
        yield _sentence(shape, value, place, f"have {noun} greater than or equal to {least}")
    if most is not None and measure > most:
        yield _sentence(shape, value, place, f"have {noun} less than or equal to {most}")


def _range(shape: Shape) -> tuple[float | None, float | None]:
    """The least and the most that a shape takes, by its metadata or by its name."""
    if not (named := NAMED.fullmatch(shape.name)):
        return shape.metadata.get("min"), shape.metadata.get("max")
    minus, least, most, kibi = named.groups()
    return int(least) * (-1 if minus else 1), int(most) * (KIBI if kibi else 1)


def _sentence(shape: Shape, value: Any, place: str, constraint: str) -> str:
    shown = f"'{value}'"
    if shape.metadata.get("sensitive") or len(shown) > MOST_SHOWN:
        shown = f"'{HIDDEN}'"
    return f"Value {shown} at '{place}' failed to satisfy constraint: Member must {constraint}"


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> regex.Pattern[str] | None:
    """The pattern, which is Java's; None for the one form that Python does not read.

    Java's classes of letters and digits are ASCII's, those by a property are Unicode's.
    """
    try:
        return regex.compile(pattern, 0 if UNICODE in pattern else regex.ASCII)
    except regex.error:
        return None
