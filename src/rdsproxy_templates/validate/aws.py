"""AWS's own validator, ``cloudformation-validate``: two milliseconds a template."""

from __future__ import annotations

import atexit
from functools import cache
from typing import TYPE_CHECKING

from ..frame import Bundle
from .findings import Finding, Level
from .ignored import AWS_VALIDATOR, is_ignored

if TYPE_CHECKING:
    from cloudformation_validate import CompositeEngine


@cache
def engine() -> CompositeEngine:
    """The engine, built once in a process: a quarter of a second."""
    from cloudformation_validate import CompositeEngine  # noqa: PLC0415

    # Its destructor needs a module that is gone once the interpreter shuts down.
    atexit.register(engine.cache_clear)
    return CompositeEngine()


def find(bundle: Bundle) -> list[Finding]:
    """Everything from warning up that the validator says of each template of *bundle*."""
    return [
        finding for file, text in bundle.templates.items() for finding in _of_template(file, text)
    ]


def _of_template(file: str, text: str) -> list[Finding]:
    from cloudformation_validate import (  # noqa: PLC0415
        DetailLevel,
        Severity,
        TemplateContent,
        ValidateConfig,
    )

    levels: dict[Severity, Level] = {
        Severity.FATAL: "error",
        Severity.ERROR: "error",
        Severity.WARN: "warning",
    }
    config = ValidateConfig(severity_level=Severity.WARN, detail_level=DetailLevel.STANDARD)
    report = engine().validate_template(TemplateContent(text, file), config)
    return [
        Finding(
            file=file,
            line=found.start_line or 1,
            rule=found.rule_id,
            level=levels[found.severity],
            sentence=found.message.rstrip("."),
            remedy=found.suggested_fix or "See the documentation of the resource type",
        )
        for found in report.diagnostics
        if found.severity in levels
        and not is_ignored(AWS_VALIDATOR, found.rule_id, found.property_path or "")
    ]
