"""A rendered family: every file of it, and nothing written yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..model.template import Template
from . import folder
from .flat import Flattening, Origin, inlined, with_defaults


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The files of one family by path, and the graph that they were made from."""

    root: Template
    templates: Mapping[str, str]
    """Text of each template by its path from the family's root folder."""
    paths: Mapping[tuple[str, ...], str]
    """Path of the template of each stack, by the titles of the stacks around it."""
    extras: Mapping[str, bytes] = field(default_factory=dict)
    """What belongs beside the templates: samconfig.toml, the functions' code."""
    user_editable: frozenset[str] = frozenset()
    """Those of them that people change: written once, then left alone."""

    def files(self) -> dict[str, bytes]:
        """Everything that :meth:`write` writes."""
        return {**{path: text.encode() for path, text in self.templates.items()}, **self.extras}

    def changes(self, directory: Path) -> folder.Changes:
        """What :meth:`write` would create, change and remove in *directory*."""
        return folder.compare(directory, self.files(), self.user_editable)

    def write(self, directory: Path) -> folder.Changes:
        """Write the family into *directory*, whole or not at all.

        Files of an earlier render that are no longer part of the family are removed;
        files that another hand put there are not touched. Raises :class:`ConfigError`.
        """
        return folder.write(directory, self.files(), self.user_editable)

    def flat(self) -> tuple[Template, Mapping[str, Origin]]:
        """The family as one template with the default parameter values, for validators."""
        return self._flat

    def arguments(self) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
        """What each nested stack is passed, in terms of the flat form, by its path of titles."""
        return self._inlined[1].arguments

    @cached_property
    def _flat(self) -> tuple[Template, Mapping[str, Origin]]:
        flat, learned = self._inlined
        return with_defaults(flat), learned.origins

    @cached_property
    def _inlined(self) -> tuple[Template, Flattening]:
        return inlined(self.root)
