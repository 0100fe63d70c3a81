"""Shortcuts around work that libraries do at their start, and that the local cloud never needs.

They count only in a process that is the local cloud's own, before it imports moto.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

import botocore.loaders


def shorten() -> None:
    """Take the shortcuts."""
    # moto and boto3 make a loader for each of their sessions, and each reads AWS's models anew.
    botocore.loaders.create_loader = cache(botocore.loaders.create_loader)
    _import_schemas_only()


def _import_schemas_only() -> None:
    """Let cfn-lint's schemas be imported without its rules, which take half a second."""
    spec = find_spec("cfnlint")
    if spec is None or spec.submodule_search_locations is None:
        return
    package = ModuleType("cfnlint")
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = ModuleSpec("cfnlint", None, is_package=True)
    sys.modules["cfnlint"] = package
