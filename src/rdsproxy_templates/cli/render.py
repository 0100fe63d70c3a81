"""`render`: render variants, validate them, and write them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from ..deploy.guide import FILE as GUIDE
from ..errors import Problem
from ..rendering import NESTINGS, Nesting
from ..rendering.folder import Changes
from . import rendered_variants
from .consumer_stack import load
from .folders import Folders
from .list import print_variants
from .options import config_option, name_option, out_option, stack_option
from .refusals import given_options, refuse, refused_beside, stack_or
from .rendered_variants import RenderedVariant, RenderSettings, render_variants
from .schema import print_schema
from .terminal import (
    EXIT_STATUSES,
    STALE,
    fail_invalid,
    print_edited,
    print_findings,
    print_warnings,
    progress,
)


@click.command(
    "render",
    epilog=f"{EXIT_STATUSES} Nothing is written unless the status is 0. Other subcommands: "
    "`--help` without a subcommand lists them.",
)
@click.argument("variants", nargs=-1)
@stack_option
@name_option
@config_option("YAML file with the settings of one variant.")
@out_option
@click.option(
    "--nesting",
    type=click.Choice(NESTINGS),
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
@click.option("--no-lint", is_flag=True, help="Skip cfn-lint, the slowest of three validators.")
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
    no_lint: bool,
    list_: bool,
    schema: bool,
    quiet: bool,
) -> None:
    """Render VARIANTS (default: all), or a stack of your own, as nested CloudFormation templates,
    validate them, and write them for `sam build` and `sam deploy`.
    """
    refuse([*stack_or("VARIANTS", variants, stack, name), *_refused_beside_others()])
    if list_:
        print_variants()
    elif schema:
        print_schema(variants, stack)
    else:
        settings = RenderSettings(
            variants=variants,
            consumer_stack=load(stack, name) if stack else None,
            config=config,
            out=out,
            nesting=nesting,
            expand=expand,
            code_root=folders.code_root,
        )
        _render(settings, check=check, lint=not no_lint, quiet=quiet)


def _refused_beside_others() -> Iterator[Problem]:
    """Yield a problem for each option that is given beside `--list` or `--schema`."""
    given = given_options()
    for option, companions in {"--list": (), "--schema": ("VARIANTS", "--stack")}.items():
        if option in given:
            yield from refused_beside(option, given - {option, *companions})


def _render(settings: RenderSettings, *, check: bool, lint: bool, quiet: bool) -> None:
    started = time.monotonic()
    with progress(2, quiet=quiet) as stage:
        stage("render")
        rendered = render_variants(settings)
        changed = rendered_variants.changes(rendered)
        stage("validate")
        found = rendered_variants.findings(rendered, lint=lint)
    print_warnings(rendered)
    print_findings(rendered, found)
    differences = _differences(rendered, changed) if check else []
    for line in differences:
        click.echo(line)
    if refused := rendered_variants.refused(found):
        fail_invalid(refused, stale=len(differences))
    if not check:
        print_edited(rendered, changed)
        changed = rendered_variants.write(rendered)
    if not quiet:
        _print_summary(
            rendered, changed, check=check, lint=lint, seconds=time.monotonic() - started
        )
    sys.exit(STALE if differences else 0)


def _differences(rendered: Sequence[RenderedVariant], changed: Mapping[str, Changes]) -> list[str]:
    """Return a line for each file that a write would change; ``edited`` if by hand."""
    return [
        f"{'edited' if path in changed[one.name].edited else word} {one.directory / path}"
        for one in rendered
        for word in ("created", "changed", "removed")
        for path in getattr(changed[one.name], word)
    ]


def _print_summary(
    rendered: Sequence[RenderedVariant],
    changed: Mapping[str, Changes],
    *,
    check: bool,
    lint: bool,
    seconds: float,
) -> None:
    click.echo()
    width = max(len(one.name) for one in rendered)
    for one in rendered:
        root = one.bundle.root
        stacks = sum(1 for _ in root.walk())
        resources = sum(len(template.resources) for _, template in root.walk())
        size = f"{stacks} stack{'s' * (stacks > 1)}, {resources} resources"
        count = len(changed[one.name])
        files = f"{count} of {len(one.bundle.files())} files" if count else "no file"
        verb = "would change" if check else "changed"
        click.echo(f"  {one.name:{width}}  {size:24}  {files} {verb} in {one.directory}/")
    validators = "our rules, cloudformation-validate" + (", cfn-lint" if lint else "")
    click.secho(f"  valid: {validators}", fg="green")
    if not check:
        click.echo(f"  next:  {_next_command(rendered[0])}")
    click.echo(f"  {seconds:.1f} s")


def _next_command(one: RenderedVariant) -> str:
    if GUIDE in one.bundle.extras:
        return f"see {one.directory / GUIDE}"
    return f"cd {one.directory} && sam build && sam deploy --guided"
