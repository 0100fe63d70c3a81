"""Names in sentences: a resource has another name in the flat form than in its author's file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from .joining import Place

_NAME: Final = re.compile(r"\b[A-Za-z0-9]+\b")


def in_own_names(text: str, here: Place, places: Mapping[str, Place]) -> str:
    """Return *text*, said at *here*, with the names that resources have for a reader of its file.

    One in the same template has its title, so that a finding is the same wherever the template is
    nested; one further in has the titles of the stacks on the way, and one elsewhere its file.
    """
    return _NAME.sub(lambda found: _named(found[0], here, places), text)


def _named(word: str, here: Place, places: Mapping[str, Place]) -> str:
    place = places.get(word)
    if place is None:
        return word
    path, own = place.origin.path, here.origin.path
    common = next(
        (n for n, pair in enumerate(zip(path, own, strict=False)) if len({*pair}) > 1), None
    )
    shared = min(len(path), len(own)) if common is None else common
    name = ".".join((*path[shared:], place.origin.title))
    is_above = len(path) == shared < len(own)
    if is_above or place.assembly is not here.assembly:
        file = place.assembly.instances[path].source.file
        return f"{name} of {PurePath(file).name}"
    return name
