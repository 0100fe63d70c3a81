"""`audit`: judge templates that anybody has written."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ..aws.validator import start_engine
from .terminal import COLOURS

if TYPE_CHECKING:
    from ..audit import Report

FOUND: Final = 1
UNREAD: Final = 2


@click.command("audit")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--region", metavar="REGION", help="Region of the deployment, which decides more.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.option("--no-lint", is_flag=True, help="Skip cfn-lint, the slowest of three validators.")
def audit_command(
    *, paths: tuple[Path, ...], region: str | None, format_: str, no_lint: bool
) -> None:
    """Judge the templates at PATH...: files, or folders with all templates in them."""
    start_engine()
    from ..audit import audit  # noqa: PLC0415 - the engine is built meanwhile

    report = audit(paths, region=region, lint=not no_lint)
    if format_ == "json":
        click.echo(_json(report))
    else:
        _print(report)
    for problem in report.unread:
        click.echo(f"error: {problem}", err=True)
    if report.unread:
        sys.exit(UNREAD)
    sys.exit(FOUND if any(one.level != "opinion" for one in report.findings) else 0)


def _print(report: Report) -> None:
    for one in report.findings:
        click.echo(f"{one.file}:{one.line}:{one.column}: ", nl=False)
        click.secho(one.level, fg=COLOURS[one.level], nl=False)
        click.echo(f" {one.rule}: {one.sentence}. {one.remedy}")


def _json(report: Report) -> str:
    return json.dumps({"findings": [asdict(one) for one in report.findings]}, indent=2)
