"""AWS's own validator, ``cloudformation-validate``: two milliseconds a template."""

from __future__ import annotations

import ctypes
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ..rendering import Bundle
from ..rendering.documents import document
from ..rendering.yaml import dump
from .findings import Finding, level_of
from .ignored import AWS_VALIDATOR, is_ignored
from .lines import located
from .rules.wiring import is_whole

if TYPE_CHECKING:
    from cloudformation_validate import CompositeEngine, Diagnostic


@cache
def engine() -> CompositeEngine:
    """Build the engine, once in a process: a quarter of a second."""
    from cloudformation_validate import CompositeEngine  # noqa: PLC0415

    built = CompositeEngine()
    # Never freed: its destructor takes longer than all of our rendering, and fails when the
    # interpreter shuts down.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(built))
    return built


def find(bundle: Bundle) -> list[Finding]:
    """Return everything from warning up that the validator finds in *bundle*.

    It reads each template as it was rendered, then the flat form, in which values that
    crossed a stack's border are seen where they arrive.
    """
    found = [
        _finding(diagnostic, file, diagnostic.start_line or 1)
        for file, text in bundle.templates.items()
        for diagnostic in _diagnostics(text)
    ]
    if not is_whole(bundle):
        return list(dict.fromkeys(found))
    flat, origins = bundle.flat()
    for diagnostic in _diagnostics(dump(document(flat, (), "flat"))):
        entity = diagnostic.entity.logical_id if diagnostic.entity else ""
        path = ("Resources", entity, *(diagnostic.property_path or "").split("."))
        found.append(_finding(diagnostic, *located(bundle, origins, path)))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=256)
def _diagnostics(text: str) -> tuple[Diagnostic, ...]:
    """Return what the validator finds in a template, less what we ignore."""
    from cloudformation_validate import (  # noqa: PLC0415
        DetailLevel,
        Severity,
        TemplateContent,
        ValidateConfig,
    )

    config = ValidateConfig(severity_level=Severity.WARN, detail_level=DetailLevel.STANDARD)
    report = engine().validate_template(TemplateContent(text), config)
    return tuple(
        diagnostic
        for diagnostic in report.diagnostics
        if not is_ignored(AWS_VALIDATOR, diagnostic.rule_id, diagnostic.property_path or "")
    )


def _finding(diagnostic: Diagnostic, file: str, line: int) -> Finding:
    return Finding(
        file=file,
        line=line,
        rule=diagnostic.rule_id,
        level=level_of(diagnostic.severity.name),
        sentence=diagnostic.message.rstrip("."),
        remedy=diagnostic.suggested_fix or "See the documentation of the resource type",
    )
