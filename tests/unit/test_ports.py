"""The border of a stack: what it takes, what it refuses, how CloudFormation spells it."""

from __future__ import annotations

import pytest
from pydantic import Field

from rdsproxy_templates import WiringError
from rdsproxy_templates.aws.kinds import SecretArn, SecurityGroupId, SubnetId
from rdsproxy_templates.model import ParameterAttributes, Ports, Value, Values
from rdsproxy_templates.model.port import logical_id


class Subnets(Values):
    parameter_type = "List<AWS::EC2::Subnet::Id>"


class Inputs(Ports):
    private_subnet1_id: SubnetId = Field(description="A subnet.")
    subnets: Subnets = Field(description="Some subnets.")


class Lone(Ports):
    subnet_id: SubnetId = Field(description="A subnet.")


SUBNET, SUBNETS = SubnetId("subnet-1"), Subnets(["subnet-1", "subnet-2"])


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("vpc_cidr", "VPCCidr"),
        ("private_subnet1_id", "PrivateSubnet1Id"),
        ("rds_master_user_secret_arn", "RDSMasterUserSecretArn"),
        ("db_cluster_security_group_id", "DBClusterSecurityGroupId"),
        ("api_endpoint", "APIEndpoint"),
        ("web_acl_arn", "WebACLArn"),
        ("get_secret_value_by_cli", "GetSecretValueByCLI"),
    ],
)
def test_a_logical_id_keeps_its_acronyms(name, spelled):
    assert logical_id(name) == spelled


class TestWiring:
    def test_every_port_is_wired(self):
        with pytest.raises(WiringError) as caught:
            Inputs()

        assert [str(problem) for problem in caught.value.problems] == [
            "[test_ports.Inputs] private_subnet1_id is not wired; it takes a SubnetId",
            "[test_ports.Inputs] subnets is not wired; it takes a Subnets",
        ]

    def test_a_value_of_another_kind_is_refused(self):
        with pytest.raises(WiringError, match="private_subnet1_id takes a SubnetId, got Secur"):
            Inputs(private_subnet1_id=SecurityGroupId("sg-1"), subnets=SUBNETS)

    def test_a_bare_string_has_no_kind(self):
        with pytest.raises(WiringError, match="takes a SubnetId, got str"):
            Inputs(private_subnet1_id="subnet-1", subnets=SUBNETS)

    def test_an_unknown_port_is_refused_with_a_list_of_the_known_ones(self):
        with pytest.raises(WiringError, match="vpc is not one of its ports: private_subnet1_id, "):
            Inputs(private_subnet1_id=SUBNET, subnets=SUBNETS, vpc=SecretArn("arn"))

    def test_a_wired_port_cannot_be_rewired(self):
        given = Inputs(private_subnet1_id=SUBNET, subnets=SUBNETS)

        with pytest.raises(AttributeError, match="cannot assign to port 'private_subnet1_id'"):
            given.private_subnet1_id = SubnetId("subnet-2")


class TestSpelling:
    def test_a_port_is_a_parameter_of_its_kind(self):
        one, many = Inputs.ports()

        assert one.parameter(ParameterAttributes()) == {
            "Type": "AWS::EC2::Subnet::Id",
            "Description": "A subnet.",
        }
        assert many.parameter(ParameterAttributes())["Type"] == "List<AWS::EC2::Subnet::Id>"

    def test_a_root_describes_its_parameters_in_detail(self):
        one, _ = Inputs.ports()
        attributes = ParameterAttributes(
            default="subnet-1",
            allowed_pattern="subnet-.*",
            allowed_values=("subnet-1",),
            constraint_description="must be a subnet",
            no_echo=True,
        )

        assert one.parameter(attributes) | {} == {
            "Type": "AWS::EC2::Subnet::Id",
            "Description": "A subnet.",
            "Default": "subnet-1",
            "AllowedPattern": "subnet-.*",
            "AllowedValues": ["subnet-1"],
            "ConstraintDescription": "must be a subnet",
            "NoEcho": True,
        }

    def test_a_list_crosses_a_border_joined_by_commas(self):
        _, many = Inputs.ports()

        assert many.output(SUBNETS)["Value"] == {"Fn::Join": [",", ["subnet-1", "subnet-2"]]}
        assert many.offered("Network").to_dict() == {
            "Fn::Split": [",", {"Fn::GetAtt": ["Network", "Outputs.Subnets"]}]
        }


class TestValues:
    def test_values_are_equal_when_kind_and_expression_are(self):
        assert SubnetId("a") == SubnetId("a")
        assert SubnetId("a") != SubnetId("b")
        assert SubnetId("a") != SecurityGroupId("a")
        assert len({SubnetId("a"), SubnetId("a"), Value("a")}) == 2


class TestRecord:
    """A record of ports is fixed, and equals another of the same values."""

    def test_records_of_equal_values_are_equal_and_hash_alike(self):
        one, same = (Lone(subnet_id=SubnetId("subnet-1")) for _ in range(2))

        assert one == same != Lone(subnet_id=SubnetId("subnet-2"))
        assert hash(one) == hash(same)
        assert repr(one) == "Lone(subnet_id=SubnetId('subnet-1'))"

    def test_a_class_in_a_function_may_name_what_is_local_there(self):
        class Local(Value):
            pass

        class Inputs(Ports):
            one: Local = Field(description="One.")

        assert [port.kind for port in Inputs.ports()] == [Local]
