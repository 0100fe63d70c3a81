"""CloudFormation families for serverless services on a database behind RDS Proxy."""

from .errors import ConfigError, Problem, TemplatesError, ValidationFailed, WiringError
from .frame import Bundle, Nesting, nest
from .packaging import render

__all__ = [
    "Bundle",
    "ConfigError",
    "Nesting",
    "Problem",
    "TemplatesError",
    "ValidationFailed",
    "WiringError",
    "nest",
    "render",
]
