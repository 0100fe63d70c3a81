"""SCRAM verifiers, computed here so that no log of statements contains a password."""

from __future__ import annotations

from base64 import b64encode

from scramp import ScramException, ScramMechanism

from session import Refused


def verifier(password: str, salt: bytes | None = None) -> str:
    """Compute what the server would store for *password* (RFC 5802, section 3)."""
    mechanism = ScramMechanism("SCRAM-SHA-256")
    try:
        salt, stored_key, server_key, iterations = mechanism.make_auth_info(password, salt=salt)
    except ScramException:
        raise Refused(
            "[SecretArn] has a password with characters that SCRAM does not accept (RFC 4013)."
        ) from None
    encoded = [b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *encoded)
