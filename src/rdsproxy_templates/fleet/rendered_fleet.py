"""The root stack of a fleet, rendered: plain CloudFormation, as a stack set takes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..audit.reading import read
from ..model import Template
from ..rendering import Bundle
from ..rendering.capabilities import AUTO_EXPAND, iam_capability
from ..rendering.documents import ROOT


@dataclass(frozen=True, kw_only=True)
class RenderedFleet:
    """The templates of a fleet, and the folder that holds its files."""

    name: str
    """Name of the variant, or of the consumer's stack."""
    bundle: Bundle
    """SAM's transform has run in it; its nesting is ``plain`` or ``flat``."""
    folder: Path
    config: Any = None
    """The settings of the root stack."""
    tags: Mapping[str, str] | None = None

    @property
    def root(self) -> Template:
        """The root template before SAM's transform."""
        return self.bundle.root

    @property
    def text(self) -> str:
        """The root template, with paths in place of uploaded code."""
        return self.bundle.templates[ROOT]

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What whoever deploys it acknowledges."""
        nests = len(self.bundle.templates) > 1 or bool(self.root.transforms)
        return (iam_capability(self.root), *([AUTO_EXPAND] if nests else []))

    @property
    def is_nested(self) -> bool:
        """True where it is more than one template."""
        return len(self.bundle.templates) > 1

    @property
    def resource_types(self) -> frozenset[str]:
        """Types of all resources, after SAM's transform."""
        return frozenset(self.resource_counts)

    @cached_property
    def resource_counts(self) -> Mapping[str, int]:
        """Number of resources by type, after SAM's transform."""
        return Counter(
            str(body["Type"])
            for text in self.bundle.templates.values()
            for body in parsed(text)["Resources"].values()
        )


def parsed(text: str) -> Mapping[str, Any]:
    """Read the text of a template; short forms of functions become long ones."""
    found: Mapping[str, Any] = read(text).value
    return found
