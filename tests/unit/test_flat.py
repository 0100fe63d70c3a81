"""A variant in one template: the same resources, wired to each other directly."""

from __future__ import annotations

import pytest
from pydantic import Field
from stacks_made_up import Config, stack
from troposphere import GetAtt, Join, Select, sns

from rdsproxy_templates import nest, render
from rdsproxy_templates.aws.kinds import Hostname, Url
from rdsproxy_templates.model import ParameterAttributes, Ports, Stack, Value, Values, sub
from rdsproxy_templates.model.references import references, replaced, simplified
from rdsproxy_templates.model.template import needed
from rdsproxy_templates.rendering import flattened, with_defaults
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.validators import judgment
from rdsproxy_templates.variants import VARIANTS, base, existing_vpc


class Names(Values): ...


class Inputs(Ports):
    host: Hostname = Field(description="A host.")
    names: Names = Field(description="Some names.")


class Outputs(Ports):
    url: Url = Field(description="An address.")
    names: Names = Field(description="The names, passed on.")


def leaf(config, given):
    topic = sns.Topic(
        "Topic",
        DependsOn="Other",
        TopicName=sub("${host}!${AWS::Region}", host=given.host),
        DisplayName=Select(1, given.names),
    )
    other = sns.Topic("Other", DisplayName=Join("+", given.names))
    return Stack(
        resources=[topic, other],
        outputs=Outputs(url=Url(topic.get_att("TopicArn")), names=given.names),
    )


def module(build):
    made = stack(build)
    made.Inputs, made.Outputs = Inputs, Outputs
    return made


def twice(config, given):
    first = nest("One", module(leaf), Config(), Inputs(host=given.host, names=given.names))
    own = sns.Topic("Own", DependsOn="One", TopicName=first.outputs.url)
    second = nest(
        "Two",
        module(leaf),
        Config(),
        Inputs(host=Hostname(first.outputs.url), names=first.outputs.names),
    )
    return Stack(
        children=[second, first],
        resources=[own],
        outputs=second.outputs,
        parameters={"host": ParameterAttributes(default="localhost")},
    )


FLAT, ORIGINS = flattened(render(module(twice), Config(), validate=False).root)


def before(flat):
    """The resources that exist before each resource of *flat* is created."""
    there = {}

    def of(name):
        if name not in there:
            others = needed(flat.resources[name]) & flat.resources.keys()
            there[name] = others.union(*map(of, others))
        return there[name]

    return {name: of(name) for name in flat.resources}


def properties(name):
    return FLAT.resources[name]["Properties"]


class TestFlattened:
    def test_resources_of_a_stack_nested_twice_stay_apart(self):
        assert set(FLAT.resources) == {"OneTopic", "OneOther", "TwoTopic", "TwoOther", "Own"}
        assert ORIGINS["TwoOther"].path == ("Two",)
        assert ORIGINS["TwoOther"].title == "Other"

    def test_a_parameter_becomes_what_the_parent_passes(self):
        assert properties("OneTopic")["TopicName"] == {"Fn::Sub": "${Host}!${AWS::Region}"}
        assert properties("TwoTopic")["TopicName"] == {
            "Fn::Sub": "${OneTopic.TopicArn}!${AWS::Region}"
        }

    def test_a_list_that_crossed_borders_is_the_list_again(self):
        assert properties("TwoOther")["DisplayName"] == {"Fn::Join": ["+", {"Ref": "Names"}]}

    def test_an_output_becomes_its_value(self):
        assert FLAT.outputs["Url"]["Value"] == {"Fn::GetAtt": ["TwoTopic", "TopicArn"]}
        assert properties("Own")["TopicName"] == {"Fn::GetAtt": ["OneTopic", "TopicArn"]}

    def test_waiting_for_a_child_means_waiting_for_everything_in_it(self):
        assert "TwoOther" in FLAT.resources["TwoTopic"]["DependsOn"]
        assert {"OneTopic", "OneOther"} <= before(FLAT)["Own"]

    def test_only_dependencies_that_references_do_not_imply_are_declared(self):
        assert "DependsOn" not in FLAT.resources["Own"]

    def test_defaults_take_the_place_of_parameters(self):
        filled = with_defaults(FLAT)

        assert set(filled.parameters) == {"Names"}
        assert filled.resources["OneTopic"]["Properties"]["TopicName"] == {
            "Fn::Sub": "localhost!${AWS::Region}"
        }

    def test_every_reference_in_a_flat_variant_has_a_target(self):
        for variant in (base, existing_vpc):
            flat, _ = flattened(render(variant, variant.Config()).root)
            known = flat.resources.keys() | flat.parameters.keys()
            assert set(references({**flat.resources, **flat.outputs})) <= known

    def test_a_flat_variant_has_every_resource_of_its_stacks(self):
        root = render(base, base.Config()).root
        count = sum(len(template.resources) for _, template in root.walk())

        assert len(flattened(root)[0].resources) == count


APP = {"name": "app", "login": "end_to_end_iam"}
PEOPLE = {"rds": {"users": [APP, {"name": "reports", "login": "password"}]}}
WITH_USERS = {
    "base": PEOPLE | {"function_user": "app"},
    "auth": {"rds": {"users": [APP, PEOPLE["rds"]["users"][1]]}, "password_user": "reports"}
    | {"iam_user": "app"},
    "existing_vpc": PEOPLE | {"function_user": "app"},
    "bastion": PEOPLE | {"proxy": True, "bastion": {"ways": ["ssm", "eice"]}},
    "cross_account_db": PEOPLE | {"function_user": "app"},
}


@pytest.mark.parametrize("variant", VARIANTS)
class TestNestedDependencies:
    """A resource that waited for a stack waits for all that was in it."""

    @pytest.fixture
    def root(self, variant):
        config = VARIANTS[variant].Config.parse(WITH_USERS.get(variant, {}), variant)
        return render(VARIANTS[variant], config).root

    def test_a_whole_stack_exists_before_resources_that_use_its_outputs(self, root):
        flat, origins = flattened(root)
        there = before(flat)

        def inside(path, name):
            whole = (*path, name)
            return {
                one
                for one, origin in origins.items()
                if (*origin.path, origin.title) == whole or origin.path[: len(whole)] == whole
            }

        for path, template in root.walk():
            taken = {t: dict(c.arguments) for t, c in template.children.items()}
            for taker, body in {**taken, **template.resources}.items():
                for giver in {*references(body)} & template.children.keys():
                    for one in inside(path, taker):
                        assert inside(path, giver) <= there[one], (one, giver)

    def test_no_dependency_is_declared_twice(self, root):
        flat, _ = flattened(root)
        there = before(flat)

        for name, body in flat.resources.items():
            implied = {*references({**body, "DependsOn": []})} & flat.resources.keys()
            added = set(body.get("DependsOn", ()))
            for one in added:
                assert not any(one in there[other] for other in added - {one}), (name, one)
                assert one not in implied, (name, one)

    def test_the_flat_form_passes_our_checks(self, root):
        assert judgment.find(bundle(root, "flat")) == []


class TestReplaced:
    def test_a_variable_of_sub_is_not_a_reference(self):
        node = {"Fn::Sub": ["${A}${B}", {"A": {"Ref": "X"}}]}

        assert set(references(node)) == {"B", "X"}

    def test_a_literal_placeholder_is_not_a_reference(self):
        assert set(references({"Fn::Sub": "${!A} ${AWS::Region} ${B.Arn}"})) == {"B"}

    def test_an_expression_that_sub_cannot_spell_becomes_a_variable(self):
        joined = {"Fn::Join": ["", ["a", {"Ref": "B"}]]}
        result = replaced({"Fn::Sub": "<${A}>"}, lambda _: joined, lambda _n, _a: joined)

        assert result == {"Fn::Sub": ["<${A}>", {"A": joined}]}

    def test_text_that_is_whole_needs_no_sub(self):
        result = replaced({"Fn::Sub": "<${A}>"}, lambda _: "a", lambda _n, _a: "b")

        assert result == "<a>"

    def test_an_element_of_a_known_list_is_chosen_here(self):
        assert simplified({"Fn::Select": [1, ["a", "b"]]}) == "b"
        assert simplified({"Fn::Split": [",", "a,b"]}) == ["a", "b"]


def test_a_value_shows_its_kind_and_expression():
    assert repr(Value(GetAtt("A", "B"))) == "Value({'Fn::GetAtt': ['A', 'B']})"
