"""Parameters by account and Region, from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ..deploy.parameter_limits import value_problem
from ..errors import ConfigError, Problem
from ..model import did_you_mean
from .place import Place

COLUMNS: Final = ("account", "region", "name", "value")


@dataclass(frozen=True, kw_only=True)
class ParameterRow:
    """A value of a parameter; without an account, or a Region, it is for all of them."""

    line: int
    account: str = ""
    region: str = ""
    name: str
    value: str

    def is_for(self, place: Place) -> bool:
        """Tell if it holds in *place*."""
        return self.account in {"", place.account} and self.region in {"", place.region}

    @property
    def rank(self) -> tuple[bool, bool]:
        """Order of precedence: a row for an account wins over one for a Region."""
        return bool(self.account), bool(self.region)


@dataclass(frozen=True)
class ParameterRows:
    """All rows of a file."""

    file: str = ""
    rows: Sequence[ParameterRow] = ()

    def for_all(self) -> dict[str, str]:
        """Return the values that are the stack set's."""
        return {one.name: one.value for one in self.rows if not (one.account or one.region)}

    def overrides(self, place: Place) -> dict[str, str]:
        """Return the values in *place* that are not the stack set's."""
        found: dict[str, str] = {}
        shared = self.for_all()
        for one in sorted(self.rows, key=lambda row: row.rank):
            if any(one.rank) and one.is_for(place):
                found[one.name] = one.value
        return {name: value for name, value in found.items() if shared.get(name) != value}

    def values(self, place: Place) -> dict[str, str]:
        """Return all values in *place*."""
        return self.for_all() | self.overrides(place)

    def problems_of_values(self, declared: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
        """Yield the rows that a template with the parameters *declared* does not take."""
        for one in self.rows:
            place = f"{self.file}:{one.line}"
            if one.name not in declared:
                meant = did_you_mean(one.name, list(declared))
                known = ", ".join(declared) or "none"
                sentence = f"unknown parameter {one.name!r}{meant}; the parameters are {known}"
                yield Problem(place, sentence)
            elif problem := value_problem(declared[one.name], one.value):
                yield Problem(place, f"{one.name} {problem}")

    def problems_of_places(
        self, declared: Mapping[str, Mapping[str, Any]], places: Sequence[Place]
    ) -> Iterator[Problem]:
        """Yield the rows for accounts or Regions in no wave, and *places* without a value."""
        accounts = {place.account for place in places}
        regions = {place.region for place in places}
        for one in self.rows:
            place = f"{self.file}:{one.line}"
            if one.account and one.account not in accounts:
                yield Problem(place, f"account {one.account} is in no wave")
            if one.region and one.region not in regions:
                yield Problem(place, f"Region {one.region} is in no wave")
        yield from self._missing(declared, places)

    def problems_of_newcomers(self, declared: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
        """Yield the parameters without a value for accounts that join the fleet by themselves."""
        shared = self.for_all()
        for name, body in declared.items():
            if "Default" not in body and name not in shared:
                sentence = (
                    f"{name} has no default, and auto_deployment needs a row without account and "
                    "region for accounts that join"
                )
                yield Problem(self.file or "parameters", sentence)

    def stack_set_values(
        self, declared: Mapping[str, Mapping[str, Any]], places: Sequence[Place]
    ) -> dict[str, str]:
        """Return values of the stack set itself, which wants one where there is no default.

        Where every place has its own, it is the first one's, and used nowhere else.
        """
        shared = self.for_all()
        first = self.values(places[0]) if places else {}
        needed = {
            name: first[name]
            for name, body in declared.items()
            if "Default" not in body and name not in shared and name in first
        }
        return {name: value for name, value in (shared | needed).items() if name in declared}

    def _missing(
        self, declared: Mapping[str, Mapping[str, Any]], places: Sequence[Place]
    ) -> Iterator[Problem]:
        needed = [name for name, body in declared.items() if "Default" not in body]
        lacking: dict[str, list[Place]] = {}
        for place in places:
            given = self.values(place)
            for name in needed:
                if name not in given:
                    lacking.setdefault(name, []).append(place)
        for name, without in lacking.items():
            where = str(without[0])
            more = f" and {len(without) - 1} more" if len(without) > 1 else ""
            sentence = (
                f"{name} has no default, and no row for {where}{more}; add one, without account "
                "and region for all"
            )
            yield Problem(self.file or "parameters", sentence)


def read_rows(file: Path) -> ParameterRows:
    """Read *file*; raise :class:`ConfigError` with every row that is none."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([Problem(str(file), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError([Problem(str(file), "must be UTF-8 text")]) from None
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        sentence = f"is not CSV: {error}; a cell that begins with a quote ends with one"
        raise ConfigError([Problem(f"{file}:{reader.line_num + 1}", sentence)]) from None
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        sentence = f"lacks {', '.join(missing)}; the first line names account,region,name,value"
        raise ConfigError([Problem(f"{file}:1", sentence)])
    rows: list[ParameterRow] = []
    problems: list[Problem] = []
    for line, cells in lines:
        if None in cells or None in cells.values():
            problems.append(Problem(f"{file}:{line}", f"must have {len(COLUMNS)} cells"))
            continue
        given = {name: cells[name].strip() for name in COLUMNS[:3]}
        rows.append(ParameterRow(line=line, value=cells["value"], **given))
    if problems := [*problems, *_repeated(str(file), rows)]:
        raise ConfigError(problems)
    return ParameterRows(str(file), rows)


def _repeated(file: str, rows: Iterable[ParameterRow]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], int] = {}
    for one in rows:
        key = (one.account, one.region, one.name)
        if key in seen:
            yield Problem(f"{file}:{one.line}", f"says again what line {seen[key]} says")
        seen.setdefault(key, one.line)
