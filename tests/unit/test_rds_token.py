"""The token that we sign is the one that boto3 would sign."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from functools import cache

import boto3
import botocore.auth
import pytest

from rdsproxy_client import rds_token
from rdsproxy_client.sigv4 import Keys

HOSTS = (
    "proxy.proxy-abc.eu-west-1.rds.amazonaws.com",
    "proxy.proxy-abc.rds.cn-north-1.amazonaws.com.cn",
    "Proxy.Proxy-ABC.us-gov-west-1.rds.amazonaws.com",
)
USERS = ("root", "o'neil", "a b+c", "naïve~user", "a/b?c=d&e", "%2F")
SESSIONS = (None, "AQoDYXdzEPT//////////wEXAMPLE+to/ken==")
REGIONS = (
    "eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1",
    "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1",
)  # fmt: skip
CASES = list(itertools.product(HOSTS, USERS, SESSIONS, REGIONS))
NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
KEY_ID, KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@cache
def boto3s(session):
    return boto3.client(
        "rds",
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=KEY,
        aws_session_token=session,
    )


@pytest.mark.parametrize(("host", "user", "session", "region"), CASES)
def test_equals_boto3s(host, user, session, region, monkeypatch):
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOON)
    keys = Keys(KEY_ID, KEY, session)

    ours = rds_token.token(host, 3306, user, region, keys, now=NOON.timestamp())

    assert ours == boto3s(session).generate_db_auth_token(host, 3306, user, region)


def test_there_are_over_a_hundred_cases():
    assert len(CASES) > 100
