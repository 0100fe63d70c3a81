"""Tags of YAML: CloudFormation's short functions, in settings that hold pieces of templates."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from .intrinsic_functions import FUNCTIONS, unknown_function

TAGGED: Final = frozenset({"overrides", "extra_resources"})
"""Settings, of the file or of a variant in it, that take CloudFormation's tags."""
CORE: Final = {None, "!"} | {f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq")}


def function_of(tag: str | None, outer: Collection[str | None]) -> str | None:
    """Return the function that *tag* is short for, or None; *outer* are the two outermost keys.

    Raises :class:`ValueError` for a tag that is not taken.
    """
    if tag in CORE:
        return None
    name = str(tag).removeprefix("!")
    if TAGGED.isdisjoint(outer):
        shown = str(tag).replace("tag:yaml.org,2002:", "!!")
        hint = f"; {' and '.join(sorted(TAGGED))} do" if name in FUNCTIONS else ""
        raise ValueError(f"{shown}, which settings do not take{hint}")
    if name not in FUNCTIONS:
        raise ValueError(unknown_function(name))
    return name
