"""Login for drivers of one's own: SQLAlchemy, psycopg, asyncpg, Django, and any other."""

from __future__ import annotations

import os
from typing import NamedTuple

from . import environment
from .engine import ROOTS, chosen_engine
from .login import Token, chosen_login


class Credentials(NamedTuple):
    """Address and login of the database. A token in *password* is good for 15 minutes.

    If *tls* is true, as always but for a plain URL, verify the chain and the host's name, with the
    roots of :func:`ca_file`.
    """

    host: str
    port: int
    database: str
    user: str
    password: str
    tls: bool

    def __repr__(self) -> str:
        return f"Credentials({self.user}@{self.host}:{self.port}/{self.database})"


def credentials(*, read_only: bool = False) -> Credentials:
    """Return a fresh login for a new connection, with a token or the password of a secret.

    With *read_only*, it is for the read-only endpoint, where one is wired. A token is signed
    here; a secret, or a role of another account, is a call to AWS.
    """
    to_reader = read_only and environment.has_reader()
    target = environment.target(chosen_engine().PORT, read_only=to_reader)
    user, password = chosen_login().credentials(target.host, target.port)
    return Credentials(target.host, target.port, target.database, user, password, target.tls)


def token(*, read_only: bool = False) -> str:
    """Return the token of :func:`credentials`, for drivers that take a function as password."""
    if not isinstance(chosen_login(), Token):
        raise environment.Misconfigured(
            "The environment configures a password, not a token: use credentials()."
        )
    return credentials(read_only=read_only).password


def ca_file() -> str:
    """Return the path of the trusted roots: ``RDS_CA_FILE``, or Amazon's, as of RDS Proxy."""
    return os.environ.get("RDS_CA_FILE") or str(ROOTS)
