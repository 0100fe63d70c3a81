"""One module for each child template: ``Config``, ``Inputs``, ``Outputs`` and ``build``."""

from . import (
    endpoints,
    function_vpc,
    rds,
    rotation,
    sam,
    secrets,
    two_functions,
    two_proxies,
    user_secrets,
    users,
    vpc,
)

__all__ = [
    "endpoints",
    "function_vpc",
    "rds",
    "rotation",
    "sam",
    "secrets",
    "two_functions",
    "two_proxies",
    "user_secrets",
    "users",
    "vpc",
]
