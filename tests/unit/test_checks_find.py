"""What ``find`` makes of the checks: findings with a file and a line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import FAMILY, family, get_att, ref, resource, template

from rdsproxy_templates.model.accepted_rules import accepted
from rdsproxy_templates.model.template import Nested
from rdsproxy_templates.rendering import NESTINGS, Bundle, render
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.rendering.lines import line_of
from rdsproxy_templates.stacks.app import sam
from rdsproxy_templates.stacks.data import rds
from rdsproxy_templates.validators import rules
from rdsproxy_templates.variants import base, existing_vpc

NOWHERE = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]
TEXT = """\
Description: >-
  Resources: of a folded text
  Proxy: is none
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      Rules:
      - Type: nested
        Name: inside a list
      Name: own
  Proxy:
    Type: AWS::RDS::DBProxy
Outputs:
  Group:
    Value: group
"""


def line_in(made: Bundle, finding: rules.Finding) -> str:
    """The text of the line that *finding* points at."""
    return made.templates[finding.file].splitlines()[finding.line - 1].strip()


class TestNothingToFind:
    @pytest.mark.parametrize("variant", [base, existing_vpc], ids=["base", "existing_vpc"])
    @pytest.mark.parametrize("nesting", NESTINGS)
    def test_the_variants_are_clean(self, variant, nesting):
        assert rules.find(render(variant, variant.Config(), nesting=nesting)) == []

    @pytest.mark.parametrize(
        "config",
        [
            base.Config(rds=rds.Config(max_capacity=4, readers=2)),
            base.Config(rds=rds.Config(instance_class="db.r8g.large", debug_logging=True)),
            base.Config(sam=sam.Config(authorizer="none")),
            base.Config(database=existing_vpc.Database(name="shop", master_username="keeper")),
        ],
        ids=["serverless with readers", "provisioned", "open", "other names"],
    )
    def test_so_they_are_with_other_choices(self, config):
        assert rules.find(render(base, config)) == []


class TestFinding:
    MADE = family("RDSStack", "RDSProxyTargetGroup/TargetGroupName", "primary")

    def test_it_names_rule_file_and_level(self):
        [one] = rules.find(self.MADE)

        assert one.rule == "proxy/one-target"
        assert one.file == "cloudformation/rds.yaml"
        assert one.level == "error"

    def test_it_begins_with_the_name_of_the_resource_in_that_file(self):
        [one] = rules.find(self.MADE)

        assert one.sentence == "RDSProxyTargetGroup: 'primary' is no target group"
        assert one.remedy.startswith("Name it default")

    def test_it_reads_as_one_line(self):
        [one] = rules.find(self.MADE)

        assert str(one).startswith(f"cloudformation/rds.yaml:{one.line}: error proxy/one-target: ")

    def test_every_fault_has_a_finding_of_its_own(self):
        made = family("VPCStack", "FunctionSecurityGroup/SecurityGroupEgress", NOWHERE, self.MADE)

        files = [finding.file for finding in rules.find(made)]

        assert sorted(files) == ["cloudformation/rds.yaml", "cloudformation/vpc.yaml"]

    def test_a_broken_wire_is_reported_before_the_graph_is_followed(self):
        children = dict(self.MADE.root.children)
        children["RDSStack"] = replace(children["RDSStack"], arguments={})

        findings = rules.find(bundle(replace(self.MADE.root, children=children)))

        assert {finding.rule for finding in findings} == {"wiring"}

    def test_a_fault_of_a_flat_family_is_found_in_its_one_file(self):
        [one] = rules.find(bundle(self.MADE.root, "flat"))

        assert one.file == "template.yaml"
        assert line_in(bundle(self.MADE.root, "flat"), one) == "TargetGroupName: primary"
        assert one.sentence.startswith("RDSStackRDSProxyTargetGroup: ")


class TestAccepting:
    OPEN = family(
        "VPCStack",
        "RDSProxySecurityGroup/SecurityGroupIngress",
        [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "0.0.0.0/0"}],
    )

    def accepting(self, resource, rule):
        return family("VPCStack", f"{resource}/Metadata", accepted(rule, "why not"), self.OPEN)

    def test_what_is_accepted_by_name_is_no_finding(self):
        made = self.accepting("RDSProxySecurityGroup", "network/open-to-the-world")

        assert rules.find(made) == []

    @pytest.mark.parametrize(
        ("resource", "rule"),
        [
            ("RDSProxySecurityGroup", "network/port"),
            ("RDSProxySecurityGroup", "network"),
            ("DBClusterSecurityGroup", "network/open-to-the-world"),
        ],
    )
    def test_another_rule_or_on_another_resource_is_one(self, resource, rule):
        [one] = rules.find(self.accepting(resource, rule))

        assert one.rule == "network/open-to-the-world"

    def test_metadata_of_others_accepts_nothing(self):
        metadata = {"cfn-lint": {"config": {"ignore_checks": ["network/open-to-the-world"]}}}
        made = family("VPCStack", "RDSProxySecurityGroup/Metadata", metadata, self.OPEN)

        assert len(rules.find(made)) == 1


@pytest.mark.parametrize(
    ("stack", "path", "value", "rule", "line"),
    [
        ("RDSStack", "RDSProxy/DBProxyName", "a--b", "proxy/name", "DBProxyName: a--b"),
        ("RDSStack", "RDSProxy/RequireTLS", False, "proxy/logins", "RequireTLS: false"),
        ("RDSStack", "RDSProxy/Auth/0/UserName", "root", "proxy/logins", "Auth:"),
        (
            "RDSStack",
            "RDSProxyTargetGroup/DependsOn",
            ["DBClusterAttachment"],
            "proxy/waits-for-instances",
            "DependsOn:",
        ),
        (
            "RDSStack",
            "RDSProxyRole/Policies/0/PolicyDocument/Statement/0/Effect",
            "Deny",
            "proxy/secret-readable",
            "Policies:",
        ),
        (
            "RDSStack",
            "DBInstance1/DBInstanceClass",
            "db.t2",
            "database/instance-class",
            "DBInstanceClass: db.t2",
        ),
        (
            "SecretsStack",
            "RDSMasterUserSecret/GenerateSecretString/GenerateStringKey",
            "key",
            "secret/readable",
            "GenerateSecretString:",
        ),
        (
            "VPCStack",
            "PrivateSubnet2/CidrBlock",
            "10.9.0.0/24",
            "network/subnets",
            "CidrBlock: 10.9.0.0/24",
        ),
        (
            "VPCStack",
            "DBClusterSecurityGroupIngress/ToPort",
            3307,
            "network/port",
            "FromPort: 3306",
        ),
        (
            "VPCStack",
            "DBClusterSecurityGroup/SecurityGroupIngress",
            [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.1.0.0/16"}],
            "network/port",
            "SecurityGroupIngress:",
        ),
        (
            "VPCStack",
            "DBClusterSecurityGroup/SecurityGroupIngress",
            [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "0.0.0.0/0"}],
            "network/open-to-the-world",
            "SecurityGroupIngress:",
        ),
        (
            "VPCStack",
            "FunctionSecurityGroup/SecurityGroupEgress",
            NOWHERE,
            "network/hops",
            "SecurityGroupEgress:",
        ),
        (
            "SAMStack",
            "BlogRDSProxyFunction/VpcConfig/SecurityGroupIds/0",
            ref("PrivateSubnet1Id"),
            "network/kinds",
            "VpcConfig:",
        ),
        ("SAMStack", "BlogRDSProxyFunction/Timeout", 60, "api/timeout", "Timeout: 60"),
        (
            "SAMStack",
            "BlogRDSProxyFunction/Events/CatchAllApi/Properties/Path",
            "load",
            "api/path",
            "Events:",
        ),
        (
            "SAMStack",
            "BlogRDSProxyFunction/Policies/1/Statement/0/Resource",
            "*",
            "permission/connects",
            "Policies:",
        ),
    ],
)
def test_the_line_is_that_of_the_fault(stack, path, value, rule, line):
    made = family(stack, path, value)

    [one] = rules.find(made)

    assert (one.rule, one.file) == (rule, made.paths[(stack,)])
    assert line_in(made, one) == line


class TestLineOf:
    @pytest.mark.parametrize(
        ("path", "line"),
        [
            (("Resources",), 4),
            (("Resources", "Group"), 5),
            (("Resources", "Group", "Properties", "Name"), 11),
            (("Resources", "Group", "Properties", "Missing"), 7),
            (("Resources", "Proxy", "Properties", "Name"), 12),
            (("Resources", "Proxy", "Properties"), 12),
            (("Resources", "Missing", "Properties"), 4),
            (("Outputs", "Group", "Value"), 16),
            (("Outputs", "Group", "Missing"), 15),
            (("Parameters", "Missing"), 1),
            ((), 1),
        ],
    )
    def test_it_is_the_line_of_the_innermost_key_that_is_there(self, path, line):
        assert line_of(TEXT, path) == line

    def test_an_empty_text_has_one_line(self):
        assert line_of("", ("Resources", "Proxy")) == 1


class TestRules:
    def test_every_check_has_a_rule_of_its_own(self):
        named = [rules.rule_of(check) for check in rules.GRAPH_CHECKS]

        assert len(set(named)) == len(named)

    def test_a_rule_is_named_after_module_and_check(self):
        assert rules.rule_of(rules.proxy.waits_for_instances) == "proxy/waits-for-instances"

    def test_every_check_says_its_rule_in_one_sentence(self):
        for check in (*rules.GRAPH_CHECKS, *rules.FAMILY_CHECKS):
            assert check.__doc__.partition("\n")[0].endswith(".")


class TestStacksThatWaitForEachOther:
    """A nested stack that is passed an output of another waits for the whole of it."""

    CLUSTER = template(
        Cluster=resource("RDS::DBCluster", Engine="aurora-mysql"),
        Instance=resource("RDS::DBInstance", DBClusterIdentifier=ref("Cluster")),
    )
    TARGETS = template(
        Targets=resource(
            "RDS::DBProxyTargetGroup",
            DBProxyName="elsewhere",
            TargetGroupName="default",
            DBClusterIdentifiers=[ref("ClusterId")],
        )
    )

    def whole(self):
        offering = replace(self.CLUSTER, outputs={"ClusterId": {"Value": ref("Cluster")}})
        given = replace(self.TARGETS, parameters={"ClusterId": {"Type": "String"}})
        passed = {"ClusterId": get_att("ClusterStack", "Outputs.ClusterId")}
        children = {
            "ClusterStack": Nested(template=offering, arguments={}),
            "ProxyStack": Nested(template=given, arguments=passed),
        }
        return replace(template(), children=children)

    def test_a_group_in_another_stack_than_its_cluster_waits_for_the_instances(self):
        assert rules.find(bundle(self.whole())) == []

    def test_so_it_does_where_the_family_is_flat(self):
        assert rules.find(bundle(self.whole(), "flat")) == []

    def test_it_does_not_where_the_cluster_is_in_the_stack_around_it(self):
        given = replace(self.TARGETS, parameters={"ClusterId": {"Type": "String"}})
        child = Nested(template=given, arguments={"ClusterId": ref("Cluster")})

        [one] = rules.find(bundle(replace(self.CLUSTER, children={"ProxyStack": child})))

        assert (one.rule, one.file) == ("proxy/waits-for-instances", "cloudformation/proxy.yaml")


def test_the_family_itself_is_what_was_rendered():
    assert family("RDSStack", "RDSProxy/EngineFamily", "MYSQL").templates == FAMILY.templates
