"""Questions to an account: their answers have all pages."""

from __future__ import annotations

from types import SimpleNamespace

import boto3
from botocore.stub import Stubber

from rdsproxy_templates.deploy.given.account import AccountReader

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}


def reader(client):
    session = SimpleNamespace(client=lambda _: client, id="1")
    return AccountReader(session, lambda _: None, creates=False)


def test_a_list_that_goes_on_is_read_to_its_end():
    client = boto3.client("rds", region_name="eu-west-1", **KEYS)
    first = {"DBProxies": [{"DBProxyName": "one"}], "Marker": "more"}
    with Stubber(client) as answers:
        answers.add_response("describe_db_proxies", first, {})
        last = {"DBProxies": [{"DBProxyName": "two"}]}
        answers.add_response("describe_db_proxies", last, {"Marker": "more"})
        found = reader(client).ask("rds", "describe_db_proxies", "proxies")

    assert [one["DBProxyName"] for one in found["DBProxies"]] == ["one", "two"]


def test_an_answer_without_pages_is_as_it_is():
    client = boto3.client("iam", region_name="us-east-1", **KEYS)
    role = {
        "Path": "/",
        "RoleName": "mine",
        "RoleId": "A" * 16,
        "Arn": "arn:aws:iam::111122223333:role/mine",
        "CreateDate": "2026-11-27",
    }
    with Stubber(client) as answers:
        answers.add_response("get_role", {"Role": role}, {"RoleName": "mine"})
        found = reader(client).ask("iam", "get_role", "role", RoleName="mine")

    assert found["Role"]["RoleName"] == "mine"
