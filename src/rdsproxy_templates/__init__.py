"""CloudFormation templates for serverless services on a database behind RDS Proxy.

Everything that a consumer needs is here, or in the submodules :mod:`stacks`, :mod:`variants` and
:mod:`audit`. Any other module is internal, and may change without notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import Field

    from . import audit, errors, stacks, variants
    from .aws import kinds
    from .errors import ConfigError, InvalidTemplateError, Problem, TemplatesError, WiringError
    from .model import (
        Child,
        ListOf,
        LocalPath,
        OptionalPairOf,
        ParameterAttributes,
        Ports,
        Settings,
        Stack,
        StackModule,
        Value,
        Values,
        nest,
        pseudo_parameters,
        sub,
    )
    from .model.customization import Override
    from .pipeline import render
    from .rendering import Bundle, Nesting
    from .validators import Finding, refuse, validate

__all__ = [
    "Bundle",
    "Child",
    "ConfigError",
    "Field",
    "Finding",
    "InvalidTemplateError",
    "ListOf",
    "LocalPath",
    "Nesting",
    "OptionalPairOf",
    "Override",
    "ParameterAttributes",
    "Ports",
    "Problem",
    "Settings",
    "Stack",
    "StackModule",
    "TemplatesError",
    "Value",
    "Values",
    "WiringError",
    "audit",
    "errors",
    "kinds",
    "nest",
    "pseudo_parameters",
    "refuse",
    "render",
    "stacks",
    "sub",
    "validate",
    "variants",
]

_SUBMODULES: Final = {
    "audit": ".audit",
    "errors": ".errors",
    "kinds": ".aws.kinds",
    "pseudo_parameters": ".model.pseudo_parameters",
    "stacks": ".stacks",
    "variants": ".variants",
}
_PLACES: Final = {
    "Field": "pydantic",
    **dict.fromkeys(("Finding", "refuse", "validate"), ".validators"),
    **dict.fromkeys(("Bundle", "Nesting"), ".rendering"),
    "Override": ".model.customization",
    "render": ".pipeline",
    **dict.fromkeys(
        ("ConfigError", "InvalidTemplateError", "Problem", "TemplatesError", "WiringError"),
        ".errors",
    ),
}
"""Modules that names are imported from when they are used first; all others from ``model``."""

if not TYPE_CHECKING:  # else a checker takes any name

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name in _SUBMODULES:
            return import_module(_SUBMODULES[name], __name__)
        return getattr(import_module(_PLACES.get(name, ".model"), __name__), name)


def __dir__() -> list[str]:
    return __all__
