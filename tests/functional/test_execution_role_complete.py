"""Every call of the local cloud's resource types is among the actions of an execution role."""

from __future__ import annotations

import re
from functools import cache

import boto3
import pytest

from rdsproxy_local.actions import action_of
from rdsproxy_templates.fleet.handler_actions import handler_actions

TYPE = re.compile(r'"(AWS::\w+::\w+)"')
CALL = re.compile(r'\bcontext\.call\(\s*"([a-z0-9-]+)",\s*"(\w+)"')
"""A call as the stack's role; those of AWS's services themselves begin with `as_service()`."""
NOT_OURS = {
    "buckets": "no variant has a bucket",
    "cloudformation": "the role may do everything with its own stacks",
    "custom": "the role may do everything with its own stacks",
    "network": "no variant has a prefix list",
}


@cache
def model_of(service):
    return boto3.client(
        service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def called(text):
    for service, operation in CALL.findall(text):
        client = model_of(service)
        name = client.meta.method_to_api_mapping[operation]
        model = client.meta.service_model
        yield action_of(model, model.operation_model(name))


def modules(repository):
    for file in sorted((repository / "src" / "rdsproxy_local" / "types").glob("*.py")):
        text = file.read_text("utf-8")
        if TYPE.search(text) and file.stem not in NOT_OURS:
            yield file.stem, text


def test_what_a_type_calls_is_an_action_of_its_handlers(repository):
    lacking = {
        name: sorted(missing)
        for name, text in modules(repository)
        if (missing := {*called(text)} - handler_actions(TYPE.findall(text)))
    }

    assert lacking == {}


@pytest.mark.parametrize("name", ["databases", "proxies", "functions", "identity"])
def test_the_comparison_sees_calls(repository, name):
    text = dict(modules(repository))[name]

    assert len({*called(text)}) > 3
