"""Tags are refused where any service of a stack would, and reach what a stack's own do not."""

from __future__ import annotations

import tomllib

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.resource_schemas import schema_of
from rdsproxy_templates.rendering.packaging import SAMCONFIG
from rdsproxy_templates.variants import VARIANTS, base, bastion, edge, edge_waf

TAGS = {"team": "shop", "Cost Center": "42"}
PAIRS = [{"Key": "team", "Value": "shop"}, {"Key": "Cost Center", "Value": "42"}]


def rendered(variant=base, tags=TAGS, **options):
    return render(variant, variant.Config(), tags=tags, **options)


def bodies(bundle, type_):
    """The properties of each resource of a type."""
    return [
        body["Properties"]
        for _, stack in bundle.root.walk()
        for body in stack.resources.values()
        if body["Type"] == type_
    ]


def samconfig(bundle):
    return tomllib.loads(bundle.extras[SAMCONFIG].decode())["default"]["deploy"]["parameters"]


def problems(tags, **options):
    with pytest.raises(ConfigError) as caught:
        rendered(tags=tags, **options)
    return [str(problem) for problem in caught.value.problems]


class TestRefused:
    @pytest.mark.parametrize(
        ("tags", "problem"),
        [
            ({"aws:x": "1"}, "[tags.aws:x] must not have a key that begins with aws:, which is AWS's"),
            ({"AwS:x": "1"}, "[tags.AwS:x] must not have a key that begins with AwS:, which is AWS's"),
            ({"rds:x": "1"}, "[tags.rds:x] must not have a key that begins with rds:, which is AWS's"),
            ({"x": "AWS:1"}, "[tags.x] must not have a value that begins with AWS:, which is AWS's ow"),
            ({"": "1"}, "[tags] must have a key of 1 to 128 characters, got 0"),
            ({"x": ""}, "[tags.x] must have a value of 1 to 256 characters, got 0"),
            ({"k" * 129: "1"}, f"[tags.{'k' * 129}] must have a key of 1 to 128 characters, got 129"),
            ({"x": "v" * 257}, "[tags.x] must have a value of 1 to 256 characters, got 257"),
            ({"x": "a\tb"}, "[tags.x] must have a value of letters, digits, spaces and _ . : / = + -"),
            ({"x,y": "1"}, "[tags.x,y] must have a key of letters, digits, spaces and _ . : / = + - "),
            ({"x": 5}, '[tags.x] must be text, got 5; put it in quotes: "5"'),
            ({"team": "a", "Team": "b"}, "[tags.Team] is team in other capitals, which IAM does not"),
            (dict.fromkeys(map(str, range(51)), "x"), "[tags] must be at most 50, got 51"),
        ],
    )  # fmt: skip
    def test_a_tag_that_some_service_refuses(self, tags, problem):
        [said] = problems(tags)

        assert said.startswith(problem)

    def test_everything_at_once(self):
        assert len(problems({"aws:x": "", "y": "\n"})) == 3

    def test_too_many_with_those_of_a_resource(self):
        own = {"Properties": {"Tags": [{"Key": "mine", "Value": "1"}]}}
        tags = dict.fromkeys(map(str, range(49)), "x")
        [said] = problems(tags, overrides={"VPCStack.VPC": own})

        assert said == ("[tags] would be 51 on VPCStack.VPC, with its own and SAM's; AWS takes 50")


class TestStackTags:
    def test_sam_cli_finds_them_in_its_configuration(self):
        assert samconfig(rendered())["tags"] == ["team=shop", "Cost Center=42"]

    def test_two_equals_signs_are_quoted_for_sam_cli(self):
        assert samconfig(rendered(tags={"a=b": "c d=ö"}))["tags"] == ['"a=b"="c d=ö"']

    def test_without_tags_the_configuration_is_as_ever(self):
        assert "tags" not in samconfig(rendered(tags=None))
        assert rendered(tags={}).templates == rendered(tags=None).templates

    def test_the_bundle_has_them_for_a_deployment(self):
        assert (rendered().tags, rendered(tags={}).tags, rendered(tags=None).tags) == (
            TAGS,
            {},
            None,
        )


class TestResources:
    def test_a_role_has_them_for_iam_has_none_of_the_stack(self):
        [role] = bodies(rendered(), "AWS::IAM::Role")

        assert role["Tags"] == PAIRS

    def test_a_function_hands_them_on_to_its_role(self):
        [function] = bodies(rendered(), "AWS::Serverless::Function")
        expanded = rendered(expand=True, nesting="flat").templates["template.yaml"]

        assert (function["Tags"], function["PropagateTags"]) == (TAGS, True)
        role = expanded.partition("SAMStackBlogRDSProxyFunctionRole:")[2].partition("\n  SAM")[0]
        assert "      - Key: team\n        Value: shop\n" in role

    def test_an_instance_hands_them_on_to_its_volumes(self):
        [instance] = bodies(rendered(bastion), "AWS::EC2::Instance")

        assert (instance["Tags"], instance["PropagateTagsToVolumeOnCreation"]) == (PAIRS, True)

    @pytest.mark.parametrize(
        ("variant", "type_"),
        [(edge, "AWS::CloudFront::Distribution"), (edge_waf, "AWS::WAFv2::WebACL")],
    )
    def test_what_a_stacks_tags_do_not_reach_has_its_own(self, variant, type_):
        [properties, *_] = bodies(rendered(variant), type_)

        assert properties["Tags"] == PAIRS

    def test_what_they_reach_has_none(self):
        [cluster] = bodies(rendered(), "AWS::RDS::DBCluster")

        assert "Tags" not in cluster
        assert cluster["CopyTagsToSnapshot"] is True

    def test_a_resources_own_tag_wins(self):
        overrides = {
            "SAMStack.*Function": {"Properties": {"Tags": {"team": "api"}, "PropagateTags": False}},
            "RDSStack.RDSProxyRole": {"Properties": {"Tags": [{"Key": "team", "Value": "proxy"}]}},
        }
        bundle = rendered(overrides=overrides)
        [function] = bodies(bundle, "AWS::Serverless::Function")
        [role] = bodies(bundle, "AWS::IAM::Role")

        assert function["Tags"] == {"team": "api", "Cost Center": "42"}
        assert function["PropagateTags"] is False
        assert role["Tags"] == [{"Key": "team", "Value": "proxy"}, PAIRS[1]]

    @pytest.mark.parametrize("name", VARIANTS)
    def test_everything_that_can_be_tagged_is_reached(self, name):
        """By CloudFormation, as the schema promises, or by the template."""
        bundle = rendered(VARIANTS[name], nesting="flat", expand=True)
        for _, stack in bundle.root.walk():
            for title, body in stack.resources.items():
                tagging = schema_of(body["Type"]).body.get("tagging", {})
                promised = tagging.get("cloudFormationSystemTags", True)
                assert not tagging.get("taggable") or promised or body["Properties"]["Tags"], title
