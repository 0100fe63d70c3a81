"""Audit: what the other validators say and do not know is left out, or stops nothing."""

from __future__ import annotations

import pytest

from rdsproxy_templates.audit import audit

SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: x
      AutoPublishAlias: live
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}
"""


def others(folder, text, **options):
    """The rules of the other validators that a template of this *text* breaks, with levels."""
    path = folder / "template.yaml"
    path.write_text(text, "utf-8")
    found = audit([path], **options).findings
    return {one.rule: one.level for one in found if "/" not in one.rule}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("ServerlessRestApiProdStage", {}),
        ("FunctionGetPermissionProd", {}),
        ("FunctionAliaslive", {}),
        ("FunctionGetPermission", {"E3005": "error"}),
    ],
)
def test_what_sam_makes_is_there(tmp_path, title, expected):
    topic = f"  Topic: {{Type: AWS::SNS::Topic, DependsOn: {title}}}\n"

    assert others(tmp_path, SAM + topic) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Function.Alias", {}),
        ("!Ref Function.Version", {}),
        ("!Ref Function.Nothing", {"F6101": "error"}),
    ],
)
def test_what_sam_lets_a_function_be_asked_for_is_there(tmp_path, value, expected):
    assert others(tmp_path, f"{SAM}Outputs: {{Out: {{Value: {value}}}}}\n") == expected


TOPIC = "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Hooks: {{Deploy: {{Type: 'AWS::CodeDeploy::BlueGreen', Properties: {{}}}}}}\n{TOPIC}",
        "Resources: {Topic: {Type: AWS::SNS::Topic, Condition: ''}}\n",
        f"\N{ZERO WIDTH NO-BREAK SPACE}AWSTemplateFormatVersion: '2010-09-09'\n{TOPIC}",
        "Resources: {Db: {Type: AWS::RDS::DBCluster, DeletionPolicy: Snapshot, UpdateReplacePolicy:"
        " Snapshot, Properties: {Engine: aurora-mysql, MasterUsername: '${self:custom.user}'}}}\n",
        "Parameters: {Name: {Type: String, Default: TopicName}}\n"
        f"{TOPIC}Outputs: {{Out: {{Value: {{'Fn::GetAtt': [Topic, !Ref Name]}}}}}}\n",
        "Parameters: {DatabaseSecretArn: {Type: String}}\n"
        "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref "
        "DatabaseSecretArn}}}\n",
    ],
    ids=["hooks", "no condition", "a mark", "a variable", "an attribute by Ref", "an ARN"],
)
def test_a_legal_form_is_accepted(tmp_path, text):
    assert others(tmp_path, text) == {}


def test_a_parameter_for_a_password_is_one(tmp_path):
    topic = "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Password}}}"
    text = f"Parameters: {{Password: {{Type: String}}}}\n{topic}\n"

    assert others(tmp_path, text) == {"W2509": "warning"}


def test_a_local_path_is_for_packaging_and_stops_nothing(tmp_path):
    (tmp_path / "child.yaml").write_text(TOPIC, "utf-8")
    nested = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}"

    assert others(tmp_path, f"Resources: {{Child: {nested}}}\n") == {"W3002": "opinion"}


def test_a_type_of_somebody_else_and_globals_are_not_known_to_cfn_lint(tmp_path):
    text = """\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Globals: {Function: {Runtime: python3.13}}
Resources:
  Monitor: {Type: Datadog::Monitors::Monitor, Condition: '', Properties: {Type: query alert}}
  Fn::ForEach::Functions:
    - Name
    - [A, B]
    - Function${Name}:
        Type: AWS::Serverless::Function
        Properties: {Handler: index.handler, InlineCode: x}
"""

    assert others(tmp_path, text, lint=True) == {}
