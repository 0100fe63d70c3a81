"""The calls to AWS that functions make: read a secret, assume a role, invoke another function."""

from __future__ import annotations

import http.client
import json
import os
import ssl
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from sigv4 import Keys, signed_headers

SECONDS = 5
LOOPBACK = ("localhost", "127.0.0.1")


class CallFailed(Exception):
    """AWS refused a call with *status* or did not answer; the message holds no secret."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class Answer(NamedTuple):
    """What a service answers to a call that it takes."""

    body: bytes
    headers: http.client.HTTPMessage


def secret_value(arn: str) -> dict[str, str]:
    """The content of a secret, which is JSON: at least ``username`` and ``password``.

    Read in the secret's own region, which its ARN names.
    """
    region = arn.split(":")[3]
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
    }
    body = json.dumps({"SecretId": arn}).encode()
    answer = _call("secretsmanager", region, headers, body)
    content: dict[str, str] = json.loads(json.loads(answer.body)["SecretString"])
    return content


def assumed_role(arn: str, session_name: str, region: str) -> tuple[Keys, float]:
    """Keys of the role *arn*, and the time at which they end.

    The regional endpoint of STS is the one that a VPC endpoint can lead to.
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
    """What a Lambda function answers to *event*, in so many seconds.

    A header ``X-Amz-Function-Error`` says that the answer is the error which it ended with.
    """
    path = f"/2015-03-31/functions/{quote(function_name, safe='')}/invocations"
    headers = {"content-type": "application/json"}
    return _call("lambda", region, headers, event, path=path, seconds=seconds)


def _credentials(answer: bytes) -> tuple[Keys, float]:
    """STS answers in XML: namespaces differ, names do not."""
    # Needed by one login in three, and slow to import.
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
    """POST *body*, signed, and wait so many seconds. Raises :class:`CallFailed`."""
    scheme, host = _endpoint(service, region)
    keys = Keys.of_environment()
    signed = signed_headers({"host": host} | headers, body, service, region, keys, path=path)
    if scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(host, timeout=SECONDS)
    try:
        connection.connect()
        connection.sock.settimeout(seconds)
        connection.request("POST", path, body, signed)
        response = connection.getresponse()
        answer = Answer(response.read(), response.headers)
    except (OSError, http.client.HTTPException) as error:
        raise CallFailed(f"{service} does not answer: {type(error).__name__}") from None
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise CallFailed(f"{service} answered {response.status}", response.status)
    return answer


def _endpoint(service: str, region: str) -> tuple[str, str]:
    """Scheme and host; the SDKs' own variables name another endpoint."""
    variable = {"secretsmanager": "SECRETS_MANAGER", "sts": "STS", "lambda": "LAMBDA"}[service]
    if url := os.environ.get(f"AWS_ENDPOINT_URL_{variable}"):
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise CallFailed(f"the endpoint of {service} must be https")
        return parts.scheme, parts.netloc
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return "https", f"{service}.{region}.{suffix}"
