"""A render from the beginning: rendered, validated, and compared or written."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import click

from ..deploy.guide import FILE as GUIDE
from ..rendering.folder import Changes
from . import rendered_variants, unchanged
from .choices import Choices
from .consumer_stack import load
from .rendered_variants import RenderedVariant, RenderSettings, configured, render_variants
from .summary import Shown, print_summary
from .terminal import fail_invalid, print_edited, print_findings, print_warnings, progress
from .unchanged import Request


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
    print_findings(rendered, found)
    differences = _differences(rendered, changed) if choices.check else []
    for line in differences:
        click.echo(line)
    if refused := rendered_variants.refused(found):
        fail_invalid(refused, stale=len(differences))
    if not choices.check:
        print_edited(rendered, changed)
        changed = rendered_variants.write(rendered)
    shown = [_shown(one) for one in rendered]
    if not choices.quiet:
        counts = {name: len(some) for name, some in changed.items()}
        print_summary(shown, counts, choices, seconds=time.monotonic() - started)
    if request and not differences and not any(found.values()):
        unchanged.remember(request, shown, {one.directory: one.bundle for one in rendered})
    return bool(differences)


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


def _differences(rendered: Sequence[RenderedVariant], changed: Mapping[str, Changes]) -> list[str]:
    """Return a line for each file that a write would change; ``edited`` if by hand."""
    return [
        f"{'edited' if path in changed[one.name].edited else word} {one.directory / path}"
        for one in rendered
        for word in ("created", "changed", "removed")
        for path in getattr(changed[one.name], word)
    ]


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
