"""CloudFormation templates for serverless services on a database behind RDS Proxy.

Everything that a consumer needs is here, or in the submodules :mod:`stacks` and
:mod:`variants`. Any other module is internal, and may change without notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import Field

from . import errors, stacks, variants
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
from .pipeline import render
from .rendering import Bundle, Nesting

if TYPE_CHECKING:
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

if not TYPE_CHECKING:  # else a checker takes any name

    def __getattr__(name: str) -> Any:
        # Validators are slow to import, and whoever only builds stacks needs none.
        if name not in {"Finding", "refuse", "validate"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(".validators", __name__), name)


def __dir__() -> list[str]:
    return __all__
