"""Nested stacks that wait for each other by DependsOn."""

from __future__ import annotations

import pytest

from rdsproxy_templates.audit import audit

CHILD = """\
Parameters: {In: {Type: String, Default: a}}
Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref In}}}
Outputs: {Out: {Value: !Ref Topic}}
"""
PARENT = """\
Resources:
  One:
    Type: AWS::CloudFormation::Stack
    DependsOn: %s
    Properties: {TemplateURL: child.yaml}
  Two:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {In: %s}}
"""


def found(folder, parent):
    (folder / "child.yaml").write_text(CHILD, "utf-8")
    (folder / "parent.yaml").write_text(parent, "utf-8")
    report = audit([folder / "parent.yaml"], aws=False)
    assert report.not_judged == {}
    return [(one.rule, one.sentence) for one in report.findings]


@pytest.mark.parametrize("spelled", ["Two", "[Two]"])
def test_a_circle_through_depends_on_is_refused(tmp_path, spelled):
    [(rule, sentence)] = found(tmp_path, PARENT % (spelled, "!GetAtt One.Outputs.Out"))

    assert rule == "wiring"
    assert "One depends on Two" in sentence
    assert "Two.In takes One.Outputs.Out" in sentence


def test_two_that_wait_for_each_other_are_refused(tmp_path):
    both = PARENT % ("Two", "a")
    both = both.replace("  Two:\n", "  Two:\n    DependsOn: One\n")

    assert [rule for rule, _ in found(tmp_path, both)] == ["wiring"]


def test_one_that_waits_for_another_is_accepted(tmp_path):
    assert found(tmp_path, PARENT % ("Two", "a")) == []


def test_a_target_group_waits_for_instances_through_its_stack(tmp_path):
    database = """\
Resources:
  Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql, DBClusterIdentifier: a}}
  Node:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
"""
    proxy = """\
Resources:
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    Properties: {DBProxyName: p, TargetGroupName: default, DBClusterIdentifiers: [a]}
"""
    (tmp_path / "database.yaml").write_text(database, "utf-8")
    (tmp_path / "proxy.yaml").write_text(proxy, "utf-8")
    stacks = """\
Resources:
  Database:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: database.yaml}
  Proxy:
    Type: AWS::CloudFormation::Stack
    DependsOn: [Database]
    Properties: {TemplateURL: proxy.yaml}
"""

    assert "proxy/waits-for-instances" not in [rule for rule, _ in found(tmp_path, stacks)]
    alone = stacks.replace("    DependsOn: [Database]\n", "")
    assert "proxy/waits-for-instances" in [rule for rule, _ in found(tmp_path, alone)]
