"""The summary of a render: a line for each variant, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from .choices import Choices


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the terminal says of a rendered variant; also what the next process remembers."""

    name: str
    directory: str
    size: str
    """Its stacks and resources, counted."""
    files: int
    warnings: Sequence[str]
    next: str
    """What to do with it next."""


def print_summary(
    shown: Sequence[Shown], changed: Mapping[str, int], choices: Choices, *, seconds: float
) -> None:
    """Print *shown*, each with the number of its files that are *changed*, by name."""
    click.echo()
    width = max(len(one.name) for one in shown)
    verb = "would change" if choices.check else "changed"
    for one in shown:
        count = changed.get(one.name, 0)
        files = f"{count} of {one.files} files" if count else "no file"
        click.echo(f"  {one.name:{width}}  {one.size:24}  {files} {verb} in {one.directory}/")
    validators = "our rules, cloudformation-validate" + (", cfn-lint" if choices.lint else "")
    click.secho(f"  valid: {validators}", fg="green")
    if not choices.check:
        click.echo(f"  next:  {shown[0].next}")
    click.echo(f"  {seconds:.1f} s")
