"""Settings read from a file, with the line and column of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from ..errors import ConfigError, Problem
from ..records import record
from . import Settings, yaml_reader
from .yaml_reader import ReadError

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
