"""One module for each child template: ``Config``, ``Inputs``, ``Outputs`` and ``build``."""

from . import rds, sam, secrets, vpc

__all__ = ["rds", "sam", "secrets", "vpc"]
