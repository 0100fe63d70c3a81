"""Settings read from a file, with the line and column of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from ..errors import ConfigError, Problem
from ..records import record
from . import Settings, yaml_reader
from .wording import did_you_mean
from .yaml_scalars import ReadError

if TYPE_CHECKING:
    from .customization import Customization

RESERVED: Final = frozenset(
    {"allowed_accounts", "overrides", "extra_resources", "tags", "iam_roles", "publish", "ignore"}
)
"""Settings that a file keeps for the library, beside those of a stack."""

SettingsT = TypeVar("SettingsT", bound=Settings)


@record(frozen=True)
class SettingsFile:
    """A file of settings that was read."""

    path: Path
    document: yaml_reader.Document

    @property
    def settings(self) -> object:
        """The file's content; None where it is empty, which means the defaults."""
        return self.document.value

    def parse(self, kind: type[SettingsT]) -> SettingsT:
        """Make a record of *kind* from the file; problems carry line and column."""
        return self.parse_as(kind, self.settings)

    def parse_as(self, kind: type[SettingsT], settings: object) -> SettingsT:
        """Make a record of *kind* from *settings*, which were made of the file's."""
        try:
            return kind.parse(settings, str(self.path))
        except ConfigError as error:
            raise ConfigError(self.at(error.relative)) from None

    def split(self, kind: type[SettingsT]) -> tuple[SettingsT, Customization | None]:
        """Make a record of *kind* from the file, and one of what the file customizes, if it does.

        Raises :class:`ConfigError` with all that is wrong with either.
        """
        try:
            return split(kind, self.settings)
        except ConfigError as error:
            raise ConfigError(self.at(error.relative)) from None

    def at(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield *problems*, whose places are settings, with the file, line and column of each."""
        for problem in problems:
            yield problem.within(f"{self.path}{self._mark(problem.place)}:")

    def _mark(self, place: str) -> str:
        """Find line and column of the innermost setting of *place* that the file has."""
        rest = re.sub(r": |\.", ".", place)
        while rest:
            if mark := self.document.marks.get(rest):
                return f":{mark.line}:{mark.column}"
            rest = rest.rpartition(".")[0]
        return ""


def split(kind: type[SettingsT], settings: object) -> tuple[SettingsT, Customization | None]:
    """Split *settings* into a record of *kind* and one of what they customize, if they do.

    Raises :class:`ConfigError` with all that is wrong with either.
    """
    if not isinstance(settings, Mapping):
        return kind.parse(settings, ""), None
    reserved = {key: value for key, value in settings.items() if key in RESERVED}
    problems = [
        Problem(name, f"is a setting of {kind.__module__}, and kept for the library; rename that")
        for name in sorted(reserved.keys() & kind.model_fields.keys())
    ]
    config, customization = None, None
    try:
        config = kind.parse({k: v for k, v in settings.items() if k not in RESERVED}, "")
    except ConfigError as error:
        problems += map(_reminded, error.relative)
    if reserved:
        from .customization import Customization  # noqa: PLC0415 - most files have none

        try:
            customization = Customization.parse(reserved, "")
        except ConfigError as error:
            problems += error.relative
    if config is None or problems:
        raise ConfigError(problems)
    return config, customization


def _reminded(problem: Problem) -> Problem:
    """Add the library's settings to the sentence about an unknown one of the root."""
    sentence = problem.sentence
    if "." in problem.place or not sentence.startswith("is not a setting"):
        return problem
    similar = did_you_mean(problem.place, sorted(RESERVED))
    if similar and sentence.startswith("is not a setting;"):
        sentence = sentence.replace(";", f"{similar};", 1)
    own = sentence.removesuffix("; there are none")
    joined = ", " if own == sentence else "; there are "
    return Problem(problem.place, f"{own}{joined}{', '.join(sorted(RESERVED))}")


def read(path: Path) -> SettingsFile:
    """Read the file at *path*; raises :class:`ConfigError` with file, line and column."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        sentence = f"must be UTF-8 text; byte {error.start} is not"
        raise ConfigError([Problem(str(path), sentence)]) from None
    try:
        return SettingsFile(path, yaml_reader.parsed(text))
    except ReadError as error:
        place = ":".join(map(str, (path, *(error.mark or ()))))
        raise ConfigError([Problem(place, error.sentence)]) from None
