"""Long lists for machines, written as they are read: nothing of them is kept."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from itertools import chain
from typing import Any

import click


def write_json(
    before: Mapping[str, Any],
    name: str,
    entries: Iterable[Mapping[str, Any]],
    after: Callable[[], Mapping[str, Any]] = dict,
) -> None:
    """Write one JSON object: *before*, the list *name* of *entries*, an entry a line, and *after*.

    *after* is asked when all entries are written, such as for their number.
    """
    click.echo("{")
    for key, value in before.items():
        click.echo(f" {_text(key)}: {_text(value)},")
    click.echo(f" {_text(name)}: [", nl=False)
    separator = "\n  "
    for entry in entries:
        click.echo(f"{separator}{_text(entry)}", nl=False)
        separator = ",\n  "
    click.echo("\n ]", nl=False)
    for key, value in after().items():
        click.echo(f",\n {_text(key)}: {_text(value)}", nl=False)
    click.echo("\n}")


def write_csv(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write rows of CSV, each as it comes."""
    for row in chain([heading], rows):
        line = StringIO()
        csv.writer(line, lineterminator="\n").writerow(row)
        click.echo(line.getvalue(), nl=False)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
