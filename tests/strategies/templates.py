"""Templates that nobody has written: made by cfn-lint's schemas, and sound ones that were damaged."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from hypothesis import strategies as st

TYPES = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::CloudFront::Distribution",
    "AWS::EC2::Instance",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBProxy",
    "AWS::RDS::DBProxyEndpoint",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::WAFv2::WebACL",
)
NAMES = ("A", "B", "C", "D")
"""Titles of resources; some references lead to none."""
DEEPEST = 4

references = st.sampled_from(
    [
        *({"Ref": name} for name in (*NAMES, "Given", "Kind", "AWS::Region")),
        *({"Fn::GetAtt": [name, "Arn"]} for name in NAMES),
        *({"Fn::GetAtt": f"{name}.Endpoint"} for name in NAMES),
        *({"Fn::Sub": f"arn:${{AWS::Partition}}:x:${{{name}}}/*"} for name in NAMES),
        {"Fn::ImportValue": "elsewhere"},
        {"Fn::FindInMap": ["Sizes", {"Ref": "Kind"}, "Class"]},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "A"}, "}}"]]},
    ]
)
texts = st.sampled_from(
    ["*", "", "mysql", "postgres", "MYSQL", "0.0.0.0/0", "10.0.0.0/16", "-1", "tcp", "5.7", "{}"]
)
scalars = st.one_of(texts, st.integers(-2, 70_000), st.booleans())


def decided(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or one of two by a condition, or perhaps none."""
    otherwise = st.one_of(value, st.just({"Ref": "AWS::NoValue"}))
    conditional = st.tuples(st.sampled_from(["IsOne", "IsOther"]), value, otherwise)
    return st.one_of(value, value, value, conditional.map(lambda arms: {"Fn::If": list(arms)}))


@cache
def properties_of(type_name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Properties of a resource, as its schema has them."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    return _of(schema, schema, 0)


def _of(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    while "$ref" in schema:
        schema = root["definitions"].get(schema["$ref"].rpartition("/")[2], {})
    if "enum" in schema:
        return decided(st.one_of(st.sampled_from(schema["enum"]), references))
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if "properties" in schema and not depth:
        kind = "object"
    if depth > DEEPEST or kind in {"string", "integer", "number", "boolean", None}:
        return decided(st.one_of(scalars, references))
    if kind == "array":
        inner = _of(schema.get("items", {}), root, depth + 1)
        return decided(st.one_of(st.lists(inner, max_size=3), references))
    if "properties" in schema:
        read_only = {path.split("/")[2] for path in root.get("readOnlyProperties", ())}
        known = {
            name: _of(one, root, depth + 1)
            for name, one in schema["properties"].items()
            if depth or name not in read_only
        }
        required = {name: known[name] for name in schema.get("required", ()) if name in known}
        optional = {name: one for name, one in known.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)
    return st.one_of(st.dictionaries(texts, scalars, max_size=2), references)


@st.composite
def by_schema(draw: st.DrawFn) -> dict[str, Any]:
    """A template of a few resources that refer to each other."""
    resources = {}
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        type_name = draw(st.sampled_from(TYPES))
        resources[name] = {"Type": type_name, "Properties": draw(properties_of(type_name))}
        if draw(st.booleans()):
            resources[name]["Condition"] = "IsOne"
        if draw(st.booleans()):
            resources[name]["DependsOn"] = draw(st.sampled_from([*NAMES, ["A", "B"]]))
    return {
        "Parameters": {
            "Given": {"Type": "String"},
            "Kind": {"Type": "String", "AllowedValues": ["one", "other"], "Default": "one"},
        },
        "Mappings": {"Sizes": {"one": {"Class": "db.t3.micro"}}},
        "Conditions": {
            "IsOne": {"Fn::Equals": [{"Ref": "Kind"}, "one"]},
            "IsOther": {"Fn::Not": [{"Condition": "IsOne"}]},
        },
        "Resources": resources,
    }


ODD = (
    None,
    [],
    {},
    "",
    5,
    [None],
    [[]],
    {"Ref": ["A"]},
    {"Fn::If": ["IsOne"]},
    {"Fn::If": "IsOne"},
    {"Fn::GetAtt": ["A"]},
    {"Fn::Sub": 5},
    {"Fn::Sub": []},
    {"Fn::Select": [7, ["a"]]},
    {"Fn::Split": ["", ""]},
    {"Fn::FindInMap": []},
    {"Fn::Transform": {"Name": "AWS::Include"}},
    {"Fn::ForEach::Loop": ["Name", ["a", "b"], {"x${Name}": 1}]},
    {"Fn::ForEach::Loop": 5},
    {"Condition": "IsOne"},
    {"Condition": 5},
)
"""Values that hardly any place takes."""


@st.composite
def damaged(draw: st.DrawFn, sound: list[dict[str, Any]]) -> dict[str, Any]:
    """One of the *sound* templates with a few values that have no place there."""
    body = copy.deepcopy(draw(st.sampled_from(sound)))
    for _ in range(draw(st.integers(1, 4))):
        holder, key = draw(st.sampled_from(list(_places(body))))
        odd = copy.deepcopy(draw(st.sampled_from(ODD)))
        holder[key] = draw(st.sampled_from([odd, [holder[key]], {"Fn::If": ["X", odd, odd]}]))
    return body


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield node, key
            yield from _places(value)
