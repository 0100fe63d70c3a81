"""What a person must change for the function to reach its database, told from a driver's error."""

from __future__ import annotations

import os
import socket
import ssl
from typing import NamedTuple

from engine import Engine, Fault

OTHER_NAME, EXPIRED = (62, 64), 10
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH and CERT_HAS_EXPIRED."""

_NO_TLS = ("2026", "Server refuses SSL")


class Diagnosis(NamedTuple):
    """A name for what is wrong, and what to do; neither holds a secret."""

    cause: str
    remedy: str


def diagnosed(error: Exception, engine: Engine, host: str, port: int) -> Diagnosis:
    """Why there is no connection to *host*."""
    # PyMySQL hides what it met within its own error.
    met: BaseException = getattr(error, "original_exception", error)
    match met:
        case ssl.SSLCertVerificationError():
            return _certificate(met, host)
        case ssl.SSLError():
            return Diagnosis("tls_failed", f"Make {host}:{port} speak TLS 1.2 or newer.")
        case socket.gaierror():
            return Diagnosis(
                "name_not_resolved",
                f"{host} has no address here: look at the name in RDS_PROXY_ENDPOINT or RDS_HOST,"
                " and at the DNS settings of the VPC.",
            )
        case ConnectionRefusedError():
            return Diagnosis("port_refused", f"Nothing listens at {host}:{port}: see RDS_PORT.")
        case TimeoutError():
            return Diagnosis(
                "no_answer",
                f"Let the function reach {host}:{port}: security groups of both sides, routes.",
            )
    if engine.fault(error) is Fault.DENIED:
        return Diagnosis("login_refused", _login())
    if engine.fault(error) is Fault.FORBIDDEN or engine.number(error) in ("1049", "3D000"):
        return Diagnosis("database_refused", "Look at RDS_DATABASE_NAME, and the user's grants.")
    if any(word in map(str, error.args) for word in _NO_TLS):
        return Diagnosis("no_tls", f"Turn TLS on at {host}:{port}; without it nothing is sent.")
    return Diagnosis("not_connected", "See the number in the database's documentation.")


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> Diagnosis:
    if error.verify_code in OTHER_NAME:
        remedy = f"Name the database as its certificate does; {host} is not in it."
        return Diagnosis("certificate_of_another_name", remedy)
    if error.verify_code == EXPIRED:
        return Diagnosis("certificate_expired", f"Renew the certificate of {host}.")
    file = os.environ.get("RDS_CA_FILE", "the layer's amazon_roots.pem")
    remedy = f"Have RDS_CA_FILE name the roots of {host}'s certificate; they are not in {file}."
    return Diagnosis("certificate_not_trusted", remedy)


def _login() -> str:
    if arn := os.environ.get("RDS_SECRET_ARN"):
        return f"Make the password in {arn} the user's, and give the proxy this secret."
    user, role = os.environ.get("RDS_USER"), os.environ.get("RDS_CONNECT_ROLE_ARN")
    who = role or "the function's role"
    return f"Allow {who} rds-db:connect as {user}, and have the proxy know this user."
