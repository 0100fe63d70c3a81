"""CloudFormation families for serverless services on a database behind RDS Proxy."""

from .errors import ConfigError, InvalidTemplateError, Problem, TemplatesError, WiringError
from .model import nest
from .pipeline import render
from .rendering import Bundle, Nesting

__all__ = [
    "Bundle",
    "ConfigError",
    "InvalidTemplateError",
    "Nesting",
    "Problem",
    "TemplatesError",
    "WiringError",
    "nest",
    "render",
]
