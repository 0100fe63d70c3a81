"""Names that a root stack and its module can have in a repository of one's own."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import requires
from keyword import iskeyword, issoftkeyword
from pathlib import Path
from typing import Final

from ..deploy.plans import PLANS
from ..errors import Problem
from ..variants import RENAMED, VARIANTS

LENGTH: Final = 30
PATTERN: Final = re.compile(r"[a-z](_?[a-z0-9])*")
TAKEN: Final = {"build", "conftest", "setup", "templates_out", "tests"}
"""Names of other files and folders of the repository, or that its tools look for."""
OURS: Final = {"rdsproxy_client", "rdsproxy_demo", "rdsproxy_local", "rdsproxy_templates"}


def name_problems(name: str, place: str) -> Iterator[Problem]:
    """Yield why *name*, which *place* gives, cannot be that of a root stack and its module."""
    if len(name) > LENGTH or not PATTERN.fullmatch(name):
        sentence = (
            f"must be a lower-case name of Python, such as orders or web_shop, of at most {LENGTH} "
            "letters, digits and single underscores, because module, folder and stack are named "
            "so"
        )
        yield Problem(place, f"{sentence}; got {name!r}")
    elif iskeyword(name) or issoftkeyword(name):
        yield Problem(place, f"must not be a keyword of Python, got {name!r}")
    elif name in {*VARIANTS, *RENAMED, *PLANS}:
        sentence = "is a variant or plan of the library, and a stack of your own needs another name"
        yield Problem(place, f"{name!r} {sentence}")
    elif name in TAKEN or name.startswith("test_") or name.endswith("_test"):
        sentence = "is the name of another file of the repository, or of a test; choose another"
        yield Problem(place, f"{name!r} {sentence}")
    elif _is_a_modules(name):
        sentence = "is a module of Python or of a library, which yours would hide; choose another"
        yield Problem(place, f"{name!r} {sentence}")


def _is_a_modules(name: str) -> bool:
    return name in {*sys.stdlib_module_names, *OURS, *_required()} or _is_installed(name)


def _required() -> Iterator[str]:
    """Yield what the library and its extras require, installed or not, as modules are named."""
    for requirement in requires("rdsproxy_templates") or ():
        distribution = re.match(r"[\w.-]+", requirement)
        if distribution:
            yield re.sub(r"[-.]+", "_", distribution[0]).lower()


def _is_installed(name: str) -> bool:
    elsewhere = [entry for entry in sys.path if Path(entry).resolve() != Path.cwd()]
    found = PathFinder.find_spec(name, elsewhere)
    return found is not None and found.origin is not None  # a mere folder has none
