"""The command, ``python build.py`` or ``rdsproxy-templates``: options in, sentences out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from ..deploy.guide import FILE as DOCUMENT
from ..rendering import NESTINGS, Nesting
from ..rendering.folder import Changes
from ..validators import Finding
from ..variants import VARIANTS
from . import deploy, rendered_variants
from .rendered_variants import Options, RenderedVariant
from .terminal import INVALID, config_option, out_option, reported


class Commands(click.Group):
    """Commands, of which `build` is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and args[0] in self.commands
        return super().parse_args(ctx, args if named else ["build", *args])


def command(*, out: Path, code_root: Path | None = None) -> click.Command:
    """The command with its default output folder, and where the functions' code is."""
    return Commands(
        commands=[
            build(out=out, code_root=code_root),
            deploy.deploy(out=out, code_root=code_root),
            deploy.destroy(),
        ],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    )


def build(*, out: Path, code_root: Path | None) -> click.Command:
    """`build`, which needs not be named."""

    @click.command(
        "build",
        epilog="Exit status: 0 done, 1 files differ (--check) or a family is not valid, 2 the "
        "command or the configuration is wrong. Nothing is written unless the status is 0. "
        "Two more commands, `deploy` and `destroy`, have a --help of their own.",
    )
    @click.argument("variants", nargs=-1)
    @config_option("YAML with the settings of one variant.")
    @out_option(out)
    @click.option(
        "--nesting",
        type=click.Choice(NESTINGS),
        default="sam",
        show_default=True,
        help="AWS::Serverless::Application, AWS::CloudFormation::Stack, or one "
        "template without nested stacks.",
    )
    @click.option(
        "--expand",
        is_flag=True,
        help="Run the SAM transform here; only plain CloudFormation is left.",
    )
    @click.option(
        "--check",
        is_flag=True,
        help="Write nothing; list the files that would change, with status 1.",
    )
    @click.option(
        "--no-lint", is_flag=True, help="Leave out cfn-lint, the slow one of the three validators."
    )
    @click.option("--list", "list_", is_flag=True, help="List the variants and stop.")
    @click.option(
        "--schema",
        is_flag=True,
        help="Print the JSON Schema of one variant's settings, for editors, and stop.",
    )
    @click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
    @click.version_option(package_name="rdsproxy_templates")
    def main(  # noqa: PLR0913 - one parameter an option
        *,
        variants: tuple[str, ...],
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
        """Render VARIANTS (all of them by default) as families of CloudFormation templates,
        validate them, and write them for `sam build` and `sam deploy`.
        """
        options = Options(
            variants=variants,
            config=config,
            out=out,
            nesting=nesting,
            expand=expand,
            code_root=code_root,
        )
        with reported():
            if list_:
                _list()
            elif schema:
                _schema(variants)
            else:
                _build(options, check=check, lint=not no_lint, quiet=quiet)

    return main


def main() -> None:
    """The command of an installed library: families go to ./templates_out and carry the code."""
    command(out=Path("templates_out"))(prog_name="rdsproxy-templates")


def _list() -> None:
    width = max(map(len, VARIANTS))
    for name in VARIANTS:
        click.echo(f"{name:{width}}  {VARIANTS.summary(name)}")


def _schema(variants: Sequence[str]) -> None:
    if len(variants) != 1:
        raise click.UsageError(f"--schema needs one variant: {', '.join(VARIANTS)}")
    (name,) = rendered_variants.names(variants)
    click.echo(json.dumps(VARIANTS[name].Config.model_json_schema(), indent=2))


def _build(options: Options, *, check: bool, lint: bool, quiet: bool) -> None:
    started = time.monotonic()
    with _progress(3, quiet=quiet) as step:
        step("render")
        rendered = rendered_variants.families(options)
        rendered_variants.changes(rendered)
        step("validate")
        found = rendered_variants.findings(rendered, lint=lint)
        step("compare" if check else "write")
        if not any(found.values()):
            changed = (
                rendered_variants.changes(rendered) if check else rendered_variants.write(rendered)
            )
    for family in rendered:
        for warning in family.warnings:
            click.secho(f"warning: {family.name}: {warning}", fg="yellow", err=True)
    if any(found.values()):
        _report(rendered, found)
    stale = _stale(rendered, changed) if check else []
    for path in stale:
        click.echo(path)
    if not quiet:
        _summary(rendered, changed, check=check, lint=lint, seconds=time.monotonic() - started)
    sys.exit(INVALID if stale else 0)


def _report(
    rendered: Sequence[RenderedVariant], found: Mapping[str, Sequence[Finding]]
) -> NoReturn:
    for family in rendered:
        for finding in found[family.name]:
            click.echo(f"{family.directory}/{finding}", err=True)
    count = sum(map(len, found.values()))
    bad = ", ".join(name for name, findings in found.items() if findings)
    click.secho(f"{count} findings in {bad}; nothing was written", fg="red", err=True)
    sys.exit(INVALID)


def _stale(rendered: Sequence[RenderedVariant], changed: Mapping[str, Changes]) -> list[str]:
    return [
        f"{word} {family.directory / path}"
        for family in rendered
        for word in ("created", "changed", "removed")
        for path in getattr(changed[family.name], word)
    ]


def _summary(
    rendered: Sequence[RenderedVariant],
    changed: Mapping[str, Changes],
    *,
    check: bool,
    lint: bool,
    seconds: float,
) -> None:
    click.echo()
    width = max(len(family.name) for family in rendered)
    for family in rendered:
        root = family.bundle.root
        stacks = sum(1 for _ in root.walk())
        resources = sum(len(template.resources) for _, template in root.walk())
        many = f"{stacks} stack{'s' * (stacks > 1)}, {resources} resources"
        difference = len(changed[family.name])
        state = f"{difference} of {len(family.bundle.files())} files" if difference else "no file"
        verb = "would change" if check else "changed"
        click.echo(f"  {family.name:{width}}  {many:24}  {state} {verb} in {family.directory}/")
    tools = "our checks, cloudformation-validate" + (", cfn-lint" if lint else "")
    click.secho(f"  valid: {tools}", fg="green")
    if not check:
        click.echo(f"  next:  {_next(rendered[0])}")
    click.echo(f"  {seconds:.1f} s")


def _next(family: RenderedVariant) -> str:
    """What to do with it; where that takes several steps, its document says how."""
    if DOCUMENT in family.bundle.extras:
        return f"see {family.directory / DOCUMENT}"
    return f"cd {family.directory} && sam build && sam deploy --guided"


@contextmanager
def _progress(steps: int, *, quiet: bool) -> Iterator[rendered_variants.Step]:
    """A bar on a terminal, a line a step elsewhere, nothing when quiet."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield lambda name: click.echo(f"{name} …", err=True)
    else:
        with click.progressbar(
            length=steps, file=sys.stderr, item_show_func=lambda name: name, width=24
        ) as bar:
            # A step counts when the next one begins, or when all are done.
            begun: list[str] = []

            def step(name: str) -> None:
                bar.update(min(len(begun), 1), name)
                begun.append(name)

            yield step
            bar.update(1)
