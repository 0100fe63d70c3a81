"""A render from the beginning: rendered, validated, and compared or written."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ..deploy.guide import FILE as GUIDE
from . import rendered_variants, unchanged
from .choices import Choices
from .consumer_stack import load
from .rendered_variants import RenderedVariant, RenderSettings, configured, render_variants
from .summary import Shown, print_summary
from .terminal import fail_invalid, print_edited, print_findings, print_warnings, progress
from .unchanged import Request

if TYPE_CHECKING:
    from ..rendering.folder import Changes
    from ..validators import Finding


def render(choices: Choices, request: Request | None = None) -> bool:
    """Render, validate, and write or only compare; return True if files are found stale.

    The answer to *request* is remembered, if there is one.
    """
    started = time.monotonic()
    settings = _settings(choices)
    chosen = configured(settings)
    with progress(2, quiet=choices.quiet) as stage:
        stage("render")
        rendered = render_variants(settings, chosen)
        changed = rendered_variants.changes(rendered)
        stage("validate")
        found = rendered_variants.findings(rendered, lint=choices.lint)
    print_warnings(rendered)
    if choices.form == "text":
        print_findings(rendered, found)
    stale = _checked(choices, rendered, found, changed) if choices.check else 0
    if refused := rendered_variants.refused(found):
        fail_invalid(refused, stale=stale)
    if not choices.check:
        print_edited(rendered, changed)
        changed = rendered_variants.write(rendered)
    shown = [_shown(one) for one in rendered]
    if not choices.quiet:
        counts = {name: len(some) for name, some in changed.items()}
        print_summary(shown, counts, choices, seconds=time.monotonic() - started)
    if request and not stale and not any(found.values()):
        unchanged.remember(request, shown, {one.directory: one.bundle for one in rendered})
    return bool(stale)


def _settings(choices: Choices) -> RenderSettings:
    return RenderSettings(
        variants=choices.variants,
        consumer_stack=None if choices.stack is None else load(choices.stack, choices.name),
        config=choices.config,
        out=choices.out,
        nesting=choices.nesting,
        expand=choices.expand,
        code_root=choices.code_root,
    )


def _checked(
    choices: Choices,
    rendered: Sequence[RenderedVariant],
    found: Mapping[str, Sequence[Finding]],
    changed: Mapping[str, Changes],
) -> int:
    """Show the stale files, or the whole report in a form for programs; return their number."""
    from . import checked  # noqa: PLC0415 - only `--check` needs it

    differences = checked.differences(rendered, changed)
    if choices.form != "text":
        if text := checked.report(choices.form, rendered, found, changed):
            click.echo(text)
        return len(differences)
    for line in (*differences, *(checked.diff(rendered, changed) if choices.diff else ())):
        click.echo(line)
    return len(differences)


def _shown(one: RenderedVariant) -> Shown:
    templates = [template for _, template in one.bundle.root.walk()]
    resources = sum(len(template.resources) for template in templates)
    stacks = f"{len(templates)} stack{'s' * (len(templates) > 1)}"
    return Shown(
        name=one.name,
        directory=str(one.directory),
        size=f"{stacks}, {resources} resource{'s' * (resources != 1)}",
        files=len(one.bundle.files()),
        warnings=[str(warning) for warning in one.warnings],
        next=_next_command(one),
    )


def _next_command(one: RenderedVariant) -> str:
    if GUIDE in one.bundle.extras:
        return f"see {one.directory / GUIDE}"
    return f"cd {one.directory} && sam build && sam deploy --guided"
