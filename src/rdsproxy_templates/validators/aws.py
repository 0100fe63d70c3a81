"""AWS's own validator, ``cloudformation-validate``: two milliseconds a template.

Its verdicts are kept between processes, because its engine takes a quarter of a second to start.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import metadata
from typing import Any, Final

from .. import cache
from ..aws.documentation import CLOUDFORMATION_GUIDE
from ..aws.validator import engine
from ..rendering.bundle import Bundle
from ..rendering.documents import document
from ..rendering.yaml import dump
from .findings import Finding, level_of
from .ignored import AWS_VALIDATOR, is_ignored
from .lines import located
from .rules.wiring import is_whole

SECTION_PAGES: Final = {
    name: f"{name.lower()}-section-structure.html"
    for name in ("Conditions", "Mappings", "Metadata", "Outputs", "Parameters", "Rules")
}
"""Pages of CloudFormation's guide about the sections of a template."""
Diagnostic = dict[str, Any]
"""What the validator says of one place of a template."""

PACKAGE: Final = "cloudformation-validate"
KEPT_FORM: Final = 3
"""Number of the form of a kept verdict; a change of :data:`Diagnostic` takes the next one."""


def find(bundle: Bundle) -> list[Finding]:
    """Return everything from warning up that the validator finds in *bundle*.

    It reads each template as it was rendered, then the flat form, in which values that
    crossed a stack's border are seen where they arrive.
    """
    flat, origins = bundle.flat() if is_whole(bundle) else (None, {})
    whole = dump(document(flat, (), "flat")) if flat else None
    found = [
        _finding(diagnostic, file, diagnostic["line"])
        for file, text in bundle.templates.items()
        for diagnostic in _diagnostics(text)
    ]
    for diagnostic in _diagnostics(whole) if whole else ():
        path = ("Resources", diagnostic["resource"], *diagnostic["property"].split("."))
        found.append(_finding(diagnostic, *located(bundle, origins, path)))
    return list(dict.fromkeys(found))


def _diagnostics(text: str) -> list[Diagnostic]:
    """Return what the validator finds in a template, less what we ignore."""
    return [
        one
        for one in verdict(text)
        if not is_ignored(AWS_VALIDATOR, one["rule"], one["property"], one["message"])
    ]


@lru_cache(maxsize=256)
def verdict(text: str) -> list[Diagnostic]:
    """Return all that the validator says of a template, now or when it last saw it."""
    key = cache.key_of(metadata.version(PACKAGE), KEPT_FORM, text)
    verdict: list[Diagnostic] | None = cache.remembered(PACKAGE, key)
    if verdict is None:
        verdict = _validated(text)
        cache.remember(PACKAGE, key, verdict)
    return verdict


def _validated(text: str) -> list[Diagnostic]:
    from cloudformation_validate import (  # noqa: PLC0415
        DetailLevel,
        Severity,
        TemplateContent,
        ValidateConfig,
    )

    config = ValidateConfig(severity_level=Severity.WARN, detail_level=DetailLevel.STANDARD)
    report = engine().validate_template(TemplateContent(text), config)
    return [
        {
            "rule": one.rule_id,
            "severity": one.severity.name,
            "message": one.message,
            "remedy": one.suggested_fix or _documentation(one),
            "resource": (one.entity and one.entity.logical_id) or "",
            "property": one.property_path or "",
            "line": one.start_line or 1,
            "column": one.start_column or 1,
        }
        for one in report.diagnostics
    ]


def _documentation(diagnostic: Any) -> str:
    """Name the page about what *diagnostic* speaks of: a type, or a section of a template."""
    entity = diagnostic.entity
    if entity and entity.resource_type:
        return f"See the documentation of {entity.resource_type}"
    path = (diagnostic.property_path or "").replace(".", "/")
    page = SECTION_PAGES.get(path.partition("/")[0], "template-anatomy.html")
    return f"See {CLOUDFORMATION_GUIDE}{page}"


def _finding(diagnostic: Diagnostic, file: str, line: int) -> Finding:
    return Finding(
        file=file,
        line=line,
        rule=diagnostic["rule"],
        level=level_of(diagnostic["severity"]),
        sentence=diagnostic["message"].rstrip("."),
        remedy=diagnostic["remedy"],
    )
