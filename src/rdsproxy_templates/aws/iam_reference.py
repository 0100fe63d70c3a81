"""IAM's actions and the resources that each takes, in the edition that comes with cfn-lint.

A file of two megabytes, read when something asks, without an import of cfn-lint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

FILE: Final = "data/AdditionalSpecs/Policies.json"


def is_known(action: str) -> bool:
    """True if IAM has *action*, such as ``rds:CreateDBProxy``, in any spelling of its letters."""
    return _entry(action) is not None


def kinds_of(action: str) -> frozenset[str]:
    """Return the kinds of resources that a statement can narrow *action* to; none for some."""
    return frozenset((_entry(action) or {}).get("Resources", ()))


def _entry(action: str) -> Mapping[str, Any] | None:
    service, _, name = action.partition(":")
    found: Mapping[str, Any] | None = (
        _services().get(service, {}).get("Actions", {}).get(name.lower())
    )
    return found


@cache
def _services() -> Mapping[str, Any]:
    spec = find_spec("cfnlint")
    assert spec is not None  # noqa: S101 - a dependency
    assert spec.origin is not None  # noqa: S101 - a package with an __init__.py
    found: Mapping[str, Any] = json.loads((Path(spec.origin).parent / FILE).read_text("utf-8"))
    return found
