"""Environment variables that configure a function, and their validation."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

FAMILIES = ("MYSQL", "POSTGRESQL")
SCHEMES = {"mysql": "MYSQL", "postgresql": "POSTGRESQL", "postgres": "POSTGRESQL"}
TLS_MODES = {"disable": False, "verify-full": True}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Misconfigured(Exception):
    """A setting of the function is wrong; the message names the setting, and no secret."""


class Target(NamedTuple):
    """Address of a database; only a URL has a user, and may do without TLS."""

    host: str
    port: int
    database: str
    tls: bool = True
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Target({self.host}:{self.port}/{self.database})"


def variable(name: str, *, instead: str | None = None) -> str:
    """Read the variable *name*, or else *instead*. Raises :class:`Misconfigured` without both."""
    for one in (name, instead):
        if one and (text := os.environ.get(one)):
            return text
    raise _lacking([_either(name, instead)])


def port(default: int) -> int:
    """Read the database's port."""
    text = os.environ.get("RDS_PORT") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise Misconfigured(f"RDS_PORT must be a port number, not {text!r}.")
    return int(text)


def engine_family() -> str:
    """Read the engine family of RDS Proxy, ``MYSQL`` or ``POSTGRESQL``."""
    if text := os.environ.get("DATABASE_URL"):
        scheme = text.partition(":")[0].partition("+")[0]
        if scheme not in SCHEMES:
            raise Misconfigured("DATABASE_URL must begin with mysql:// or postgresql://.")
        return SCHEMES[scheme]
    family = os.environ.get("RDS_ENGINE_FAMILY", "MYSQL")
    if family not in FAMILIES:
        raise Misconfigured(f"RDS_ENGINE_FAMILY must be MYSQL or POSTGRESQL, not {family!r}.")
    return family


def target(default_port: int, *, read_only: bool = False) -> Target:
    """Read the database's address. Raises :class:`Misconfigured`, which names all that lacks."""
    if text := os.environ.get("DATABASE_URL"):
        return _of_url(text, default_port)
    needs = [("RDS_PROXY_ENDPOINT", "RDS_HOST"), ("RDS_DATABASE_NAME", None)]
    if not os.environ.get("RDS_SECRET_ARN"):
        needs += [("RDS_USER", None), ("AWS_REGION", None)]
    missing = [
        _either(name, instead)
        for name, instead in needs
        if not (os.environ.get(name) or os.environ.get(instead or ""))
    ]
    if missing:
        raise _lacking(missing)
    host = variable("RDS_PROXY_ENDPOINT", instead="RDS_HOST")
    if read_only:
        host = variable("RDS_PROXY_READ_ONLY_ENDPOINT")
    return Target(host, port(default_port), variable("RDS_DATABASE_NAME"))


def has_reader() -> bool:
    """Return true if the environment names a read-only endpoint."""
    names = os.environ
    return bool(names.get("RDS_PROXY_READ_ONLY_ENDPOINT")) and not names.get("DATABASE_URL")


def _of_url(text: str, default_port: int) -> Target:
    """Read ``engine://user:password@host:port/database``; its parts are percent-encoded."""
    from urllib.parse import parse_qs, unquote, urlsplit  # noqa: PLC0415 - not needed in Lambda

    try:
        parts = urlsplit(text)
        number = default_port if parts.port is None else parts.port
    except ValueError:
        raise Misconfigured(
            "DATABASE_URL is not a URL: in user and password, write / as %2F, # as %23, and so on."
        ) from None
    host, name = parts.hostname, unquote(parts.path.removeprefix("/"))
    if not (host and name and parts.username and number):
        raise Misconfigured("DATABASE_URL must be engine://user:password@host:port/database.")
    if parts.password and os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        raise Misconfigured(
            "DATABASE_URL has a password, which anybody who may see the function can read; it is"
            " for laptops. Log in with RDS_USER or RDS_SECRET_ARN."
        )
    query = parse_qs(parts.query)
    (mode, *_) = query.pop("sslmode", ["disable" if host in LOOPBACK else "verify-full"])
    if query or mode not in TLS_MODES:
        raise Misconfigured("DATABASE_URL takes only sslmode=disable or sslmode=verify-full.")
    user, password = unquote(parts.username), unquote(parts.password or "")
    return Target(host, number, name, TLS_MODES[mode], user, password)


def _either(name: str, instead: str | None) -> str:
    return f"{name} or {instead}" if instead else name


def _lacking(names: Sequence[str]) -> Misconfigured:
    listed = ", ".join(names)
    return Misconfigured(f"The function's environment lacks {listed}; set it in the template.")
