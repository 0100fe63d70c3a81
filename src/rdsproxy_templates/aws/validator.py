"""Engine of AWS's own validator, ``cloudformation-validate``."""

from __future__ import annotations

import atexit
import ctypes
from collections.abc import Callable, Sequence
from functools import cache, partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final

from . import processes
from .documentation import CLOUDFORMATION_GUIDE

if TYPE_CHECKING:
    from cloudformation_validate import CompositeEngine

SECTION_PAGES: Final = {
    name: f"{name.lower()}-section-structure.html"
    for name in ("Conditions", "Mappings", "Metadata", "Outputs", "Parameters", "Rules")
}
"""Pages of CloudFormation's guide about the sections of a template."""
Diagnostic = dict[str, Any]
"""What the validator says of one place of a template."""

_ONCE: Final = Lock()
_early: list[processes.Worker] = []


def start_engine() -> None:
    """Build the engine in another thread while the caller imports and renders.

    It is native code, which runs beside Python's.
    """
    Thread(target=engine, name="engine of cloudformation-validate", daemon=True).start()


def engine() -> CompositeEngine:
    """Return the engine; to build it, once in a process, takes a quarter of a second."""
    with _ONCE:
        return _built()


@cache
def _built() -> CompositeEngine:
    from cloudformation_validate import CompositeEngine  # noqa: PLC0415

    built = CompositeEngine()
    # Never freed: its destructor takes longer than all of our rendering, and fails when the
    # interpreter shuts down.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(built))
    return built


def _is_built() -> bool:
    return bool(_built.cache_info().currsize)


def start_process() -> None:
    """Start a process that builds its own engine, for the next :func:`begun`.

    It gains where a core is free: in a thread each of the validator's calls waits until Python
    lets go of its lock. A process that has an engine needs no other, and nobody needs two.
    """
    if not (_early or _is_built()):
        atexit.register(stop_process)
        _early.append(processes.started("aws.validator_worker"))


def stop_process() -> None:
    """End the process that was started, if nothing was given to it."""
    while _early:
        processes.ended(_early.pop())


def begun(texts: Sequence[str]) -> Callable[[], list[list[Diagnostic]]]:
    """Give *texts* to the process that was started, and return how to wait for its diagnostics.

    Without such a process they are worked out when they are waited for.
    """
    if not (texts and _early):
        return lambda: [*map(diagnostics, texts)]
    process = _early.pop()
    processes.send(process, texts)
    found: Callable[[], list[list[Diagnostic]]] = partial(
        processes.finished, process, "cloudformation-validate"
    )
    return found


def diagnostics(text: str) -> list[Diagnostic]:
    """Return everything from warning up that the validator finds in a template."""
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
