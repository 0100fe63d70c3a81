"""Templates that are judged together: each import leads to an export."""

from __future__ import annotations

import pytest

from rdsproxy_templates.audit import audit

NETWORK = """\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Outputs:
  VpcId: {Value: !Ref Vpc, Export: {Name: shop-VpcId}}
  VpcCidr: {Value: !GetAtt Vpc.CidrBlock, Export: {Name: !Sub "${AWS::StackName}-VpcCidr"}}
"""


def application(*names):
    topics = "".join(
        f"  Topic{number}:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: {name}\n"
        for number, name in enumerate(names)
    )
    return f"Resources:\n{topics}"


def found(folder, **texts):
    """What the rule says of these files, each with its place."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    report = audit([folder], aws=False, rules=["wiring/exports"])
    return [(one.file.rpartition("/")[2], one.line, one.sentence) for one in report.findings]


def test_an_import_of_what_another_exports_is_accepted(tmp_path):
    app = application("!ImportValue shop-VpcId", '!ImportValue {"Fn::Sub": "${Network}-VpcCidr"}')

    assert found(tmp_path, network=NETWORK, app=app) == []


def test_an_import_in_another_spelling_is_refused(tmp_path):
    app = application("!ImportValue shop-VPCId")

    assert found(tmp_path, network=NETWORK, app=app) == [
        (
            "app.yaml",
            5,
            "it imports shop-VPCId, which no template here exports (did you mean shop-VpcId?)",
        )
    ]


def test_an_import_that_is_nearly_an_export_is_refused(tmp_path):
    [(_, _, sentence)] = found(
        tmp_path, network=NETWORK, app=application("!ImportValue shop-VpcIds")
    )

    assert sentence.endswith("(did you mean shop-VpcId?)")


def test_an_import_beside_one_of_the_right_name_may_be_of_another_stack(tmp_path):
    app = application("!ImportValue shop-VpcId", "!ImportValue shop-VpcIds")

    assert found(tmp_path, network=NETWORK, app=app) == []


@pytest.mark.parametrize("name", ["identity-PoolId", "shop-GroupId", "!Ref Given"])
def test_an_import_of_another_stack_is_left_alone(tmp_path, name):
    assert found(tmp_path, network=NETWORK, app=application(f"!ImportValue {name}")) == []


def test_two_stacks_that_import_from_each_other_are_refused(tmp_path):
    export = "Outputs:\n  Name: {Value: a, Export: {Name: app-Name}}\n"
    network = NETWORK.replace(
        "CidrBlock: 10.0.0.0/16", "CidrBlock: 10.0.0.0/16, Tags: [!ImportValue app-Name]"
    )

    places = found(tmp_path, network=network, app=application("!ImportValue shop-VpcId") + export)

    assert [(file, sentence) for file, _, sentence in places] == [
        ("app.yaml", "it imports shop-VpcId of a stack that imports from this one"),
        ("network.yaml", "it imports app-Name of a stack that imports from this one"),
    ]
