"""``sub``: text with values in it, as a person would write ``Fn::Sub``."""

from __future__ import annotations

import pytest
from troposphere import GetAtt, Join, Ref

from rdsproxy_templates.model import sub


def test_a_reference_is_spelled_in_place():
    assert sub("${one}-${two}", one=Ref("One"), two=GetAtt("Two", "Arn")).to_dict() == {
        "Fn::Sub": "${One}-${Two.Arn}"
    }


def test_a_pseudo_parameter_is_written_as_cloudformation_writes_it():
    assert sub("arn:${AWS::Partition}:${name}", name="x").to_dict() == {
        "Fn::Sub": "arn:${AWS::Partition}:x"
    }


def test_an_expression_that_cannot_be_spelled_becomes_a_variable():
    joined = Join("-", ["a", Ref("B")])

    assert sub("${some_name}/${b}", some_name=joined, b=Ref("B")).to_dict() == {
        "Fn::Sub": ["${SomeName}/${B}", {"SomeName": {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}}]
    }


def test_text_inside_text_stays_one_text():
    inner = sub("${AWS::Region}-${a}", a=Ref("A"))

    assert sub("<${inner}>", inner=inner).to_dict() == {"Fn::Sub": "<${AWS::Region}-${A}>"}


def test_a_dollar_in_a_value_is_not_a_placeholder():
    assert sub("${a} ${AWS::Region}", a="costs ${five}").to_dict() == {
        "Fn::Sub": "costs ${!five} ${AWS::Region}"
    }


@pytest.mark.parametrize("values", [{}, {"a": "1", "b": "2"}])
def test_every_name_is_given_and_every_value_named(values):
    with pytest.raises(KeyError, match="must be both named and given"):
        sub("${a}", **values)
