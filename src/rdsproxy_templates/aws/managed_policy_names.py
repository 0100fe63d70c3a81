"""Names of AWS's managed policies, as SAM's translator knows them."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

FILE: Final = "internal/data/aws_managed_policies.json"


@cache
def managed_policy_names() -> frozenset[str]:
    """Every name that may stand for a policy of AWS's, without an import of the translator."""
    spec = find_spec("samtranslator")
    assert spec is not None  # noqa: S101 - a dependency
    assert spec.origin is not None  # noqa: S101 - a package with an __init__.py
    found = json.loads((Path(spec.origin).parent / FILE).read_text("utf-8"))
    return frozenset(found["aws"])
