"""`rules`: list the library's own rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from ..audit import catalogue
from ..errors import Problem
from ..validators.rule import Rule
from ..validators.rule_names import covers, unknown_of_ours
from .exit_statuses import sentence
from .refusals import refuse
from .terminal import COLOURS

FIELDS = ("id", "level", "title", "why", "remedy", "source")


@click.command(
    "rules",
    epilog=sentence("rules"),
    help="List the library's rules: all, or those named RULE, such as proxy/waits-for-instances, "
    "or a group of them, such as proxy.",
)
@click.argument("rules", metavar="[RULE]...", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the list.",
)
def rules_command(*, rules: tuple[str, ...], format_: str) -> None:
    """Run the subcommand."""
    chosen = _chosen(rules)
    if format_ == "json":
        described = [{field: getattr(rule, field) for field in FIELDS} for rule in chosen]
        click.echo(json.dumps(described, indent=2))
        return
    for rule in chosen:
        click.echo(f"{rule.id}  ", nl=False)
        click.secho(rule.level, fg=COLOURS[rule.level])
        remedy = f"  Remedy: {rule.remedy}\n" if rule.remedy else ""
        click.echo(f"  {rule.title}\n  Why: {rule.why}\n{remedy}  Source: {rule.source}")


def _chosen(words: Sequence[str]) -> list[Rule[Any, Any]]:
    refuse(Problem("rule", sentence) for _, sentence in unknown_of_ours(words, catalogue.IDS))
    every = sorted(catalogue.EVERY, key=lambda rule: rule.id)
    return [rule for rule in every if not words or covers(words, rule.id)]
