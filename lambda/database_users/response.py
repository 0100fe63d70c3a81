"""Delivery of an answer to CloudFormation, which waits for it at a presigned URL of S3."""

from __future__ import annotations

import http.client
import logging
import os
import ssl
import time
from urllib.parse import urlsplit

from rdsproxy_client.aws import LOOPBACK

SECONDS = 4
PAUSES = (0.2, 0.5, 1, 2)
"""Seconds before each retry."""

log = logging.getLogger(__name__)


def delivered(url: str, body: bytes, until: float) -> bool:
    """Deliver *body*, with retries until the time is up; return true if it arrived."""
    for pause in (*PAUSES, None):
        try:
            status = _put(url, body)
        except (OSError, http.client.HTTPException) as error:
            log.warning("delivery failed", extra={"error": type(error).__name__})
        else:
            if status == http.client.OK:
                return True
            log.warning("delivery failed", extra={"status": status})
        if pause is None or time.monotonic() + pause + SECONDS > until:
            return False
        time.sleep(pause)
    return False


def _tested() -> bool:
    """Return true if Lambda itself is on loopback, which it never is on AWS."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_LAMBDA", "")
    return urlsplit(endpoint).hostname in LOOPBACK


def _put(url: str, body: bytes) -> int:
    """PUT *body*, without a content type because the signature has none; return the status."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=SECONDS, context=context)
    elif parts.hostname in LOOPBACK and _tested():
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    else:
        raise http.client.InvalidURL("ResponseURL must be https")
    try:
        connection.request("PUT", f"{parts.path}?{parts.query}", body)
        return connection.getresponse().status
    finally:
        connection.close()
