"""Places: from a path in a graph to a file and a line of the rendered YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..rendering.bundle import Bundle
from ..rendering.flat import Origin
from ..rendering.lines import line_of
from .rule import FileViolation


def located(
    bundle: Bundle, origins: Mapping[str, Origin], path: Sequence[object], within: str = ""
) -> tuple[str, int]:
    """Return file and line of *path*, such as ``("Resources", "RDSStackRDSProxy", "Properties")``.

    *origins* says where each resource was before the bundle was flattened. SAM names what
    it adds by adding to our titles, so the longest title that fits is the one. *within* is
    the file where no resource is meant; else it is the root.
    """
    parts = [str(part) for part in path]
    file = within if within in bundle.templates else bundle.paths[()]
    known = [name for name in origins if len(parts) > 1 and parts[1].startswith(name)]
    if known:
        origin = origins[max(known, key=len)]
        file, parts[1] = bundle.paths.get(origin.path, file), origin.title
    return file, line_of(bundle.templates[file], parts)


def violation_at(
    bundle: Bundle, file: str, place: tuple[str, ...], sentence: str, remedy: str
) -> FileViolation:
    """Return the violation at *place*, such as ``("Outputs", "Url")``, of a file of *bundle*."""
    line = line_of(bundle.templates.get(file, ""), place)
    return FileViolation(file, line, sentence, remedy, place)
