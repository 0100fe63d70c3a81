"""Keys of the function's own role, found where botocore finds them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.credentials import ContainerProvider

from rdsproxy_client import own_keys
from rdsproxy_client.environment import Misconfigured
from rdsproxy_client.http_call import CallFailed, Response
from rdsproxy_client.sigv4 import Keys

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
URL = "http://127.0.0.1:9001/credentials?role=1"
SAID = {
    "AccessKeyId": "ASIA1",
    "SecretAccessKey": "k",
    "Token": "t",
    "Expiration": (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
}


@pytest.fixture
def asked(monkeypatch):
    """Record the requests to the address that provides keys, the only source that is set."""
    asked = []

    def exchanged(method, url, headers, body=None):
        asked.append((method, "{}://{}{}".format(*url), headers.get("authorization")))
        return Response(200, json.dumps(SAID).encode(), None)

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(own_keys, "exchanged", exchanged)
    own_keys.forget_keys()
    yield asked
    own_keys.forget_keys()


class Fetcher:
    """Fetcher of botocore that records its requests."""

    def __init__(self):
        self.asked = []

    def full_url(self, relative):
        return f"http://169.254.170.2{relative}"

    def retrieve_full_uri(self, url, headers=None):
        self.asked.append(("GET", url, (headers or {}).get("Authorization")))
        return SAID


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": URL},
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": URL,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
        },
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": URL,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "FILE",
        },
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": URL,
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials",
        },
    ],
)
def test_the_same_is_asked_as_botocore_asks(asked, monkeypatch, tmp_path, variables):
    file = tmp_path / "token"
    file.write_text("from the file")
    variables = {k: str(file) if v == "FILE" else v for k, v in variables.items()}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    fetcher = Fetcher()
    theirs = ContainerProvider(environ=variables, fetcher=fetcher).load().get_frozen_credentials()

    assert own_keys.current_keys() == Keys(theirs.access_key, theirs.secret_key, theirs.token)
    assert asked == fetcher.asked[:1]


def test_keys_in_the_environment_come_first(asked, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", URL)

    assert own_keys.current_keys().access_key_id == "AKID"
    assert not own_keys.are_renewable()
    assert asked == []


def test_keys_are_kept_until_shortly_before_they_end_or_are_refused(asked, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", URL)
    own_keys.current_keys()
    own_keys.current_keys()
    assert len(asked) == 1

    own_keys.forget_keys()
    own_keys.current_keys()
    assert len(asked) == 2

    soon = time.time() + 3600 - own_keys.MARGIN
    monkeypatch.setattr(own_keys.time, "time", lambda: soon)
    own_keys.current_keys()
    assert len(asked) == 3


@pytest.mark.parametrize("answer", [Response(403, b"{}", None), Response(200, b"x", None)])
def test_an_address_that_gives_none_is_a_failed_call(asked, monkeypatch, answer):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", URL)
    monkeypatch.setattr(own_keys, "exchanged", lambda *_: answer)

    with pytest.raises(CallFailed, match=r"127\.0\.0\.1:9001 returns no credentials: status"):
        own_keys.current_keys()


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "has no credentials"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/"}, "example.com: it must"),
    ],
)
def test_a_setting_that_gives_no_keys_is_named(asked, monkeypatch, variables, says):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Misconfigured, match=says):
        own_keys.current_keys()
    assert asked == []
