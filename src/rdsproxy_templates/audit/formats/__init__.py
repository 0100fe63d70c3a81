"""Reports in the forms that people and programs read: text, JSON, SARIF, JUnit and GitHub's.

Each is a module with a function from findings to text, imported when a report takes the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from ...validators.findings import Finding

_MODULES: Final[Mapping[str, str]] = {"json": "json_report"}
"""Modules whose name is not that of the form."""


def report_in(form: str, findings: Sequence[Finding]) -> str:
    """Write *findings* in a *form*."""
    module = import_module(f".{_MODULES.get(form, form)}", __name__)
    return str(module.written(findings))
