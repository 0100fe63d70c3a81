"""`rules`: list the library's own rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from ..errors import Problem
from ..model import did_you_mean
from ..validators.rule import Rule
from ..validators.rules import RULES
from .refusals import refuse
from .terminal import COLOURS

FIELDS = ("id", "level", "title", "why", "source")


@click.command(
    "rules",
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
        click.echo(f"  {rule.title}\n  Why: {rule.why}\n  Source: {rule.source}")


def _chosen(words: Sequence[str]) -> list[Rule[Any, Any]]:
    every = sorted(RULES, key=lambda rule: rule.id)
    refuse(_unknown(words, [rule.id for rule in every]))
    return [rule for rule in every if not words or {rule.id, _group(rule.id)} & {*words}]


def _unknown(words: Sequence[str], ids: Sequence[str]) -> Iterator[Problem]:
    groups = sorted({*map(_group, ids)})
    for word in words:
        if word not in (*ids, *groups):
            similar = did_you_mean(word, [*groups, *ids])
            sentence = f"unknown rule {word!r}{similar}; the groups are {', '.join(groups)}"
            yield Problem("rule", sentence)


def _group(rule_id: str) -> str:
    return rule_id.partition("/")[0]
