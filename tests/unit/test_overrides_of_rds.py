"""Every property that AWS's schemas let anyone set on the five types of RDS is set by an override."""

from __future__ import annotations

from functools import cache

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.resource_schemas import schema_of
from rdsproxy_templates.variants import base, cross_account_db

RESOURCES = {
    "AWS::RDS::DBCluster": (base, "RDSStack.DBCluster"),
    "AWS::RDS::DBInstance": (base, "RDSStack.DBInstance1"),
    "AWS::RDS::DBProxy": (base, "RDSStack.RDSProxy"),
    "AWS::RDS::DBProxyTargetGroup": (base, "RDSStack.RDSProxyTargetGroup"),
    "AWS::RDS::DBProxyEndpoint": (cross_account_db, "RDSStack.*Endpoint"),
}
STORED = "{{resolve:secretsmanager:mine:SecretString:password}}"
BY_PATTERN = {"^arn:aws[a-z-]*:iam::[0-9]*:role/.*$": "arn:aws:iam::123456789012:role/mine"}


@cache
def schema(type_):
    return schema_of(type_)


def properties(*, read_only):
    return [
        pytest.param(type_, name, id=f"{type_.rpartition(':')[2]}.{name}")
        for type_ in RESOURCES
        for name in schema(type_).body["properties"]
        if ((name,) in set(schema(type_).pointers("readOnlyProperties"))) is read_only
    ]


def sample(type_, node, path):
    """A value of what *node* describes, all that can be set inside of it included."""
    body = schema(type_).body
    if "$ref" in node:
        node = body["definitions"][node["$ref"].rpartition("/")[2]]
    match node.get("type"):
        case _ if "enum" in node:
            return node["enum"][-1]
        case "boolean":
            return True
        case "integer" | "number":
            return node.get("minimum", 1)
        case "array":
            return [sample(type_, node["items"], (*path, "*"))]
        case "object":
            return {
                name: sample(type_, inner, (*path, name))
                for name, inner in node["properties"].items()
                if (*path, name) not in set(schema(type_).pointers("readOnlyProperties"))
            }
        case _ if path[-1].endswith("Password"):
            return STORED
        case _:
            digits = node.get("pattern") in ("^[0-9]*$", "^\\d*$")
            return "20" if digits else BY_PATTERN.get(node.get("pattern"), "a" * 20)


def overridden(type_, name, value):
    variant, path = RESOURCES[type_]
    patch = {"Properties": {name: value}}
    return render(variant, variant.Config(), overrides={path: patch}, validate=False)


@pytest.mark.parametrize(("type_", "name"), properties(read_only=False))
def test_it_is_set(type_, name):
    value = sample(type_, schema(type_).body["properties"][name], (name,))
    changed = [
        body["Properties"]
        for _, stack in overridden(type_, name, value).root.walk()
        for body in stack.resources.values()
        if body["Type"] == type_ and name in body["Properties"]
    ]

    assert value in [one[name] for one in changed]


@pytest.mark.parametrize(("type_", "name"), properties(read_only=True))
def test_what_only_aws_sets_is_refused(type_, name):
    with pytest.raises(ConfigError, match="is read-only: AWS sets it on"):
        overridden(type_, name, "mine")


def test_there_are_no_fewer_than_aws_had_in_2026():
    assert len(properties(read_only=False)) >= 170
