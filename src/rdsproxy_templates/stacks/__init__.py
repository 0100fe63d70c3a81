"""One module for each child template: ``Config``, ``Inputs``, ``Outputs`` and ``build``."""

from . import (
    bastion,
    database,
    database_vpc,
    endpoints,
    function_vpc,
    public_network,
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
    "bastion",
    "database",
    "database_vpc",
    "endpoints",
    "function_vpc",
    "public_network",
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
