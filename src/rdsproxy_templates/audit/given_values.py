"""Values of parameters in a file: in the forms of the AWS CLI, of CodePipeline, or as a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import ConfigError, Problem
from ..model.yaml_scalars import ReadError
from .decisions import text
from .reading import read


def parameters_in(file: Path) -> dict[str, str]:
    """Return the values in *file*; raises :class:`ConfigError` where it has another form."""
    try:
        value = read(file.read_text("utf-8")).value
    except OSError as error:
        raise _refusal(file, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _refusal(file, "is not text in UTF-8") from None
    except ReadError as error:
        raise _refusal(file, error.sentence) from None
    try:
        return dict(_pairs(value))
    except (TypeError, ValueError):
        raise _refusal(
            file,
            "must map names to values, or list `ParameterKey` and `ParameterValue` or `NAME=VALUE`",
        ) from None


def _refusal(file: Path, sentence: str) -> ConfigError:
    return ConfigError([Problem(str(file), sentence)])


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case {"Parameters": dict(inner) | list(inner)}:
            yield from _pairs(inner)
        case dict():
            for name, given in value.items():
                yield name, _value(given)
        case list():
            for item in value:
                match item:
                    case {"ParameterKey": str(name), "ParameterValue": given}:
                        yield name, _value(given)
                    case {"ParameterKey": str(), "UsePreviousValue": True}:
                        continue
                    case str() if "=" in item:
                        name, _, given = item.partition("=")
                        yield name, given
                    case _:
                        raise TypeError
        case _:
            raise TypeError


def _value(given: Any) -> str:
    match given:
        case str() | bool() | int() | float():
            return text(given)
        case [*items]:
            return ",".join(map(_value, items))
        case _:
            raise TypeError
