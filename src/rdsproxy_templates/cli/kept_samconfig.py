"""A ``samconfig.toml`` that is the user's, compared with what a deployment from it needs."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..rendering import Bundle
from ..rendering.packaging import SAMCONFIG

_NAMED = "CAPABILITY_NAMED_IAM"


def missing_in_samconfig(bundle: Bundle, directory: Path) -> Iterator[Problem]:
    """Yield what *bundle* needs of the file in *directory* that rendering leaves as it is."""
    file, wanted = directory / SAMCONFIG, _deployment(bundle.extras[SAMCONFIG].decode())
    named = _NAMED in wanted["capabilities"]
    if not (bundle.tags or named) or not file.is_file():
        return
    if SAMCONFIG in bundle.changes(directory).changed:
        return
    found = _deployment(file.read_text("utf-8", errors="replace"))
    if bundle.tags and found.get("tags") != wanted["tags"]:
        line = f"tags = {json.dumps(wanted['tags'], ensure_ascii=False)}"
        yield Problem(str(file), f"is yours and has other tags; for these, write: {line}")
    if named and _NAMED not in found.get("capabilities", ""):
        yield Problem(str(file), f"is yours and lacks the capability for a named role: {_NAMED}")


def _deployment(text: str) -> Mapping[str, Any]:
    """Return the parameters of ``sam deploy`` in *text*; none where it cannot be read."""
    try:
        parameters = tomllib.loads(text)["default"]["deploy"]["parameters"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return {}
    return parameters if isinstance(parameters, dict) else {}
