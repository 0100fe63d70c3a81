"""Values of a fleet's parameters, held against the properties that they are given to."""

from __future__ import annotations

from typing import Any

import pytest

from rdsproxy_templates.fleet.parameter_rows import ParameterRow, ParameterRows
from rdsproxy_templates.fleet.parameter_uses import unfit_values

NAME = {"Ref": "Name"}


def said(properties: Any, value: str, *, no_echo: bool = False, **resource: Any) -> list[str]:
    """What is said of a parameter of a log group's properties."""
    template = {
        "Parameters": {"Name": {"Type": "String", "NoEcho": no_echo}},
        "Resources": {
            "Log": {"Type": "AWS::Logs::LogGroup", "Properties": properties, **resource},
            "Own": {"Type": "Custom::Thing", "Properties": {"ServiceToken": NAME}},
        },
    }
    rows = ParameterRows("p.csv", [ParameterRow(line=2, name="Name", value=value)])
    return [str(problem) for problem in unfit_values(rows, template)]


@pytest.mark.parametrize(
    ("properties", "value", "sentence"),
    [
        ({"LogGroupName": NAME}, "", "LogGroupName of Log, which must be at least 1 characters"),
        ({"LogGroupName": NAME}, "a b", "LogGroupName of Log, which must match "),
        ({"RetentionInDays": NAME}, "8", "RetentionInDays of Log, which must be one of 1, 3, 5"),
        ({"Tags": [{"Key": NAME, "Value": ""}]}, "", "Tags.0.Key of Log, which must be at least"),
    ],
)
def test_a_value_that_the_property_does_not_take_is_named(
    properties: Any, value: str, sentence: str
) -> None:
    (problem,) = said(properties, value)
    assert problem.startswith(f"[p.csv:2] Name is {sentence}")


def test_what_may_be_meant_otherwise_is_left_to_aws() -> None:
    assert said({"LogGroupName": NAME}, "", Condition="HasName") == []
    assert said({"LogGroupName": {"Fn::Sub": "/${Name}"}}, "") == []
    assert said({"LogGroupName": {"Fn::If": ["HasName", NAME, {"Ref": "AWS::NoValue"}]}}, "") == []
    assert said({"LogGroupName": NAME}, "{{resolve:ssm:/name}}") == []


def test_a_secret_is_not_repeated() -> None:
    (problem,) = said({"LogGroupName": NAME}, "s e c r e t", no_echo=True)
    assert "s e c r e t" not in problem
