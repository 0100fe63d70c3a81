"""`render`: render variants, validate them, and write them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..aws import cfn_lint
from ..aws.validator import start_engine
from ..cache import unused
from ..errors import Problem
from . import unchanged
from .choices import Choices
from .exit_statuses import STALE, sentence
from .folders import Folders
from .formats import FORMATS
from .options import config_option, name_option, out_option, stack_option
from .refusals import given_options, refuse, refused_beside, stack_or
from .summary import print_summary
from .terminal import print_warnings

if TYPE_CHECKING:
    from ..audit.report import FormatName
    from ..rendering import Nesting


@click.command(
    "render",
    epilog=f"{sentence('render')} Nothing is written unless the status is 0. Other subcommands: "
    "`--help` without a subcommand lists them.",
)
@click.argument("variants", nargs=-1)
@stack_option
@name_option
@config_option("YAML file with the settings of one variant.")
@out_option
@click.option(
    "--nesting",
    type=click.Choice(["sam", "plain", "flat"]),
    default="sam",
    show_default=True,
    help="Nest by AWS::Serverless::Application (sam) or by AWS::CloudFormation::Stack "
    "(plain), or merge everything into one template (flat).",
)
@click.option(
    "--expand",
    is_flag=True,
    help="Run the SAM transform here, so that only CloudFormation is left.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; list the files that would change, and those that somebody has edited, and "
    "exit with status 1 if there are any.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="With --check: show how each file would change, as a unified diff.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="With --check: form of the report of findings and stale files.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Render again whenever the settings file or code is saved, until Ctrl-C. Skips cfn-lint.",
)
@click.option("--no-lint", is_flag=True, help="Skip cfn-lint, the slowest of three validators.")
@click.option(
    "--no-cache",
    is_flag=True,
    help="Render and validate from the beginning, whatever is known from an earlier render.",
)
@click.option("--list", "list_", is_flag=True, help="Same as the subcommand `list`.")
@click.option("--schema", is_flag=True, help="Same as the subcommand `schema`.")
@click.option("--quiet", is_flag=True, help="Print only problems and warnings.")
@click.pass_obj
def render_command(  # noqa: PLR0913 - one parameter an option
    folders: Folders,
    /,
    *,
    variants: tuple[str, ...],
    stack: str | None,
    name: str | None,
    config: Path | None,
    out: Path,
    nesting: Nesting,
    expand: bool,
    check: bool,
    diff: bool,
    format_: FormatName,
    watch: bool,
    no_lint: bool,
    no_cache: bool,
    list_: bool,
    schema: bool,
    quiet: bool,
) -> None:
    """Render VARIANTS (default: all), or a stack of your own, as nested CloudFormation templates,
    validate them, and write them for `sam build` and `sam deploy`.
    """
    refuse(
        [
            *stack_or("VARIANTS", variants, stack, name),
            *_meaningless(nesting, format_, expand=expand),
        ]
    )
    if list_:
        from .list import print_variants  # noqa: PLC0415 - each imports what it needs

        print_variants()
        return
    if schema:
        from .schema import print_schema  # noqa: PLC0415

        print_schema(variants, stack)
        return
    choices = Choices(
        variants=variants,
        stack=stack,
        name=name,
        config=config,
        out=out,
        nesting=nesting,
        expand=expand,
        check=check,
        diff=diff,
        form=format_,
        lint=not (no_lint or watch),
        quiet=quiet or format_ != "text",
        code_root=folders.code_root,
    )
    with unused() if no_cache else nullcontext():
        if watch:
            _watch(choices)
            return
        sys.exit(STALE if render_or_remember(choices) else 0)


def render_or_remember(choices: Choices) -> bool:
    """Give the answer of an earlier render, or render; return True if files are stale."""
    started = time.monotonic()
    # A consumer's stack may read anything, and so may change unnoticed; a pipe is read only once.
    is_kept = choices.stack is None and (choices.config is None or choices.config.is_file())
    is_kept &= choices.form == "text"
    request = unchanged.request_of(choices) if is_kept else None
    if request and (shown := unchanged.remembered(request)):
        print_warnings(shown)
        if not choices.quiet:
            print_summary(shown, {}, choices, seconds=time.monotonic() - started)
        return False
    start_engine()
    if choices.lint:
        cfn_lint.start_early()
    try:
        from .fresh_render import render  # noqa: PLC0415 - the validators start meanwhile

        return render(choices, request)
    finally:
        cfn_lint.stop_early()


def _watch(choices: Choices) -> None:
    start_engine()
    from .fresh_render import render  # noqa: PLC0415 - the engine is built meanwhile
    from .watch import watch  # noqa: PLC0415

    watch(choices, render)


def _meaningless(nesting: Nesting, format_: str, *, expand: bool) -> Iterator[Problem]:
    """Yield a problem for each two options that say nothing together."""
    given = given_options()
    for option, companions in {"--list": (), "--schema": ("VARIANTS", "--stack")}.items():
        if option in given:
            yield from refused_beside(option, given - {option, *companions})
    if "--check" not in given:
        for option in sorted(given & {"--diff", "--format"}):
            yield Problem(option, "is for --check; give that, too")
    if "--diff" in given and format_ != "text":
        sentence = f"is text, and --format {format_} is for programs; leave out one of them"
        yield Problem("--diff", sentence)
    if {"--watch", "--check"} <= given:
        yield from refused_beside("--watch", ["--check"])
    if expand and nesting == "sam" and "--nesting" in given:
        sentence = "leaves nothing of SAM, by which --nesting sam nests; choose plain or flat"
        yield Problem("--expand", sentence)
