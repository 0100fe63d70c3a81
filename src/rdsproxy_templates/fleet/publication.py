"""The template of a fleet once its code is where every Region finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..errors import ConfigError, Problem
from ..rendering.documents import bundled_paths, consumers_paths
from .rendered_fleet import RenderedFleet


class PublishedTemplate(NamedTuple):
    """A root template, and the argument by which CloudFormation is given it."""

    text: str
    argument: Mapping[str, str]


def published_template(rendered: RenderedFleet) -> PublishedTemplate:
    """Return the root template of *rendered*, which has no code and nests nothing."""
    code = bundled_paths(rendered.root) | consumers_paths(rendered.root)
    if code or rendered.is_nested:
        sentence = "has code or nested templates, which each Region needs in a bucket of its own"
        raise ConfigError([Problem(rendered.name, sentence)])
    return PublishedTemplate(rendered.text, {"TemplateBody": rendered.text})
