"""The rendered files of one variant, in memory until they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Problem
from ..model.template import Template
from .flat import Flattening, Origin, inlined, with_defaults
from .stamp import with_kept

if TYPE_CHECKING:
    from . import folder


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Rendered files of one variant by path, and the template that they were rendered from."""

    root: Template
    templates: Mapping[str, str]
    """Text of each template by its path from the variant's folder."""
    paths: Mapping[tuple[str, ...], str]
    """Path of each stack's template by the titles of the stacks around it and its own."""
    extras: Mapping[str, bytes] = field(default_factory=dict)
    """Files beside the templates: samconfig.toml, the functions' code."""
    executables: frozenset[str] = frozenset()
    """Paths in ``extras`` of files that may be executed."""
    user_editable: frozenset[str] = frozenset()
    """Paths in ``extras`` that are the user's to change: written once, then kept."""
    customized_by: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """Overrides that made or changed a resource, by the file and the title of the resource."""
    warnings: tuple[Problem, ...] = ()
    """Overrides that are allowed, and have a price; a place is that of an override."""
    tags: Mapping[str, str] | None = None
    """Tags of the stack; None leaves those of a deployed one as they are."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Rules that the stack may break, each with the reason."""
    origins: Mapping[str, Path] = field(default_factory=dict)
    """Where each folder of a person's code was copied from, by its path in ``extras``."""

    def files(self) -> dict[str, bytes]:
        """Content of every file that :meth:`write` writes, by path."""
        return {**{path: text.encode() for path, text in self.templates.items()}, **self.extras}

    def files_in(self, directory: Path) -> dict[str, bytes]:
        """Content of every file that :meth:`write` leaves in *directory*, by path.

        It is that of :meth:`files`, but where a template is there already of which another version
        of the library would only be said to have rendered it.
        """
        return with_kept(directory, self.files())

    def changes(self, directory: Path) -> folder.Changes:
        """Compare with *directory*: the files that :meth:`write` would create, change and remove.

        Raises :class:`ConfigError` when it could not write them.
        """
        from . import folder  # noqa: PLC0415 - whoever only judges has no folder

        return folder.compare(
            directory, self.files_in(directory), self.user_editable, self.executables
        )

    def write(self, directory: Path) -> folder.Changes:
        """Write all files into *directory*, or none of them.

        Files of an earlier render that are no longer rendered are removed; files that no render
        wrote are not touched. Raises :class:`ConfigError`, with nothing changed, when a file would
        have to be overwritten that no render wrote, or the directory cannot be written.
        """
        from . import folder  # noqa: PLC0415

        return folder.write(
            directory, self.files_in(directory), self.user_editable, self.executables
        )

    def flat(self) -> tuple[Template, Mapping[str, Origin]]:
        """The flat form with default parameter values, and the origin of each of its resources."""
        return self._flat

    def arguments(self) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
        """Arguments of each nested stack, in terms of the flat form, by its path of titles."""
        return self._inlined[1].arguments

    def inlined(self) -> tuple[Template, Mapping[str, Origin]]:
        """The flat form with its parameters, and the origin of each of its resources."""
        flat, learned = self._inlined
        return flat, learned.origins

    @cached_property
    def _flat(self) -> tuple[Template, Mapping[str, Origin]]:
        flat, learned = self._inlined
        return with_defaults(flat), learned.origins

    @cached_property
    def _inlined(self) -> tuple[Template, Flattening]:
        return inlined(self.root)
