"""The logs that each engine exports to CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

# CreateDBCluster and CreateDBInstance, EnableCloudwatchLogsExports; parameters: "Using advanced
# auditing with an Amazon Aurora MySQL DB cluster", "RDS for MySQL slow query and general logs".
# Slow statements are always written; errors, upgrades and refused IAM logins need no parameter.
_GENERAL: Final = MappingProxyType({"general_log": "1", "log_output": "FILE"})
_AUDIT: Final = MappingProxyType({"server_audit_logging": "1", "server_audit_events": "{events}"})
EXPORTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = MappingProxyType({
    "aurora-mysql": {
        "audit": _AUDIT, "error": NOTHING, "general": _GENERAL, "iam-db-auth-error": NOTHING,
        "instance": NOTHING, "slowquery": NOTHING,
    },
    "aurora-postgresql": {
        "iam-db-auth-error": NOTHING, "instance": NOTHING, "postgresql": NOTHING,
    },
    "mysql": {
        "audit": NOTHING, "error": NOTHING, "general": _GENERAL, "iam-db-auth-error": NOTHING,
        "slowquery": NOTHING,
    },
    "postgres": {"iam-db-auth-error": NOTHING, "postgresql": NOTHING, "upgrade": NOTHING},
})  # fmt: skip
"""Logs that each engine exports, with the parameters that it writes them with."""
