"""Data access for the functions of a service behind Amazon RDS Proxy: no framework, no boto3.

``docs/client.md`` of rdsproxy_templates is the manual. Public are this module's names, and the
modules ``web`` and ``testing``; all others are internal.
"""

from __future__ import annotations

from .database import Database
from .deadline import within_invocation
from .drivers import Credentials, ca_file, credentials, token
from .environment import Misconfigured
from .errors import (
    DatabaseError,
    Fault,
    Misused,
    NotUnderstood,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from .result import Result, Row
from .transaction import Transaction

__all__ = [
    "Credentials",
    "Database",
    "DatabaseError",
    "Fault",
    "Misconfigured",
    "Misused",
    "NotUnderstood",
    "OutcomeUnknown",
    "Refused",
    "Result",
    "Row",
    "Transaction",
    "Unavailable",
    "ca_file",
    "credentials",
    "token",
    "within_invocation",
]

__version__ = "0.1.0"
