"""Port groups: values that travel together cross a border under their own names."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from troposphere import sns

from rdsproxy_templates import WiringError, nest, render
from rdsproxy_templates.aws.kinds import Hostname, SecurityGroupId, SubnetId, VpcId
from rdsproxy_templates.model import Ports, Settings, Stack
from rdsproxy_templates.model.stack import template


class PrivateSubnets(Ports):
    private_subnet1_id: SubnetId = Field(description="First private subnet.")
    private_subnet2_id: SubnetId = Field(description="Second private subnet.")


class Network(Ports):
    vpc_id: VpcId | None = Field(default=None, description="The VPC, where it is known.")
    subnets: PrivateSubnets = Field(description="Its private subnets.")


class NestedTwice(Ports):
    network: Network = Field(description="Around the host.")


ONE, TWO = SubnetId("subnet-1"), SubnetId("subnet-2")
SUBNETS = PrivateSubnets(private_subnet1_id=ONE, private_subnet2_id=TWO)


class TestBorder:
    def test_the_ports_of_a_group_keep_their_logical_ids_and_their_place(self):
        assert [port.logical_id for port in NestedTwice.ports()] == [
            "VPCId",
            "PrivateSubnet1Id",
            "PrivateSubnet2Id",
        ]

    def test_a_port_is_optional_where_it_or_a_group_around_it_is(self):
        class Lent(Ports):
            network: Network | None = Field(default=None, description="Lent, or not.")

        assert [port.optional for port in NestedTwice.ports()] == [True, False, False]
        assert [port.optional for port in Lent.ports()] == [True, True, True]

    def test_wired_yields_what_a_group_holds(self):
        record = NestedTwice(network=Network(subnets=SUBNETS))

        assert [(port.name, value) for port, value in record.wired()] == [
            ("private_subnet1_id", ONE),
            ("private_subnet2_id", TWO),
        ]

    def test_a_record_with_more_ports_than_the_group_hands_on_those_of_the_group(self):
        class VpcOutputs(PrivateSubnets):
            vpc_id: VpcId = Field(description="The VPC.")

        class Takes(Ports):
            subnets: PrivateSubnets = Field(description="Two subnets.")

        outputs = VpcOutputs(private_subnet1_id=ONE, private_subnet2_id=TWO, vpc_id=VpcId("vpc-1"))

        assert [port.name for port, _ in Takes(subnets=outputs).wired()] == [
            "private_subnet1_id",
            "private_subnet2_id",
        ]

    @given(st.sets(st.sampled_from(["vpc_id", "private_subnet1_id", "private_subnet2_id"])))
    def test_an_optional_group_is_whole_or_none(self, present):
        class Lent(Ports):
            network: Network | None = Field(default=None, description="Lent, or not.")

        def fill():
            return Lent.filled(
                lambda port: port.received() if port.name in present else None
            ).network

        if not present:
            assert fill() is None
        elif present >= {"private_subnet1_id", "private_subnet2_id"}:
            network = fill()
            assert [port.name for port, _ in network.wired()] == [
                name
                for name in ("vpc_id", *(port.name for port in PrivateSubnets.ports()))
                if name in present
            ]
        else:
            with pytest.raises(WiringError, match="private_subnet"):
                fill()


class TestMistakes:
    def test_an_error_names_the_inner_port(self):
        with pytest.raises(WiringError) as caught:
            PrivateSubnets(private_subnet1_id=SecurityGroupId("sg-1"))

        assert [str(problem) for problem in caught.value.problems] == [
            "[test_port_groups.PrivateSubnets] private_subnet1_id takes a SubnetId, got "
            "SecurityGroupId",
            "[test_port_groups.PrivateSubnets] private_subnet2_id is not wired; it takes a "
            "SubnetId",
        ]

    @pytest.mark.parametrize("wrong", [ONE, "subnet-1", None])
    def test_only_a_record_is_a_group(self, wrong):
        with pytest.raises(WiringError, match="subnets takes a PrivateSubnets, got "):
            Network(subnets=wrong)

    def test_a_missing_group_is_named(self):
        with pytest.raises(WiringError, match="subnets is not wired; it takes a PrivateSubnets"):
            Network()

    def test_two_ports_of_one_logical_id_are_refused(self):
        class Twice(Ports):
            private_subnet1_id: SubnetId = Field(description="A subnet.")
            subnets: PrivateSubnets = Field(description="And two.")

        with pytest.raises(WiringError, match="two ports of the logical ID PrivateSubnet1Id"):
            list(Twice.ports())

    def test_optional_groups_with_one_logical_id_for_two_kinds_are_refused(self):
        class Other(Ports):
            private_subnet1_id: VpcId = Field(description="No subnet.")

        class Twice(Ports):
            one: PrivateSubnets | None = Field(default=None, description="Two subnets.")
            other: Other | None = Field(default=None, description="No subnets.")

        with pytest.raises(WiringError, match="two ports of the logical ID PrivateSubnet1Id"):
            Twice()


class Config(Settings):
    reads: bool = Field(default=True, description="Read what is offered when it is read.")


class Offers(Ports):
    when_read = frozenset({"second"})

    first: Hostname = Field(description="Offered always.")
    second: Hostname = Field(description="Offered where somebody reads it.")


class Grouped(Ports):
    subnets: PrivateSubnets = Field(description="Two subnets.")


class Url(Ports):
    url: Hostname = Field(description="A host.")


def stack(build, inputs, outputs):
    module = ModuleType("made_up", "A stack of the tests.")
    module.Config, module.Inputs, module.Outputs, module.build = Config, inputs, outputs, build
    return module


HOST = Hostname("db.example")


class Reader(Ports):
    host: Hostname = Field(description="Where it reads.")
    reads: Hostname = Field(description="What it reads.")


class Writer(Ports):
    host: Hostname = Field(description="Where it writes.")
    writes: Hostname = Field(description="What it writes.")


class Callers(Ports):
    reader: Reader | None = Field(default=None, description="Who reads.")
    writer: Writer | None = Field(default=None, description="Who writes.")


def calling(config, inputs):
    topics = [
        sns.Topic(port.logical_id + port.groups[0].capitalize(), TopicName=value)
        for port, value in inputs.wired()
    ]
    return Stack(resources=topics, outputs=Url(url=Hostname(topics[0].ref())))


def offering(config, inputs):
    topic = sns.Topic("Topic", TopicName=inputs.subnets.private_subnet1_id)
    other = sns.Topic("Other", TopicName=inputs.subnets.private_subnet2_id)
    return Stack(
        resources=[topic, other],
        outputs=Offers(first=Hostname(topic.ref()), second=Hostname(other.ref())),
    )


def reading(config, inputs):
    child = nest("Child", stack(offering, Grouped, Offers), Config(), inputs)
    host = child.outputs.second if config.reads else child.outputs.first
    return Stack(children=[child], outputs=Url(url=host))


class TestStacks:
    def test_a_stack_uses_a_group_that_its_parent_hands_on_whole(self):
        root = template("Root", stack(reading, Grouped, Url), Config())

        assert list(root.parameters) == ["PrivateSubnet1Id", "PrivateSubnet2Id"]
        assert root.children["Child"].arguments == {
            "PrivateSubnet1Id": {"Ref": "PrivateSubnet1Id"},
            "PrivateSubnet2Id": {"Ref": "PrivateSubnet2Id"},
        }

    @pytest.mark.parametrize(
        ("reads", "offered"), [(True, ["First", "Second"]), (False, ["First"])]
    )
    def test_a_nested_stack_has_an_output_of_when_read_only_where_it_is_read(self, reads, offered):
        root = template("Root", stack(reading, Grouped, Url), Config(reads=reads))

        assert list(root.children["Child"].template.outputs) == offered

    def test_a_root_has_all_its_outputs(self):
        assert list(template("Root", stack(offering, Grouped, Offers), Config()).outputs) == [
            "First",
            "Second",
        ]

    def test_groups_with_a_port_of_one_logical_id_share_a_parameter(self):
        child = nest(
            "Child",
            stack(calling, Callers, Url),
            Config(),
            Callers(
                reader=Reader(host=HOST, reads=Hostname("r")),
                writer=Writer(host=HOST, writes=Hostname("w")),
            ),
        )

        assert list(child.nested.template.parameters) == ["Host", "Reads", "Writes"]
        assert child.nested.arguments == {"Host": "db.example", "Reads": "r", "Writes": "w"}

    def test_only_the_wired_one_of_groups_with_one_logical_id_is_there(self):
        child = nest(
            "Child",
            stack(calling, Callers, Url),
            Config(),
            Callers(writer=Writer(host=HOST, writes=Hostname("w"))),
        )

        assert list(child.nested.template.parameters) == ["Host", "Writes"]

    def test_groups_that_share_a_parameter_take_one_value(self):
        with pytest.raises(WiringError, match="Child] is given two values as Host"):
            nest(
                "Child",
                stack(calling, Callers, Url),
                Config(),
                Callers(
                    reader=Reader(host=HOST, reads=Hostname("r")),
                    writer=Writer(host=Hostname("else.example"), writes=Hostname("w")),
                ),
            )

    @pytest.mark.parametrize("nesting", ["sam", "plain", "flat"])
    def test_groups_render_in_every_nesting(self, nesting):
        bundle = render(stack(reading, Grouped, Url), Config(), nesting=nesting)

        assert "PrivateSubnet2Id" in bundle.templates["template.yaml"]
