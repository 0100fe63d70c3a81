"""Calls to AWS: read a secret, assume a role, invoke another function."""

from __future__ import annotations

import http.client
import json
import os
import re
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from . import deadline
from .environment import Misconfigured
from .http_call import FAILURES, CallFailed, Response, exchanged
from .own_keys import current_keys
from .sigv4 import Keys, signed_headers

__all__ = ["Answer", "CallFailed", "assumed_role", "invoked", "secret_value"]

SECONDS = 5
LOOPBACK = ("localhost", "127.0.0.1")
SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}
"""Suffixes of host names by the prefix of a region; all other regions use amazonaws.com."""


class Answer(NamedTuple):
    """Answer of a service to a successful call."""

    body: bytes
    headers: http.client.HTTPMessage


def secret_value(arn: str) -> dict[str, str]:
    """Read a secret, which is JSON with at least ``username`` and ``password``.

    The call goes to the secret's own region, which its ARN names.
    """
    try:
        region = arn.split(":")[3]
    except IndexError:
        raise Misconfigured(f"RDS_SECRET_ARN must be an ARN, not {arn!r}.") from None
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
    }
    body = json.dumps({"SecretId": arn}).encode()
    answer = _call("secretsmanager", region, headers, body)
    content: dict[str, str] = json.loads(json.loads(answer.body)["SecretString"])
    return content


def assumed_role(arn: str, session_name: str, region: str) -> tuple[Keys, float]:
    """Assume the role *arn*; return its keys and the time at which they expire.

    The call goes to the regional endpoint of STS, the only one behind a VPC endpoint.
    """
    headers = {"content-type": "application/x-www-form-urlencoded"}
    form = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": arn,
        "RoleSessionName": session_name,
    }
    answer = _call("sts", region, headers, urlencode(form).encode())
    return _credentials(answer.body)


def invoked(function_name: str, region: str, event: bytes, seconds: float) -> Answer:
    """Invoke a Lambda function with *event*, and wait *seconds* for its answer.

    If the function failed, the header ``X-Amz-Function-Error`` is set and the body is its error.
    """
    path = f"/2015-03-31/functions/{quote(function_name, safe='')}/invocations"
    headers = {"content-type": "application/json"}
    return _call("lambda", region, headers, event, path=path, seconds=seconds)


def _credentials(answer: bytes) -> tuple[Keys, float]:
    """Read keys from the XML of STS, by element names without their namespaces."""
    # Only one of the three logins needs these, and they are slow to import.
    from datetime import datetime  # noqa: PLC0415
    from xml.etree import ElementTree as ET  # noqa: PLC0415

    found = {
        element.tag.rpartition("}")[2]: element.text or ""
        for element in ET.fromstring(answer).iter()  # noqa: S314 - from AWS, over TLS
    }
    keys = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return keys, datetime.fromisoformat(found["Expiration"]).timestamp()


def _call(
    service: str, region: str, headers: dict[str, str], body: bytes, *,
    path: str = "/", seconds: float = SECONDS,
) -> Answer:  # fmt: skip
    """POST *body*, signed, and wait *seconds* for the answer. Raises :class:`CallFailed`."""
    scheme, host = _endpoint(service, region)
    with deadline.within(seconds):
        signed = signed_headers(
            {"host": host} | headers, body, service, region, current_keys(), path=path
        )
        try:
            response = exchanged("POST", (scheme, host, path), signed, body)
        except FAILURES as error:
            reason = type(error).__name__
            detail = f"let the function reach {host}"
            raise CallFailed(f"{service} does not answer: {reason}", detail=detail) from None
    if response.status != http.client.OK:
        status = response.status
        raise CallFailed(f"{service} answered {status}", status, _kind(response))
    return Answer(response.body, response.headers)


def _kind(answer: Response) -> str:
    """Extract the name of the error from an answer; never its text, which may quote anything."""
    found = re.search(rb'(?:"__type":\s*"(?:[^"#]*#)?|<Code>)([A-Za-z.]{1,60})', answer.body)
    return found[1].decode() if found else ""


def _endpoint(service: str, region: str) -> tuple[str, str]:
    """Scheme and host of a service; the environment variables of AWS SDKs override them."""
    variable = {"secretsmanager": "SECRETS_MANAGER", "sts": "STS", "lambda": "LAMBDA"}[service]
    if url := os.environ.get(f"AWS_ENDPOINT_URL_{variable}"):
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise CallFailed(f"the endpoint of {service} must be https")
        return parts.scheme, parts.netloc
    suffixes = (suffix for prefix, suffix in SUFFIXES.items() if region.startswith(prefix))
    return "https", f"{service}.{region}.{next(suffixes, 'amazonaws.com')}"
