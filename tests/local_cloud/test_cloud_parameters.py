"""Parameters are judged as CloudFormation judges them."""

from __future__ import annotations

import pytest

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.parameters import parameters

SUBNETS = {"Subnets": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}]}


def call(service, operation, **given):
    """An account with two subnets, and in SSM a text and a list."""
    match operation:
        case "describe_subnets":
            return SUBNETS
        case "get_parameter" if given["Name"] == "/names":
            return {"Parameter": {"Type": "StringList", "Value": "subnet-1, subnet-2"}}
        case "get_parameter":
            return {"Parameter": {"Type": "String", "Value": "subnet-2"}}
    raise AssertionError(operation)


def value(declaration, given=None):
    texts = {} if given is None else {"P": given}
    return parameters({"P": declaration}, texts, call).values["P"]


@pytest.mark.parametrize(
    ("declaration", "given", "expected"),
    [
        ({"Type": "String"}, "a", "a"),
        ({"Type": "String", "Default": 7}, None, "7"),
        ({"Type": "String", "Default": True}, None, "true"),
        ({"Type": "Number", "MinValue": 1, "MaxValue": 3}, "2", "2"),
        ({"Type": "CommaDelimitedList"}, "a, b", ["a", "b"]),
        ({"Type": "List<Number>"}, "1,2", ["1", "2"]),
        ({"Type": "AWS::EC2::Subnet::Id"}, "subnet-1", "subnet-1"),
        ({"Type": "List<AWS::EC2::Subnet::Id>"}, "subnet-1,subnet-2", ["subnet-1", "subnet-2"]),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, "/name", "subnet-2"),
        ({"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>"}, "/name", "subnet-2"),
        (
            {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
            "/names",
            ["subnet-1", "subnet-2"],
        ),
        ({"Type": "String", "AllowedPattern": "[a-z]*", "AllowedValues": ["a", "b"]}, "b", "b"),
    ],
)
def test_a_value_is_converted_to_its_type(declaration, given, expected):
    assert value(declaration, given) == expected


@pytest.mark.parametrize(
    ("declaration", "given", "sentence"),
    [
        ({"Type": "String"}, None, r"Parameters: \[P\] must have values"),
        ({"Type": "Strong"}, "a", "Unrecognized parameter type: Strong"),
        (
            {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
            "/name",
            r"Types for SSM parameters \[/name\] defined in CFN template and SSM are incompatible",
        ),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, "/names", r"\[/names\] .*incompatible"),
        ({}, "a", "must contain a Type member"),
        ({"Type": "String", "Min": 1}, "a", "parameter property 'Min'"),
        ({"Type": "String"}, "x" * 4097, "must not be longer than 4096 bytes"),
        ({"Type": "String", "AllowedValues": ["a"]}, "b", "'P' must be one of AllowedValues"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a"]}, "a,b", "one of AllowedValues"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "A", r"must match pattern \[a-z\]\+"),
        (
            {"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "be small"},
            "A",
            "'P' failed to satisfy constraint: be small",
        ),
        ({"Type": "String", "MinLength": "3"}, "ab", "must contain at least 3 characters"),
        ({"Type": "String", "MaxLength": 1}, "ab", "must contain at most 1 characters"),
        ({"Type": "Number"}, "many", "must be a number"),
        ({"Type": "Number", "MinValue": 3}, "2", "a number not less than 3"),
        ({"Type": "Number", "MaxValue": "1"}, "2", "a number not greater than 1"),
        (
            {"Type": "AWS::EC2::Subnet::Id"},
            "subnet-9",
            "parameter value subnet-9 for parameter name P does not exist",
        ),
    ],
)
def test_a_wrong_value_is_refused(declaration, given, sentence):
    with pytest.raises(Failure, match=sentence):
        value(declaration, given)


def test_parameters_that_nobody_declared_are_refused():
    with pytest.raises(Failure, match=r"Parameters: \[Q, R\] do not exist in the template"):
        parameters({}, {"R": "1", "Q": "2"}, call)


def test_secrets_are_not_shown():
    made = parameters({"P": {"Type": "String", "NoEcho": "true"}}, {"P": "secret"}, call)
    assert made.values == {"P": "secret"}
    assert made.shown() == [{"ParameterKey": "P", "ParameterValue": "****"}]


def test_a_value_from_ssm_is_shown_beside_its_name():
    made = parameters({"P": {"Type": "AWS::SSM::Parameter::Value<String>"}}, {"P": "/n"}, call)
    assert made.shown() == [
        {"ParameterKey": "P", "ParameterValue": "/n", "ResolvedValue": "subnet-2"}
    ]
