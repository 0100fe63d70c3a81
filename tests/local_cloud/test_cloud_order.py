"""Resources are created after everything that they refer to."""

from __future__ import annotations

import pytest

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.order import Reference, ordered, references


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Vpc"}, [Reference("Vpc")]),
        ({"Fn::GetAtt": "Child.Outputs.Host"}, [Reference("Child", "Outputs.Host")]),
        ({"Fn::GetAtt": ["Role", "Arn"]}, [Reference("Role", "Arn")]),
        ({"Fn::Sub": "${Vpc}-${Role.Arn}-${!No}"}, [Reference("Vpc"), Reference("Role", "Arn")]),
        (
            {"Fn::Sub": ["${Mine}-${Vpc}", {"Mine": {"Ref": "Role"}}]},
            [
                Reference("Vpc"),
                Reference("Role"),
            ],
        ),
        ([{"Deep": {"Fn::If": ["On", {"Ref": "Vpc"}, 1]}}], [Reference("Vpc")]),
    ],
)
def test_every_reference_is_found(value, expected):
    assert list(references(value)) == expected


def test_resources_come_after_those_that_they_need():
    resources = {
        "Last": {"DependsOn": "Middle"},
        "Middle": {"Properties": {"Of": {"Fn::GetAtt": ["First", "Arn"]}}},
        "First": {"Properties": {"Name": {"Ref": "Parameter"}}},
    }
    assert ordered(resources) == ["First", "Middle", "Last"]


def test_a_cycle_fails_with_its_members():
    resources = {
        "A": {"Properties": {"Of": {"Ref": "B"}}},
        "B": {"DependsOn": ["A"]},
        "Other": {},
    }
    with pytest.raises(Failure, match=r"Circular dependency between resources: \[A, B\]"):
        ordered(resources)


def test_a_resource_that_needs_itself_is_a_cycle():
    with pytest.raises(Failure, match=r"\[A\]"):
        ordered({"A": {"Properties": {"Of": {"Ref": "A"}}}})
