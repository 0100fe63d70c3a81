"""AWS's schemas are read as cfn-lint reads them, and take all that the library renders."""

from __future__ import annotations

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from rdsproxy_templates.aws import resource_schemas
from rdsproxy_templates.aws.property_check import covered, faults
from rdsproxy_templates.aws.resource_schemas import REGION, resource_types, schema_of
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.variants import VARIANTS


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_rendered_is_taken(name):
    bundle = unpackaged(VARIANTS[name], VARIANTS[name].Config())
    bodies = [body for _, stack in bundle.root.walk() for body in stack.resources.values()]
    bodies += bundle.flat()[0].resources.values()

    assert [
        (body["Type"], *fault)
        for body in bodies
        for fault in faults(schema_of(body["Type"]), body.get("Properties", {}))
    ] == []


@pytest.mark.parametrize(
    "type_", ["AWS::RDS::DBCluster", "AWS::Serverless::Function", "Custom::DatabaseUser"]
)
def test_a_schema_is_the_one_of_cfn_lint(type_):
    theirs = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_)

    assert schema_of(type_).body == theirs.schema


def test_a_schema_is_found_however_cfn_lint_lays_out_its_files(monkeypatch, tmp_path):
    for function in (resource_schemas.schema_of, resource_schemas._files):
        function.cache_clear()
    monkeypatch.setattr(resource_schemas, "_folder", lambda: tmp_path)
    try:
        assert "DBProxyName" in schema_of("AWS::RDS::DBProxy").body["properties"]
        assert schema_of("AWS::RDS::DBPrxy") is None
        assert "AWS::Serverless::Function" in resource_types()
    finally:
        for function in (resource_schemas.schema_of, resource_schemas._files):
            function.cache_clear()


def test_an_unknown_type_has_no_schema():
    assert schema_of("AWS::RDS::DBClustr") is None
    assert {"AWS::RDS::DBProxy", "AWS::Serverless::HttpApi"} <= set(resource_types())


def found(type_, properties):
    return {".".join(fault.path): fault.sentence for fault in faults(schema_of(type_), properties)}


def test_of_alternatives_the_closest_explains_itself():
    assert found("AWS::Serverless::Function", {"Tracing": "Actve"}) == {
        "Tracing": "must be one of Active, PassThrough, Disabled, got 'Actve' (did you mean Active?)"
    }


@pytest.mark.parametrize("value", ["5", 5, "{{resolve:ssm:/port}}", {"Ref": "Port"}, None])
def test_a_number_is_whatever_cloudformation_turns_into_one(value):
    assert found("AWS::RDS::DBCluster", {"Port": value}) == {}


def test_bounds_hold_where_the_schema_has_them():
    assert found("AWS::Logs::LogGroup", {"RetentionInDays": 2, "LogGroupName": ""}) == {
        "RetentionInDays": "must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, "
        "731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, got 2",
        "LogGroupName": "must be at least 1 characters long, got 0",
    }


def test_a_pointer_covers_what_is_in_it_and_what_it_is_in():
    pointers = [("Volumes", "*", "Size")]

    assert covered(("Volumes", "0", "Size"), pointers)
    assert covered(("Volumes",), pointers)
    assert covered(("Volumes", "1", "Size", "Unit"), pointers)
    assert not covered(("Volumes", "0", "Name"), pointers)
