"""CloudFormation families for serverless services on a database behind RDS Proxy."""

from .errors import ConfigError, Problem, TemplatesError, ValidationFailed, WiringError
from .model import nest
from .pipeline import render
from .rendering import Bundle, Nesting

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
