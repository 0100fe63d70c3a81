"""CloudFormation's functions give what AWS documents, and fail where it does."""

from __future__ import annotations

import pytest

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.functions import NO_VALUE, holds, resolved


class Names:
    """A scope with some of everything."""

    region = "eu-west-1"
    mappings = {"Sizes": {"eu-west-1": {"small": "db.t3", "many": ["a", "b"]}}}
    values = {"AWS::NoValue": NO_VALUE, "Name": "main", "Zones": ["a", "b"], "Count": 2, "On": True}
    attributes = {("Bucket", "Arn"): "arn:bucket", ("Child", "Outputs.Host"): "db.example"}
    conditions = {"Always": True, "Never": False}
    exports = {"shared-vpc": "vpc-1"}

    def ref(self, name):
        return self.values[name]

    def attribute(self, logical_id, name):
        return self.attributes[logical_id, name]

    def condition(self, name):
        return self.conditions[name]

    def imported(self, name):
        return self.exports[name]

    def zones(self, region):
        return [f"{region}{zone}" for zone in "abc"]


def given(value):
    return resolved(value, Names())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Name"}, "main"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "arn:bucket"),
        ({"Fn::GetAtt": ["Child", "Outputs.Host"]}, "db.example"),
        ({"Fn::GetAtt": ["Bucket", {"Fn::Sub": "Arn"}]}, "arn:bucket"),
        ({"Fn::Sub": "${Name}-${Bucket.Arn}-${Count}"}, "main-arn:bucket-2"),
        ({"Fn::Sub": ["${Mine}/${Name}", {"Mine": {"Ref": "Name"}}]}, "main/main"),
        ({"Fn::Sub": "${!Name} ${On}"}, "${Name} true"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}, 1]]}, "a-main-1"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}]]}, "a"),
        ({"Fn::Split": ["|", "a|b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "Zones"}]}, "b"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "eu-west-1a"),
        ({"Fn::GetAZs": "us-east-1"}, ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ({"Fn::If": ["Always", 1, {"Ref": "Nothing"}]}, 1),
        ({"Fn::Base64": {"Ref": "Name"}}, "bWFpbg=="),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::FindInMap": ["Sizes", "eu-west-1", "small"]}, "db.t3"),
        ({"Fn::ImportValue": {"Fn::Sub": "shared-vpc"}}, "vpc-1"),
    ],
)
def test_a_function_gives_the_expected_value(value, expected):
    assert given(value) == expected


def test_functions_are_found_at_any_depth():
    assert given({"Tags": [{"Key": "Name", "Value": {"Ref": "Name"}}]}) == {
        "Tags": [{"Key": "Name", "Value": "main"}]
    }


def test_no_value_removes_its_key():
    nothing = {"Ref": "AWS::NoValue"}
    assert given({"Kept": 1, "Gone": nothing, "Some": [nothing, 2]}) == {"Kept": 1, "Some": [2]}


def test_an_if_that_chooses_no_value_removes_the_property():
    assert given({"A": {"Fn::If": ["Never", 1, {"Ref": "AWS::NoValue"}]}}) == {}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"Fn::Transform": {}}, "does not know Fn::Transform"),
        ({"Fn::Length": [1]}, "does not know Fn::Length"),
        ({"Fn::Equals": [1, 1]}, "does not know Fn::Equals"),
        ({"Fn::Sub": "${Zones}"}, "is not a string"),
        ({"Fn::Sub": 1}, "Fn::Sub intrinsic functions don't specify expected arguments"),
        ({"Fn::Join": ["-", "text"]}, "every Fn::Join object requires two parameters"),
        ({"Fn::Split": [",", ["a"]]}, "every Fn::Split object requires two parameters"),
        ({"Fn::Select": [2, ["a"]]}, "cannot select nonexistent value at index 2"),
        ({"Fn::Select": [0, "a"]}, "Fn::Select requires a list argument with two elements"),
        ({"Fn::If": ["Always", 1]}, "Fn::If requires a list argument with three elements"),
        ({"Fn::Cidr": ["10.0.0.0/24", 2, 8]}, "cannot take 2 blocks"),
        ({"Fn::FindInMap": ["Sizes", "eu-west-1", "huge"]}, "Unable to get mapping for Sizes::"),
        ({"Fn::GetAtt": "Bucket"}, "every Fn::GetAtt object requires two non-empty parameters"),
    ],
)
def test_a_wrong_function_fails(value, sentence):
    with pytest.raises(Failure, match=sentence):
        given(value)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Fn::Equals": [{"Ref": "Name"}, "main"]}, True),
        ({"Fn::Equals": [{"Ref": "On"}, "true"]}, True),
        ({"Fn::Not": [{"Condition": "Always"}]}, False),
        ({"Fn::And": [{"Condition": "Always"}, {"Condition": "Never"}]}, False),
        ({"Fn::Or": [{"Condition": "Always"}, {"Condition": "Never"}]}, True),
    ],
)
def test_conditions_hold_or_not(condition, expected):
    assert holds(condition, Names()) is expected


def test_an_invalid_condition_fails():
    with pytest.raises(Failure, match="is not a condition"):
        holds({"Ref": "Name"}, Names())
