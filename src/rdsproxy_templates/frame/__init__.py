"""The frame: what every stack is made of, whatever it creates."""

from .bundle import Bundle
from .flat import Origin, flattened, with_defaults
from .ports import ParameterAttributes, Port, Ports
from .render import NESTINGS, Nesting, render
from .settings import Settings, did_you_mean
from .stack import Child, Stack, StackModule, nest, summary
from .template import Template
from .text import sub
from .values import LocalPath, Value, Values

__all__ = [
    "NESTINGS",
    "Bundle",
    "Child",
    "LocalPath",
    "Nesting",
    "Origin",
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
    "flattened",
    "nest",
    "render",
    "sub",
    "summary",
    "with_defaults",
]
