"""`audit`: judge templates that anybody has written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ..aws import cfn_lint, validator
from ..errors import Problem
from .exit_statuses import FOUND, WRONG, sentence
from .formats import FORMATS
from .refusals import given_options, refuse, refused_beside
from .terminal import COLOURS, counted

if TYPE_CHECKING:
    from ..audit import Report
    from ..audit.report import FormatName

LEVELS: Final = ("opinion", "warning", "error")


@click.command(
    "audit",
    epilog=f"{sentence('audit')} Nothing is sent anywhere but to AWS's API by --stack.",
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--stack",
    metavar="NAME",
    help="A deployed stack, with those nested in it, in place of files. Read-only.",
)
@click.option("--profile", metavar="NAME", help="Profile of AWS for --stack.")
@click.option(
    "--parameters",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Values of parameters, as `aws cloudformation deploy` or CodePipeline take them, or as a "
    "mapping. They decide more.",
)
@click.option("--region", metavar="REGION", help="Region of the deployment, which decides more.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="opinion",
    show_default=True,
    help="Report findings of this level and above.",
)
@click.option(
    "--rules", metavar="RULE", multiple=True, help="Report only this rule, or group. Repeatable."
)
@click.option(
    "--ignore",
    metavar="RULE",
    multiple=True,
    help="Do not report this rule of any validator, or group. Repeatable.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Report only findings that FILE does not know.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write FILE, which knows every finding of today, and report none.",
)
@click.option(
    "--templates-only",
    is_flag=True,
    help="Pass over every PATH that is no template, as in folders, for hooks that name all files.",
)
@click.option("--no-lint", is_flag=True, help="Skip cfn-lint, the slowest of three validators.")
def audit_command(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[Path, ...],
    stack: str | None,
    profile: str | None,
    parameters: Path | None,
    region: str | None,
    format_: FormatName,
    level: str,
    rules: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    templates_only: bool,
    no_lint: bool,
) -> None:
    """Judge the templates at PATH: files, folders with all templates in them, or cdk.out."""
    given = given_options()
    refuse(
        problem
        for option, others in {
            "--stack": given & {"--parameters", "--templates-only"},
            "--write-baseline": given & {"--baseline"},
        }.items()
        if option in given
        for problem in refused_beside(option, others)
    )
    if paths and stack is not None:
        refuse([Problem("--stack", "takes the place of PATH; leave out one of them")])
    if not paths and stack is None:
        raise click.UsageError("Missing argument 'PATH...'; a file, a folder, or --stack.")
    lint = not no_lint
    with _started(lint=lint):
        from ..audit import audit, audit_stack, baselines  # noqa: PLC0415 - others start meanwhile
        from ..audit.given_values import parameters_in  # noqa: PLC0415

        if stack is not None:
            report = audit_stack(
                stack, region=region, profile=profile, rules=rules, ignore=ignore, lint=lint
            )
        else:
            values = parameters_in(parameters) if parameters else {}
            report = audit(
                paths,
                parameters=values,
                region=region,
                rules=rules,
                ignore=ignore,
                lint=lint,
                templates_only=templates_only,
            )
    report = report.only(
        one for one in report.findings if LEVELS.index(one.level) >= LEVELS.index(level)
    )

    def folder_of(file: Path) -> Path | None:
        return file.parent if stack is None else None

    if write_baseline:
        try:
            text = baselines.written(report.findings, folder_of(write_baseline))
            write_baseline.write_text(text, "utf-8")
        except OSError as error:
            sentence = f"cannot be written: {error.strerror}"
            refuse([Problem(str(write_baseline), sentence)])
        known = counted(len(report.findings), "known finding")
        click.echo(f"{write_baseline}: {known}", err=True)
        report = report.only(())
    if baseline:
        report = report.only(baselines.beyond(report.findings, baseline, folder_of(baseline)))
    _print(report, format_)
    sys.exit(WRONG if report.unread else FOUND if report.failing else 0)


@contextmanager
def _started(*, lint: bool) -> Iterator[None]:
    """Have the other validators start while this process imports the rules and reads."""
    validator.start_process()
    if lint:
        cfn_lint.start_early()
    try:
        yield
    finally:
        validator.stop_process()
        cfn_lint.stop_early()


def _print(report: Report, form: FormatName) -> None:
    if form == "text":
        for one in report.findings:
            place, _, rest = report.only([one]).written().partition(f" {one.level} ")
            click.echo(f"{place} ", nl=False)
            click.secho(one.level, fg=COLOURS[one.level], nl=False)
            click.echo(f" {rest}")
        counts = " in ".join(
            (counted(len(report.findings), "finding"), counted(len(report.files), "template"))
        )
        click.secho(counts, fg="red" if report.failing else "green", err=True)
    elif text := report.written(form):
        click.echo(text)
    for problem in report.unread:
        click.secho("error: ", fg="red", err=True, nl=False)
        click.echo(str(problem), err=True)
    for rule, error in report.not_judged.items():
        click.secho("warning: ", fg="yellow", err=True, nl=False)
        click.echo(
            f"{rule} was not judged: it fails with {error}; report it to the authors of "
            "rdsproxy_templates, with the templates",
            err=True,
        )
