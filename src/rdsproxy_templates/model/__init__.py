"""CloudFormation's model, without any service of AWS: settings, ports, stacks, templates.

A module is imported when a name of it is first used: whoever only reads templates needs neither
pydantic nor troposphere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy_names import importer

if TYPE_CHECKING:
    from .port import ParameterAttributes, Port
    from .ports import Ports
    from .settings import ListOf, NumberOf, OptionalPairOf, Settings
    from .stack import Child, Stack, StackModule, nest, summary
    from .template import Template
    from .text import sub
    from .values import Expression, LocalPath, Value, Values
    from .wording import did_you_mean, shown

__all__ = [
    "Child",
    "Expression",
    "ListOf",
    "LocalPath",
    "NumberOf",
    "OptionalPairOf",
    "ParameterAttributes",
    "Port",
    "Ports",
    "Settings",
    "Stack",
    "StackModule",
    "Template",
    "Value",
    "Values",
    "did_you_mean",
    "nest",
    "shown",
    "sub",
    "summary",
]

_MODULES: Final = {
    **dict.fromkeys(("ParameterAttributes", "Port"), ".port"),
    "Ports": ".ports",
    **dict.fromkeys(("ListOf", "NumberOf", "OptionalPairOf", "Settings"), ".settings"),
    **dict.fromkeys(("Child", "Stack", "StackModule", "nest", "summary"), ".stack"),
    "Template": ".template",
    "sub": ".text",
    **dict.fromkeys(("Expression", "LocalPath", "Value", "Values"), ".values"),
    **dict.fromkeys(("did_you_mean", "shown"), ".wording"),
}

if not TYPE_CHECKING:  # else a checker takes any name
    __getattr__ = importer(__name__, _MODULES)


def __dir__() -> list[str]:
    return __all__
