"""The one connection of this execution environment, to MySQL through RDS Proxy."""

from __future__ import annotations

import os
import ssl
import time
from pathlib import Path
from typing import Any

import pymysql

from rds_token import token

PORT = 3306
IDLE_SECONDS = 30
"""After this long without a statement the connection is tried before it is used."""

# RDS Proxy shows a certificate of Amazon's own roots. A context verifies chain and name; to
# name the roots to the driver alone would verify neither.
TLS = ssl.create_default_context(cafile=str(Path(__file__).parent / "amazon_roots.pem"))


class Connection:
    """Opened at the first statement, reused until it is lost."""

    def __init__(self) -> None:
        self._open: Any = None
        self._used = 0.0

    def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of one statement; *values* are bound to its ``%s``, never written into it."""
        try:
            with self._alive().cursor() as cursor:
                cursor.execute(statement, values or None)
                rows = list(cursor.fetchall())
        except (pymysql.err.OperationalError, pymysql.err.InterfaceError):
            self._close()
            raise
        self._used = time.monotonic()
        return rows

    def _alive(self) -> Any:
        if self._open and time.monotonic() - self._used > IDLE_SECONDS:
            try:
                self._open.ping(reconnect=False)
            except (pymysql.err.MySQLError, OSError):
                self._close()
        if not self._open:
            self._open = _connected()
        return self._open

    def _close(self) -> None:
        if self._open:
            self._open._force_close()  # noqa: SLF001 - a polite goodbye would wait for the lost
        self._open = None


def _connected() -> Any:
    host, user = os.environ["RDS_PROXY_ENDPOINT"], os.environ["RDS_USER"]
    return pymysql.connect(
        host=host,
        port=PORT,
        user=user,
        password=token(host, PORT, user, os.environ["AWS_REGION"]),
        database=os.environ["RDS_DATABASE_NAME"],
        ssl=TLS,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=5,
        read_timeout=10,
        write_timeout=10,
    )
