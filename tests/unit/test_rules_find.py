"""Judgment by all rules: their violations become findings with a file and a line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import BUNDLE, faulted_bundle, get_att, ref, resource, template

from rdsproxy_templates.errors import InvalidTemplateError
from rdsproxy_templates.model.accepted_rules import accepted
from rdsproxy_templates.model.template import Nested
from rdsproxy_templates.rendering import Bundle
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.rendering.lines import line_of
from rdsproxy_templates.validators import Finding, judgment, refuse
from rdsproxy_templates.validators.rules import proxy, target

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


def line_in(made: Bundle, finding: Finding) -> str:
    """The text of the line that *finding* points at."""
    return made.templates[finding.file].splitlines()[finding.line - 1].strip()


class TestFinding:
    MADE = faulted_bundle("RDSStack", "RDSProxyTargetGroup/TargetGroupName", "primary")

    def test_it_names_rule_file_and_level(self):
        [one] = judgment.find(self.MADE)

        assert one.rule == "proxy/one-target"
        assert one.file == "cloudformation/rds.yaml"
        assert one.level == "error"

    def test_it_begins_with_the_name_of_the_resource_in_that_file(self):
        [one] = judgment.find(self.MADE)

        assert one.sentence == "RDSProxyTargetGroup: 'primary' is not the name of a target group"
        assert one.remedy.startswith("Name it default")

    def test_it_reads_as_one_line(self):
        [one] = judgment.find(self.MADE)

        assert str(one).startswith(f"cloudformation/rds.yaml:{one.line}: error proxy/one-target: ")

    def test_every_fault_has_a_finding_of_its_own(self):
        made = faulted_bundle(
            "VPCStack", "FunctionSecurityGroup/SecurityGroupEgress", NOWHERE, self.MADE
        )

        files = [finding.file for finding in judgment.find(made)]

        assert sorted(files) == ["cloudformation/rds.yaml", "cloudformation/vpc.yaml"]

    def test_a_broken_wire_is_reported_before_the_graph_is_followed(self):
        children = dict(self.MADE.root.children)
        children["RDSStack"] = replace(children["RDSStack"], arguments={})

        findings = judgment.find(bundle(replace(self.MADE.root, children=children)))

        assert {finding.rule for finding in findings} == {"wiring"}

    def test_a_fault_of_a_flat_bundle_is_found_in_its_one_file(self):
        [one] = judgment.find(bundle(self.MADE.root, "flat"))

        assert one.file == "template.yaml"
        assert line_in(bundle(self.MADE.root, "flat"), one) == "TargetGroupName: primary"
        assert one.sentence.startswith("RDSStackRDSProxyTargetGroup: ")


class TestAccepting:
    OPEN = faulted_bundle(
        "VPCStack",
        "RDSProxySecurityGroup/SecurityGroupIngress",
        [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "0.0.0.0/0"}],
    )

    def accepting(self, resource, rule):
        return faulted_bundle(
            "VPCStack", f"{resource}/Metadata", accepted(rule, "why not"), self.OPEN
        )

    def test_what_is_accepted_by_name_is_no_finding(self):
        made = self.accepting("RDSProxySecurityGroup", "network/open-to-the-world")

        assert judgment.find(made) == []

    @pytest.mark.parametrize(
        ("resource", "rule"),
        [
            ("RDSProxySecurityGroup", "network/port"),
            ("RDSProxySecurityGroup", "network"),
            ("DBClusterSecurityGroup", "network/open-to-the-world"),
        ],
    )
    def test_another_rule_or_on_another_resource_is_one(self, resource, rule):
        [one] = judgment.find(self.accepting(resource, rule))

        assert one.rule == "network/open-to-the-world"

    def test_metadata_of_others_accepts_nothing(self):
        metadata = {"cfn-lint": {"config": {"ignore_checks": ["network/open-to-the-world"]}}}
        made = faulted_bundle("VPCStack", "RDSProxySecurityGroup/Metadata", metadata, self.OPEN)

        assert len(judgment.find(made)) == 1


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
            "permission/own-user",
            "Policies:",
        ),
    ],
)
def test_the_line_is_that_of_the_fault(stack, path, value, rule, line):
    made = faulted_bundle(stack, path, value)

    [one] = judgment.find(made)

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


class TestBrokenRules:
    """A rule that does not cope with a template is an opinion, and the others are judged."""

    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch):
        def judge(graph):
            raise KeyError(next(graph.of_type("AWS::RDS::DBProxy"))[0])

        broken = replace(proxy.name, judge=judge)
        monkeypatch.setattr(judgment, "GRAPH_RULES", (broken, target.one_target))

    def test_what_was_not_judged_is_said(self):
        [one] = judgment.find(BUNDLE)

        assert (one.rule, one.level, one.file) == ("proxy/name", "opinion", "template.yaml")
        assert one.sentence == (
            "not judged, because the rule fails on these templates with KeyError('RDSStackRDSProxy')"
        )

    def test_the_other_rules_are_judged(self):
        findings = judgment.find(TestFinding.MADE)

        assert [finding.rule for finding in findings] == ["proxy/name", "proxy/one-target"]

    def test_an_opinion_refuses_nothing(self):
        refuse(judgment.find(BUNDLE))


class TestLevels:
    OPEN = [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "0.0.0.0/0"}]

    def test_a_warning_is_refused_like_an_error(self):
        made = faulted_bundle("VPCStack", "RDSProxySecurityGroup/SecurityGroupIngress", self.OPEN)

        [one] = judgment.find(made)

        assert (one.rule, one.level) == ("network/open-to-the-world", "warning")
        with pytest.raises(InvalidTemplateError, match="network/open-to-the-world"):
            refuse([one])


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
        assert judgment.find(bundle(self.whole())) == []

    def test_so_it_does_where_the_bundle_is_flat(self):
        assert judgment.find(bundle(self.whole(), "flat")) == []

    def test_it_does_not_where_the_cluster_is_in_the_stack_around_it(self):
        given = replace(self.TARGETS, parameters={"ClusterId": {"Type": "String"}})
        child = Nested(template=given, arguments={"ClusterId": ref("Cluster")})

        [one] = judgment.find(bundle(replace(self.CLUSTER, children={"ProxyStack": child})))

        assert (one.rule, one.file) == ("proxy/waits-for-instances", "cloudformation/proxy.yaml")


def test_the_bundle_itself_is_what_was_rendered():
    assert (
        faulted_bundle("RDSStack", "RDSProxy/EngineFamily", "MYSQL").templates == BUNDLE.templates
    )
