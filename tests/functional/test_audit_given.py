"""What a person gives to an audit beside templates: values, a Region, a baseline from anywhere."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.audit import audit
from rdsproxy_templates.variants import base

STAGED = """\
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Cidr: {Type: String, AllowedPattern: "[0-9./]+", Default: 10.0.0.0/16}
  Token: {Type: String, NoEcho: true, MinLength: 20, Default: "a-token-of-20-letters"}
Resources: {Topic: {Type: AWS::SNS::Topic}}
"""
CHILD = """\
Parameters: {Inner: {Type: String, Default: a}}
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql}
  Node:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    Properties:
      DBProxyName: proxy
      TargetGroupName: default
      DBClusterIdentifiers: [!Ref Cluster]
"""
PARENT = """\
Resources:
  Data:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./child.yaml}
"""


@pytest.fixture
def staged(tmp_path):
    """A template with parameters, in a folder with one that it does not nest."""
    path = tmp_path / "staged.yaml"
    path.write_text(STAGED)
    return path


@pytest.fixture
def nested(tmp_path):
    """A folder with a template that nests another."""
    folder = tmp_path / "infra"
    folder.mkdir()
    (folder / "child.yaml").write_text(CHILD)
    (folder / "parent.yaml").write_text(PARENT)
    return folder


class TestValues:
    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            (
                {"Stag": "dev"},
                "unknown parameter 'Stag' (did you mean Stage?); the parameters are ",
            ),
            (
                {"Stage": "test"},
                "does not take its value: 'test' is not one of its AllowedValues: ",
            ),
            ({"Cidr": "mars"}, "does not take its value: 'mars' does not match its AllowedPattern"),
        ],
    )
    def test_what_no_template_takes_is_refused(self, staged, values, sentence):
        with pytest.raises(ConfigError) as error:
            audit([staged], parameters=values, aws=False)

        assert sentence in str(error.value)

    def test_all_of_it_is_said_at_once_and_no_secret_is_shown(self, staged):
        values = {"Stage": "test", "Token": "hunter2", "Other": "x"}
        with pytest.raises(ConfigError) as error:
            audit([staged], parameters=values, aws=False)

        assert len(error.value.problems) == 3
        assert "hunter2" not in str(error.value)

    def test_what_a_template_takes_is_taken(self, staged):
        values = {"Stage": "prod", "Cidr": "10.1.0.0/16", "AWS::AccountId": "111122223333"}

        assert audit([staged], parameters=values, aws=False).findings == []

    def test_a_parameter_of_a_nested_template_belongs_to_its_parent(self, nested):
        with pytest.raises(ConfigError) as error:
            audit([nested], parameters={"Inner": "b"}, aws=False)

        assert "child.yaml is nested and has it from its parent" in str(error.value)

    def test_the_command_ends_with_2(self, cli, staged, tmp_path):
        (tmp_path / "values.yaml").write_text("Stage: test\n")

        result = cli("audit", staged, "--no-lint", "--parameters", "values.yaml")

        assert result.exit_code == 2
        assert "[--parameters] Stage of staged.yaml does not take its value" in result.stderr


def test_an_unknown_region_is_refused_with_those_that_there_are(cli, staged):
    result = cli("audit", staged, "--no-lint", "--region", "eu-wst-1")

    assert result.exit_code == 2
    assert "[--region] unknown Region 'eu-wst-1' (did you mean eu-west-1?)" in result.stderr
    assert "us-east-1" in result.stderr


class TestIdentity:
    def test_a_nested_template_has_the_same_findings_by_itself(self, nested):
        together, by_itself = (
            [
                (one.file, one.sentence)
                for one in audit([path], aws=False).findings
                if one.file.endswith("child.yaml")
            ]
            for path in (nested, nested / "child.yaml")
        )

        assert together == by_itself
        assert "it does not wait for Node of Cluster" in together[0][1]

    def test_a_resource_elsewhere_is_named_with_its_stack_or_its_file(self, tmp_path):
        for name in ("groups", "data"):
            (tmp_path / f"{name}.yaml").write_text(GROUPS[name])
        (tmp_path / "root.yaml").write_text(GROUPS["root"])

        sentences = [one.sentence for one in audit([tmp_path], aws=False).findings]

        assert "Group: Data.Proxy may not connect to Data.Cluster on port 3306" in sentences

    def test_a_baseline_knows_a_finding_from_wherever_it_is_audited(self, cli, nested, monkeypatch):
        options = ("--no-lint", "--rules", "proxy")
        assert (
            cli("audit", "infra", *options, "--write-baseline", "infra/known.json").exit_code == 0
        )

        for paths in (["infra"], ["infra/child.yaml"], [nested / "parent.yaml"]):
            assert cli("audit", *paths, *options, "--baseline", "infra/known.json").exit_code == 0
        monkeypatch.chdir(nested)
        assert cli("audit", ".", *options, "--baseline", "known.json").exit_code == 0
        assert '"file": "child.yaml"' in (nested / "known.json").read_text()

    def test_a_baseline_moves_with_its_folder(self, cli, nested, monkeypatch):
        options = ("--no-lint", "--rules", "proxy")
        cli("audit", "infra", *options, "--write-baseline", "infra/known.json")
        moved = nested.rename(nested.with_name("moved"))

        assert cli("audit", moved, *options, "--baseline", moved / "known.json").exit_code == 0


GROUPS = {
    "root": """\
Resources:
  Network: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: groups.yaml}}
  Data:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: data.yaml
      Parameters:
        Group: !GetAtt Network.Outputs.Group
        Database: !GetAtt Network.Outputs.Database
""",
    "groups": """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Proxy
      SecurityGroupEgress: [{IpProtocol: "-1", CidrIp: 127.0.0.1/32}]
  Database:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Database
      SecurityGroupEgress: [{IpProtocol: "-1", CidrIp: 127.0.0.1/32}]
Outputs: {Group: {Value: !Ref Group}, Database: {Value: !Ref Database}}
""",
    "data": """\
Parameters: {Group: {Type: String}, Database: {Type: String}}
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql, VpcSecurityGroupIds: [!Ref Database]}
  Proxy:
    Type: AWS::RDS::DBProxy
    Properties: {EngineFamily: MYSQL, VpcSecurityGroupIds: [!Ref Group]}
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    Properties:
      DBProxyName: !Ref Proxy
      TargetGroupName: default
      DBClusterIdentifiers: [!Ref Cluster]
""",
}


class TestRendered:
    """What `render` ignores with a reason is no finding in what it has rendered."""

    OTHERS = {"aws": True, "lint": False}

    def test_a_rendered_folder_has_no_findings(self, tmp_path):
        render(base, base.Config(), folder=tmp_path).write(tmp_path)

        assert audit([tmp_path], **self.OTHERS).failing == []

    def test_rules_that_the_settings_ignore_are_accepted_there(self, tmp_path):
        late = {"RDSStack.RDSProxyTargetGroup": {"DependsOn": None}}
        rule = "proxy/waits-for-instances"
        render(base, base.Config(), overrides=late, ignore={rule: "tried by hand"}).write(tmp_path)

        assert audit([tmp_path], **self.OTHERS).failing == []
        text = (tmp_path / "cloudformation" / "rds.yaml").read_text()
        assert f"    Accepted:\n      {rule}: tried by hand\n" in text

    def test_the_same_in_a_template_of_somebody_is_a_finding(self, tmp_path):
        render(base, base.Config()).write(tmp_path)
        path = tmp_path / "cloudformation" / "rds.yaml"
        path.write_text(path.read_text().replace("  rdsproxy_templates:", "  somebody:"))

        assert {one.rule for one in audit([path], **self.OTHERS).failing} >= {"W2501", "W1011"}
