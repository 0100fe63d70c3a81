"""A wire that leads nowhere is an error before anything is written."""

from __future__ import annotations

import pytest
from pydantic import Field
from stacks_made_up import Config, Inputs, Outputs, stack
from troposphere import Ref, Sub, sns

from rdsproxy_templates import WiringError, nest, render
from rdsproxy_templates.aws.kinds import Hostname, Url
from rdsproxy_templates.model import ParameterAttributes, Ports, Settings, Stack


def topic(config, given):
    """Builds one resource, from its inputs to its outputs."""
    one = sns.Topic("Topic", TopicName=given.host)
    return Stack(resources=[one], outputs=Outputs(url=Url(one.ref())))


def problems(build):
    with pytest.raises(WiringError) as caught:
        render(stack(build), Config())
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_stack_renders():
    assert "Topic" in render(stack(topic), Config()).templates["template.yaml"]


def test_a_stack_that_nests_itself_is_told():
    def build(config, given):
        inner = nest("Inner", module, Config(), Inputs(host=given.host))
        return Stack(children=[inner], outputs=Outputs(url=inner.outputs.url))

    module = stack(build)
    with pytest.raises(WiringError) as caught:
        render(module, Config())

    assert str(caught.value) == (
        "[Inner] is nested 20 levels deep, a_stack in a_stack in a_stack …: does it nest itself?"
    )


def test_a_resource_that_is_not_listed_cannot_be_referred_to():
    def build(config, given):
        one = sns.Topic("Topic", TopicName=given.host)
        alarm = sns.Topic("Alarm", TopicName=one.ref())
        return Stack(resources=[alarm], outputs=Outputs(url=Url(given.host)))

    assert problems(build) == [
        "[a_stack] refers to Topic, which it is not given and does not create"
    ]


def test_an_input_that_nothing_uses_is_an_error():
    def build(config, given):
        one = sns.Topic("Topic")
        return Stack(resources=[one], outputs=Outputs(url=Url(one.ref())))

    assert problems(build) == ["[a_stack] is given Host, which it never uses"]


def test_a_value_of_a_child_means_nothing_in_its_parent():
    leaked = []

    def inner(config, given):
        built = topic(config, given)
        leaked.append(built.outputs.url)
        return built

    def build(config, given):
        child = nest("Child", stack(inner), Config(), Inputs(host=given.host))
        return Stack(children=[child], outputs=Outputs(url=leaked[0]))

    assert problems(build) == [
        "[a_stack] refers to Topic, which it is not given and does not create"
    ]


def test_a_child_that_is_wired_must_be_listed():
    def build(config, given):
        child = nest("Child", stack(topic), Config(), Inputs(host=given.host))
        return Stack(outputs=child.outputs)

    assert problems(build) == [
        "[a_stack] refers to Child, which it is not given and does not create",
        "[a_stack] is given Host, which it never uses",
    ]


def test_an_input_and_a_resource_cannot_share_a_name():
    def build(config, given):
        one = sns.Topic("Host", TopicName=given.host)
        return Stack(resources=[one], outputs=Outputs(url=Url(one.ref())))

    assert problems(build) == ["[a_stack] is given Host and creates Host too"]


def test_a_child_and_a_resource_cannot_share_a_name():
    def build(config, given):
        child = nest("Same", stack(topic), Config(), Inputs(host=given.host))
        same = sns.Topic("Same")
        return Stack(children=[child], resources=[same], outputs=child.outputs)

    assert problems(build) == ["[a_stack] Same is created twice"]


def test_two_resources_cannot_share_a_name():
    def build(config, given):
        one, two = sns.Topic("Topic", TopicName=given.host), sns.Topic("Topic")
        return Stack(resources=[one, two], outputs=Outputs(url=Url(two.ref())))

    assert problems(build) == ["[a_stack] Topic is created twice"]


def test_only_inputs_can_be_described_further():
    def build(config, given):
        built = topic(config, given)
        said = {"hots": ParameterAttributes(default="localhost")}
        return Stack(resources=built.resources, outputs=built.outputs, parameters=said)

    assert problems(build) == [
        "[a_stack] says more about hots, which is no input (did you mean host?)"
    ]


def test_a_stack_is_nested_with_its_own_inputs():
    class Others(Ports):
        host: Hostname = Field(description="A host.")

    with pytest.raises(WiringError, match=r"\[Child\] Child must be given a_stack.Inputs"):
        nest("Child", stack(topic), Config(), Others(host=Hostname("localhost")))


def test_a_stack_is_built_with_its_own_config():
    class Others(Settings): ...

    with pytest.raises(WiringError, match=r"\[a_stack\] must be built with a a_stack.Config, got"):
        render(stack(topic), Others())


def test_a_fault_inside_a_child_is_found_there():
    def inner(config, given):
        return Stack(outputs=Outputs(url=Url("https://example.com/")))

    def build(config, given):
        child = nest("Child", stack(inner), Config(), Inputs(host=given.host))
        return Stack(children=[child], outputs=child.outputs)

    assert problems(build) == ["[Child] is given Host, which it never uses"]


class Perhaps(Ports):
    host: Hostname = Field(description="A host.")
    reader: Hostname | None = Field(default=None, description="Another, where there is one.")


def perhaps(build):
    """A stack with an optional port on either side."""
    module = stack(build, "perhaps")
    module.Inputs = module.Outputs = Perhaps
    return module


def passing(config, given):
    """Outputs both hosts that it is given."""
    names = [name for name in ("host", "reader") if getattr(given, name) is not None]
    topics = [
        sns.Topic(f"{name.capitalize()}Topic", TopicName=getattr(given, name)) for name in names
    ]
    offered = {name: Hostname(one.ref()) for name, one in zip(names, topics, strict=True)}
    return Stack(resources=topics, outputs=Perhaps(**offered))


class TestOptionalPorts:
    @staticmethod
    def nested(**reader):
        def build(config, given):
            host = given.host
            child = nest(
                "Child",
                perhaps(passing),
                Config(),
                Perhaps(host=host, **dict.fromkeys(reader, host)),
            )
            assert (child.outputs.reader is not None) == bool(reader)
            return Stack(children=[child], outputs=Outputs(url=Url(child.outputs.host)))

        return render(stack(build), Config()).root.children["Child"]

    def test_a_wired_port_is_a_parameter_and_an_output(self):
        child = self.nested(reader=True)

        assert list(child.template.parameters) == ["Host", "Reader"] == list(child.arguments)
        assert list(child.template.outputs) == ["Host", "Reader"]

    def test_an_unwired_port_renders_nothing(self):
        child = self.nested()

        assert list(child.template.parameters) == ["Host"] == list(child.arguments)
        assert list(child.template.outputs) == ["Host"]

    def test_a_root_has_only_its_required_ports(self):
        root = render(perhaps(passing), Config()).root

        assert list(root.parameters) == ["Host"]

    def test_a_value_of_another_kind_is_refused_once(self):
        with pytest.raises(WiringError) as caught:
            Perhaps(host=Hostname("a"), reader=Url("b"))

        assert [p.sentence for p in caught.value.problems] == ["reader takes a Hostname, got Url"]


class TestCircles:
    """Stacks that need each other are named with the wires between them."""

    def circle(self, length):
        """A stack of as many that each take the address of the next."""

        def build(config, given):
            titles = [f"Stack{number}" for number in range(length)]
            children = []
            for title, other in zip(titles, [*titles[1:], titles[0]], strict=True):
                taken = Hostname(Sub(f"${{{other}.Outputs.Url}}"))
                children.append(nest(title, stack(topic), Config(), Inputs(host=taken)))
            return Stack(children=children, outputs=Outputs(url=Url(given.host)))

        return build

    @pytest.mark.parametrize("length", [1, 2, 3, 7])
    def test_of_any_length(self, length):
        (problem,) = problems(self.circle(length))

        assert problem.startswith("[a_stack] has a circle in which nothing can be created first: ")
        for number in range(length):
            wire = f"Stack{number}.Host takes Stack{(number + 1) % length}.Outputs.Url"
            assert problem.count(wire) == 1

    def test_through_a_resource_between_them(self):
        def build(config, given):
            between = sns.Topic("Between", TopicName=Sub("${Child.Outputs.Url}"))
            host = Hostname(between.ref())
            child = nest("Child", stack(topic), Config(), Inputs(host=host))
            outputs = Outputs(url=Url(given.host))
            return Stack(children=[child], resources=[between], outputs=outputs)

        (problem,) = problems(build)
        assert "Between.TopicName takes Child.Outputs.Url" in problem
        assert "Child.Host takes Between" in problem

    def test_of_resources(self):
        def build(config, given):
            one = sns.Topic("One", DependsOn="Two", TopicName=given.host)
            two = sns.Topic("Two", TopicName=one.ref())
            return Stack(resources=[one, two], outputs=Outputs(url=Url(one.ref())))

        (problem,) = problems(build)
        assert "One depends on Two" in problem
        assert "Two.TopicName takes One" in problem

    def test_two_at_once(self):
        def build(config, given):
            pairs = [("A", "B"), ("B", "A"), ("C", "D"), ("D", "C")]
            topics = [sns.Topic(one, TopicName=Ref(other)) for one, other in pairs]
            return Stack(resources=topics, outputs=Outputs(url=Url(given.host)))

        assert len(problems(build)) == 2
