"""Child stacks, a module each with ``Config``, ``Inputs``, ``Outputs`` and ``build``.

A module is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .app import function_role, functions
    from .bastion import bastion_host
    from .data import (
        connect_role,
        database,
        existing_rds,
        kms_key,
        public_database,
        rds,
        rotation,
        secrets,
        two_proxies,
        user_secrets,
        users,
    )
    from .edge import api_key, distribution, web_acl
    from .network import (
        database_vpc,
        endpoint_security_group,
        endpoints,
        function_vpc,
        proxy_vpc,
        public_network,
        public_vpc,
        service_groups,
        shared_vpc,
        vpc,
    )

_FOLDERS: Final = {
    "api_key": "edge",
    "bastion_host": "bastion",
    "connect_role": "data",
    "database": "data",
    "database_vpc": "network",
    "distribution": "edge",
    "endpoint_security_group": "network",
    "endpoints": "network",
    "existing_rds": "data",
    "function_role": "app",
    "function_vpc": "network",
    "functions": "app",
    "kms_key": "data",
    "proxy_vpc": "network",
    "public_database": "data",
    "public_network": "network",
    "public_vpc": "network",
    "rds": "data",
    "rotation": "data",
    "secrets": "data",
    "service_groups": "network",
    "shared_vpc": "network",
    "two_proxies": "data",
    "user_secrets": "data",
    "users": "data",
    "vpc": "network",
    "web_acl": "edge",
}

__all__ = [
    "api_key",
    "bastion_host",
    "connect_role",
    "database",
    "database_vpc",
    "distribution",
    "endpoint_security_group",
    "endpoints",
    "existing_rds",
    "function_role",
    "function_vpc",
    "functions",
    "kms_key",
    "proxy_vpc",
    "public_database",
    "public_network",
    "public_vpc",
    "rds",
    "rotation",
    "secrets",
    "service_groups",
    "shared_vpc",
    "two_proxies",
    "user_secrets",
    "users",
    "vpc",
    "web_acl",
]

if not TYPE_CHECKING:  # else a checker takes any name

    def __getattr__(name: str) -> ModuleType:
        if name not in _FOLDERS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f".{_FOLDERS[name]}.{name}", __name__)


def __dir__() -> list[str]:
    return __all__
