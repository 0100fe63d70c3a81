"""Diagnosis of a failed connection: its cause and its remedy, from the driver's error."""

from __future__ import annotations

import os
import socket
import ssl
from typing import NamedTuple

from .engine import Engine
from .errors import Fault

OTHER_NAME, EXPIRED = (62, 64), 10
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH and CERT_HAS_EXPIRED."""

_NO_TLS = ("2026", "Server refuses SSL")


class Diagnosis(NamedTuple):
    """Name of the cause, and the remedy in a sentence; neither contains a secret."""

    cause: str
    remedy: str


def diagnosed(error: Exception, engine: Engine, host: str, port: int) -> Diagnosis:
    """Diagnose the *error* of a connection to *host*."""
    # PyMySQL wraps the original error in its own.
    met: BaseException = getattr(error, "original_exception", error)
    match met:
        case ssl.SSLCertVerificationError():
            return _certificate(met, host)
        case ssl.SSLError():
            return Diagnosis("tls_failed", f"Enable TLS 1.2 or newer at {host}:{port}.")
        case socket.gaierror():
            return Diagnosis(
                "name_not_resolved",
                f"{host} does not resolve here: check RDS_PROXY_ENDPOINT or RDS_HOST, and"
                " the DNS settings of the VPC.",
            )
        case ConnectionRefusedError():
            return Diagnosis("port_refused", f"Nothing listens at {host}:{port}: check RDS_PORT.")
        case TimeoutError():
            return Diagnosis(
                "no_answer",
                f"Let the function reach {host}:{port}: check security groups and routes.",
            )
    if engine.fault(error) is Fault.DENIED:
        return Diagnosis("login_refused", _login())
    if engine.fault(error) is Fault.FORBIDDEN or engine.number(error) in ("1049", "3D000"):
        return Diagnosis("database_refused", "Check RDS_DATABASE_NAME and the user's grants.")
    if any(word in map(str, error.args) for word in _NO_TLS):
        return Diagnosis("no_tls", f"Turn on TLS at {host}:{port}; nothing is sent without it.")
    return Diagnosis("not_connected", "Look up the error number in the database's documentation.")


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> Diagnosis:
    if error.verify_code in OTHER_NAME:
        remedy = f"Use a host name that is in the database's certificate; {host} is not."
        return Diagnosis("certificate_of_another_name", remedy)
    if error.verify_code == EXPIRED:
        return Diagnosis("certificate_expired", f"Renew the certificate of {host}.")
    file = os.environ.get("RDS_CA_FILE", "the layer's amazon_roots.pem")
    remedy = f"Point RDS_CA_FILE at the roots of {host}'s certificate; they are not in {file}."
    return Diagnosis("certificate_not_trusted", remedy)


def _login() -> str:
    if os.environ.get("DATABASE_URL"):
        return "Check user and password of DATABASE_URL."
    if arn := os.environ.get("RDS_SECRET_ARN"):
        return f"Check that {arn} has the user's password, and that the proxy uses this secret."
    user, role = os.environ.get("RDS_USER"), os.environ.get("RDS_CONNECT_ROLE_ARN")
    who = role or "the function's role"
    return f"Allow {who} rds-db:connect as {user}, and let the proxy authenticate this user."
