"""Wiring between parents and children, which AWS checks only at deployment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import BUNDLE, get_att, ref, resource

from rdsproxy_templates.model import Template
from rdsproxy_templates.model.template import Nested
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.validators.rules.wiring import connected, values_taken

CHILD = Template(
    description="A child.",
    parameters={"Host": {"Type": "String"}, "Port": {"Type": "String", "Default": "3306"}},
    children={},
    resources={"Topic": resource("SNS::Topic", TopicName=ref("Host"))},
    outputs={"TopicArn": {"Value": ref("Topic")}},
)


def root(arguments, *, resources=None, outputs=None, child=CHILD):
    """A parent and one child, which is passed *arguments*."""
    return Template(
        description="A parent.",
        parameters={},
        children={"ChildStack": Nested(template=child, arguments=arguments)},
        resources=resources or {},
        outputs=outputs or {},
    )


def violation(changed):
    """The one violation, and the text of its line."""
    [one] = connected.judge(changed)
    return one, changed.templates[one.file].splitlines()[one.line - 1].strip()


class TestParameters:
    @pytest.mark.parametrize("arguments", [{"Host": "a"}, {"Host": "a", "Port": "1"}])
    def test_what_the_child_declares_is_accepted(self, arguments):
        assert list(connected.judge(bundle(root(arguments)))) == []

    def test_a_parameter_that_the_child_does_not_declare_is_refused(self):
        one, line = violation(bundle(root({"Host": "a", "Hots": "b"})))

        assert one.file == "template.yaml"
        assert line == "Hots: b"
        assert one.sentence == (
            "ChildStack is passed Hots, which it does not declare (did you mean Host?)"
        )
        assert one.remedy == "Declare the parameter in the child, or do not pass it"

    def test_a_parameter_that_resembles_none_is_refused_without_a_guess(self):
        one, _ = violation(bundle(root({"Host": "a", "Zone": "b"})))

        assert one.sentence.endswith("which it does not declare")

    def test_a_parameter_that_the_child_needs_must_be_passed(self):
        one, line = violation(bundle(root({"Port": "1"})))

        assert line == "Parameters:"
        assert one.sentence == "ChildStack needs Host and is not passed it"
        assert one.remedy == "Pass it"

    def test_a_child_that_is_passed_nothing_is_found_at_its_properties(self):
        _, line = violation(bundle(root({})))

        assert line == "Properties:"

    def test_a_child_of_a_child_is_looked_at_too(self):
        middle = root({}, child=CHILD)
        outer = replace(root({}), children={"MiddleStack": Nested(template=middle, arguments={})})

        one, _ = violation(bundle(outer))

        assert one.file == "cloudformation/middle.yaml"


class TestOutputs:
    ARN = get_att("ChildStack", "Outputs.TopicArn")
    WRONG = get_att("ChildStack", "Outputs.TopicArns")

    def test_what_the_child_offers_is_accepted(self):
        wired = root({"Host": "a"}, outputs={"Arn": {"Value": self.ARN}})

        assert list(connected.judge(bundle(wired))) == []

    def test_an_output_that_the_child_does_not_offer_is_refused(self):
        wrong = root({"Host": "a"}, outputs={"Name": {"Value": self.WRONG}})

        one, line = violation(bundle(wrong))

        assert line == "Name:"
        assert one.sentence == (
            "Name asks ChildStack for TopicArns, which it does not offer (did you mean TopicArn?)"
        )
        assert one.remedy == "Offer the output in the child, or ask for another"

    def test_a_resource_that_asks_for_it_is_refused(self):
        topic = resource("SNS::Topic", Tags=[{"Key": "child", "Value": self.WRONG}])

        one, line = violation(bundle(root({"Host": "a"}, resources={"Other": topic})))

        assert line == "Other:"
        assert one.sentence.startswith("Other asks ChildStack for TopicArns")

    def test_another_child_that_is_passed_it_is_refused(self):
        one_child = root({"Host": "a"})
        other = Nested(template=CHILD, arguments={"Host": self.WRONG})

        one, line = violation(
            bundle(replace(one_child, children={**one_child.children, "OtherStack": other}))
        )

        assert line == "OtherStack:"
        assert one.sentence.startswith("OtherStack asks ChildStack for TopicArns")

    @pytest.mark.parametrize(
        "text",
        [
            {"Fn::Sub": "arn: ${ChildStack.Outputs.TopicArns}"},
            {"Fn::Sub": ["${Label}: ${ChildStack.Outputs.TopicArns}", {"Label": "arn"}]},
            {"Fn::Sub": ["${Name}", {"Name": WRONG}]},
        ],
    )
    def test_a_text_that_asks_for_it_is_refused(self, text):
        one, line = violation(bundle(root({"Host": "a"}, outputs={"Name": {"Value": text}})))

        assert line == "Name:"
        assert one.sentence.startswith("Name asks ChildStack for TopicArns")

    def test_a_text_that_asks_for_what_is_offered_is_accepted(self):
        text = {"Fn::Sub": "arn: ${ChildStack.Outputs.TopicArn} ${!Literal} ${AWS::Region}"}

        assert (
            list(connected.judge(bundle(root({"Host": "a"}, outputs={"Arn": {"Value": text}}))))
            == []
        )


class TestMissingTemplate:
    def test_a_child_whose_template_is_missing_is_refused(self):
        templates = dict(BUNDLE.templates)
        del templates["cloudformation/rds.yaml"]

        one, line = violation(replace(BUNDLE, templates=templates))

        assert (one.file, line) == ("template.yaml", "RDSStack:")
        assert one.sentence == "the template of RDSStack is missing"
        assert one.remedy == "Render the whole bundle"


class TestAttributes:
    def test_a_stack_has_only_outputs(self):
        """``!GetAtt ChildStack.TopicArn`` for ``!GetAtt ChildStack.Outputs.TopicArn``."""
        wrong = root({"Host": "a"}, outputs={"Name": {"Value": get_att("ChildStack", "TopicArn")}})

        one, line = violation(bundle(wrong))

        assert line == "Name:"
        assert one.sentence == "Name asks ChildStack for TopicArn, and a stack has only outputs"
        assert one.remedy == "Write ChildStack.Outputs.TopicArn"

    def test_an_attribute_of_another_resource_is_left_alone(self):
        arn = {"Value": get_att("Other", "TopicArn")}
        wired = root({"Host": "a"}, resources={"Other": resource("SNS::Topic")}, outputs={"A": arn})

        assert list(connected.judge(bundle(wired))) == []


def refused(**parameter):
    """What is said of a parameter by its own default."""
    parameters = {"Size": parameter}
    made = bundle(replace(root({}, child=CHILD), children={}, parameters=parameters))
    return [one.sentence for one in values_taken.judge(made)]


class TestValuesTaken:
    @pytest.mark.parametrize(
        ("parameter", "problem"),
        [
            (
                {"Type": "String", "AllowedValues": ["s", "m"]},
                "'l' is not one of its AllowedValues: s, m",
            ),
            (
                {"Type": "String", "AllowedPattern": "[a-k]"},
                "'l' does not match its AllowedPattern, [a-k]",
            ),
            ({"Type": "String", "MinLength": 2}, "'l' is shorter than its MinLength, 2"),
            ({"Type": "String", "MinLength": "2"}, "'l' is shorter than its MinLength, 2"),
            ({"Type": "String", "MaxLength": 0}, "'l' is longer than its MaxLength, 0"),
            ({"Type": "Number"}, "'l' is not a number"),
            (
                {"Type": "CommaDelimitedList", "AllowedValues": ["s"]},
                "'l' is not one of its AllowedValues: s",
            ),
        ],
    )
    def test_a_default_that_its_parameter_refuses_is_refused(self, parameter, problem):
        assert refused(**parameter, Default="l") == [f"the default of Size is refused: {problem}"]

    @pytest.mark.parametrize(
        ("default", "problem"),
        [(1, "1 is below its MinValue, 2"), ("9", "9 is above its MaxValue, 4")],
    )
    def test_a_number_is_within_its_bounds(self, default, problem):
        [one] = refused(Type="Number", MinValue=2, MaxValue=4, Default=default)

        assert one == f"the default of Size is refused: {problem}"

    @pytest.mark.parametrize(
        "parameter",
        [
            {"Type": "String", "AllowedValues": ["s"]},
            {"Type": "String", "AllowedValues": [True, False], "Default": "true"},
            {"Type": "Number", "AllowedValues": [1, 2], "Default": "1"},
            {"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]", "Default": "a, b"},
            {"Type": "CommaDelimitedList", "AllowedValues": ["s", "l,m"], "Default": "l,m"},
            {"Type": "String", "AllowedPattern": "[[:alpha:", "Default": "a"},
            {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "AllowedPattern": "[0-9.]+",
                "Default": "/platform/version",
            },
        ],
        ids=[
            "no default",
            "booleans",
            "numbers",
            "a list",
            "a whole list",
            "a pattern of Java's",
            "a path",
        ],
    )
    def test_a_default_that_is_taken_or_unknown_is_accepted(self, parameter):
        assert refused(**parameter) == []

    def test_an_argument_that_the_child_refuses_is_refused(self):
        child = replace(CHILD, parameters={"Host": {"Type": "String", "AllowedValues": ["a"]}})
        made = bundle(root({"Host": "b"}, child=child))

        [one] = values_taken.judge(made)

        assert one.file == "template.yaml"
        assert made.templates[one.file].splitlines()[one.line - 1].strip() == "Host: b"
        assert one.sentence == (
            "ChildStack is passed Host, which it refuses: 'b' is not one of its AllowedValues: a"
        )

    @pytest.mark.parametrize("value", ["a", ref("Given"), {"Fn::ImportValue": "host"}])
    def test_an_argument_that_is_taken_or_given_is_accepted(self, value):
        child = replace(CHILD, parameters={"Host": {"Type": "String", "AllowedValues": ["a"]}})

        assert list(values_taken.judge(bundle(root({"Host": value}, child=child)))) == []
