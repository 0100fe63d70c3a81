"""Functions that `local up` deploys, and that nothing on this machine runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from ..rendered_variants import RenderedVariant


def warn_of_idle_functions(rendered: Sequence[RenderedVariant]) -> None:
    """Name each of them, and why it does not run."""
    from rdsproxy_local.data_plane.programs import unsupported_in  # noqa: PLC0415 - an extra

    for name, title, resource in all_resources(rendered):
        for sentence in unsupported_in([(title, resource)]):
            click.secho(f"warning: {name}: {sentence}", fg="yellow", err=True)


def all_resources(rendered: Sequence[RenderedVariant]) -> Iterator[tuple[str, str, Any]]:
    """Yield each resource of all templates, with its variant and its title."""
    for one in rendered:
        for _, template in one.bundle.root.walk():
            for title, resource in template.resources.items():
                yield one.name, title, resource
