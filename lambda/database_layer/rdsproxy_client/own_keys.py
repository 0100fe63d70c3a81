"""Keys of the function's own role: in its environment, or at an address that is named there.

With SnapStart, Lambda names an address, because the snapshot would contain the environment. The
rules are botocore's ("Container credential provider" in the AWS SDKs and Tools reference).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from urllib.parse import urlsplit

from . import deadline
from .environment import Misconfigured
from .http_call import FAILURES, CallFailed, exchanged
from .sigv4 import Keys

MARGIN = 600
"""Seconds before their expiry at which keys are requested again."""
SECONDS, TRIES = 2, 3
CONTAINERS = "http://169.254.170.2"
KNOWN = ("localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23")

_kept: list[tuple[Keys, float]] = []


def are_renewable() -> bool:
    """Return true if another request may return other keys."""
    return not os.environ.get("AWS_ACCESS_KEY_ID")


def forget_keys() -> None:
    """Request keys anew the next time, because the current ones are refused."""
    _kept.clear()


def current_keys() -> Keys:
    """Return keys that are valid for some minutes at least. Raises :class:`CallFailed`."""
    if not are_renewable():
        return Keys.of_environment()
    if not _kept or time.time() > _kept[0][1] - MARGIN:
        _kept[:] = [_asked()]
    return _kept[0][0]


def _asked() -> tuple[Keys, float]:
    # Only SnapStart needs this, and it is slow to import.
    from datetime import datetime  # noqa: PLC0415

    url = _address()
    headers = {"accept": "application/json"} | _authorization()
    reason = ""
    for _ in range(TRIES):
        try:
            with deadline.within(SECONDS):
                answer = exchanged("GET", url, headers)
            said = json.loads(answer.body)
            keys = Keys(said["AccessKeyId"], said["SecretAccessKey"], said["Token"])
            return keys, datetime.fromisoformat(said["Expiration"]).timestamp()
        except FAILURES as error:
            reason = type(error).__name__
        except (ValueError, KeyError, TypeError):
            reason = f"status {answer.status}"
    raise CallFailed(f"{url[1]} returns no credentials: {reason}")


def _address() -> tuple[str, str, str]:
    if relative := os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        full = CONTAINERS + relative
    elif not (full := os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")):
        names = "AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI"
        raise Misconfigured(f"The function has no credentials: neither {names} is set.")
    parts = urlsplit(full)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in KNOWN and not _is_loopback(host):
        raise Misconfigured(
            f"No credentials are requested from {host}: it must use https, or be this machine."
        )
    path = parts.path or "/"
    return parts.scheme, parts.netloc, f"{path}?{parts.query}" if parts.query else path


def _authorization() -> dict[str, str]:
    token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if file := os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
        # Read each time, because the file is replaced.
        token = Path(file).read_text()
    return {"authorization": token} if token else {}


def _is_loopback(host: str) -> bool:
    import ipaddress  # noqa: PLC0415 - slow to import

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
