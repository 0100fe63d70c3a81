"""CloudFormation's model, without any service of AWS: settings, ports, stacks, templates."""

from .port import ParameterAttributes, Port
from .ports import Ports
from .setting_problems import did_you_mean, shown
from .settings import ListOf, NumberOf, OptionalPairOf, Settings
from .stack import Child, Stack, StackModule, nest, summary
from .template import Template
from .text import sub
from .values import Expression, LocalPath, Value, Values

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
