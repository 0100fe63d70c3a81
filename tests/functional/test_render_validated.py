"""`render` returns valid templates, unless told not to validate, and reports every error."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from pydantic import Field
from troposphere import AWSObject, rds, sns

from rdsproxy_templates import InvalidTemplateError, nest, render
from rdsproxy_templates.aws.kinds import Url
from rdsproxy_templates.model import Ports, Settings, Stack
from rdsproxy_templates.model.template import Nested, Template
from rdsproxy_templates.rendering.documents import bundle as rendered
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import VARIANTS

pytestmark = pytest.mark.xdist_group("lint")


class Config(Settings): ...


class Inputs(Ports): ...


class Outputs(Ports):
    url: Url = Field(description="An address.")


def module(build):
    """A stack whose template is what *build* makes."""

    class Made:
        """A stack."""

        __name__ = "a_stack"

    made = Made()
    made.Config, made.Inputs, made.Outputs, made.build = Config, Inputs, Outputs, build
    made.__name__ = "a_stack"
    return made


def stack_of(resource):
    """A stack that creates *resource*."""

    def build(config, given):
        return Stack(resources=[resource], outputs=Outputs(url=Url(resource.ref())))

    return module(build)


def public_database():
    return rds.DBInstance(
        "Database",
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        MasterUsername="owner",
        ManageMasterUserPassword=True,
        AllocatedStorage="20",
        PubliclyAccessible=True,
        StorageEncrypted=True,
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
    )


class AnyFunction(AWSObject):
    resource_type = "AWS::Serverless::Function"
    props = {"Runtime": (str, True)}


def function_without_code():
    return AnyFunction("Broken", Runtime="python3.13")


def nested(resource):
    """A stack that nests one that creates *resource*."""

    def build(config, given):
        child = nest("InnerStack", stack_of(resource), Config(), Inputs())
        return Stack(children=[child], outputs=Outputs(url=child.outputs.url))

    return module(build)


class TestRender:
    def test_refuses_findings_of_our_rules(self):
        with pytest.raises(
            InvalidTemplateError, match=r"template.yaml:\d+ database/public\] Database"
        ):
            render(stack_of(public_database()), Config())

    def test_refuses_findings_of_awss_validator(self):
        topic = sns.Topic("Topic", KmsMasterKeyId="k", FifoTopic=True, TopicName="x" * 300)

        with pytest.raises(InvalidTemplateError, match=r"template.yaml:\d+ [EWF]\d+\]"):
            render(stack_of(topic), Config())

    def test_validates_nothing_when_told_so(self):
        assert render(stack_of(public_database()), Config(), validate=False).templates

    def test_names_file_and_line_of_what_sam_refuses_to_expand(self):
        with pytest.raises(InvalidTemplateError) as caught:
            render(nested(function_without_code()), Config(), expand=True, nesting="plain")

        [problem] = caught.value.problems
        assert problem.place.startswith("cloudformation/inner.yaml:")
        assert problem.place.endswith(" SAM")
        assert "Broken" in problem.sentence

    def test_imports_validators_only_when_used(self):
        imports = "import sys, rdsproxy_templates, rdsproxy_templates.variants as _\n"
        asked = "print(sorted({'cloudformation_validate', 'cfnlint', 'samtranslator'} & {*sys.modules}))"
        said = subprocess.run(
            [sys.executable, "-c", imports + asked], capture_output=True, text=True, check=True
        )

        assert said.stdout == "[]\n"


class TestValidate:
    """All three validators are asked, and what stops one of them is a finding."""

    def test_a_refusal_of_sam_is_a_finding_at_its_place(self):
        bundle = render(nested(function_without_code()), Config(), validate=False)
        refused = [found for found in validate(bundle) if found.rule == "sam"]

        [one] = refused
        assert one.file == "cloudformation/inner.yaml"
        assert "Broken:" in bundle.templates[one.file].splitlines()[one.line - 1]
        assert "Broken" in one.sentence
        assert one.level == "error"

    def test_our_findings_do_not_hide_those_of_other_validators(self):
        database = public_database()
        database.DBInstanceClass = "db.none.micro"
        rules = {
            found.rule for found in validate(render(stack_of(database), Config(), validate=False))
        }

        assert "database/public" in rules
        assert {rule[0] for rule in rules} >= {"d", "E"}

    def test_a_broken_wire_does_not_hide_other_findings(self):
        whole = render(nested(public_database()), Config(), validate=False).root
        child = whole.children["InnerStack"]
        wrong = Nested(template=child.template, arguments={"Nobody": "asks"})
        found = validate(rendered(replace(whole, children={"InnerStack": wrong})))

        assert {"wiring"} < {one.rule for one in found}

    def test_stacks_that_need_each_other_are_a_finding(self):
        inner = Template(
            description="",
            parameters={"Url": {"Type": "String"}},
            children={},
            resources={"Topic": {"Type": "AWS::SNS::Topic"}},
            outputs={"Url": {"Value": {"Ref": "Url"}}},
        )
        children = {
            title: Nested(template=inner, arguments={"Url": {"Fn::GetAtt": [other, "Outputs.Url"]}})
            for title, other in (("OneStack", "TwoStack"), ("TwoStack", "OneStack"))
        }
        outer = replace(inner, parameters={}, children=children, resources={}, outputs={})
        found = validate(rendered(outer), lint=False)

        [one] = [one for one in found if one.rule == "wiring"]
        assert "OneStack.Url takes TwoStack.Outputs.Url" in one.sentence


PARTITIONS = "AllowedPattern: arn:aws[a-z-]*:"
"""The beginning of a pattern that takes an ARN of every partition."""


@pytest.mark.parametrize("nesting", ["plain", "flat"])
@pytest.mark.parametrize("name", VARIANTS)
def test_an_expanded_variant_suits_every_partition(name, nesting):
    config = VARIANTS[name].Config()
    bundle = render(VARIANTS[name], config, nesting=nesting, expand=True, validate=False)

    for text in bundle.templates.values():
        assert "arn:aws" not in text.replace(PARTITIONS, "")
