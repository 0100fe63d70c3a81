"""Outputs: everybody who may describe a stack reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import BUNDLE, GIVEN, ref, resource

from rdsproxy_templates.model import Template
from rdsproxy_templates.model.template import Nested
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.validators.rules.output import outputs

PARAMETERS = {"Given": {"Type": "String"}, "Password": {"Type": "String", "NoEcho": True}}


def giving(value):
    """A stack that gives out *value*."""
    return Template(
        description="A stack.",
        parameters=PARAMETERS,
        children={},
        resources={"Secret": resource("SecretsManager::Secret")},
        outputs={"Out": {"Value": value}},
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}, "read from"),
        ({"Fn::Join": ["", ["{{resolve:secretsmanager:", ref("Secret"), "}}"]]}, "read from"),
        ("{{resolve:ssm-secure:/shop/password:1}}", "read from"),
        (ref("Password"), "parameter Password"),
        ({"Fn::Sub": "mysql://app:${Password}@host/shop"}, "parameter Password"),
    ],
)
def test_a_secret_is_found_at_its_line(value, said):
    made = bundle(giving(value))

    [one] = outputs.judge(made)

    assert made.templates[one.file].splitlines()[one.line - 1].strip() == "Out:"
    assert said in one.sentence


@pytest.mark.parametrize(
    "value",
    [
        ref("Secret"),
        GIVEN,
        "text",
        {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:username}}"},
        {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:host::}}"},
        {"Fn::Sub": "{{resolve:ssm:/shop/name}}"},
    ],
)
def test_anything_else_is_accepted(value):
    assert list(outputs.judge(bundle(giving(value)))) == []


def test_a_nested_stack_is_read_too():
    child = Nested(template=giving(ref("Password")), arguments={"Given": "a", "Password": "b"})
    parent = replace(giving("text"), children={"ChildStack": child})

    [one] = outputs.judge(bundle(parent))

    assert one.file == "cloudformation/child.yaml"


def test_ours_give_none_out():
    assert list(outputs.judge(BUNDLE)) == []
