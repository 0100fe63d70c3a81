"""What the function of a custom resource wrote stands in the failure of a deployment."""

from __future__ import annotations

import json
from secrets import token_hex
from types import SimpleNamespace

import pytest

from made_up_stacks import Stacks
from rdsproxy_templates.deploy.failures import failures
from rdsproxy_templates.deploy.function_builds import Code
from rdsproxy_templates.deploy.hidden_secrets import without_secrets
from rdsproxy_templates.deploy.root_stack import RootStack

pytestmark = pytest.mark.xdist_group("plan")

PASSWORD = "correct-horse-battery"  # noqa: S105 - made up
CODE = f"""
import json, urllib.request
def handler(event, context):
    print("making", event["LogicalResourceId"])
    print(event)
    print(json.dumps({{"password": "{PASSWORD}", "host": "db"}}))
    print("connecting to mysql://app:{PASSWORD}@db/blog")
    if event["RequestType"] != "Delete":
        raise ValueError("no such table: visits")
    answer = {{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}}
    answer |= {{"Status": "SUCCESS", "PhysicalResourceId": "x"}}
    put = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    put.add_header("Content-Type", "")
    urllib.request.build_opener(urllib.request.ProxyHandler({{}})).open(put)
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}
WRITES = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
IAM = ["CAPABILITY_IAM"]
RESOURCES = {
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [WRITES]},
    },
    "Maker": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": CODE},
        },
    },
    "Thing": {
        "Type": "Custom::Thing",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["Maker", "Arn"]}},
    },
}


@pytest.fixture(scope="module")
def stacks(cloud):
    return Stacks(cloud.account("444444444403"))


def test_the_last_lines_are_told_without_secrets(stacks):
    assert stacks.create("made", RESOURCES, Capabilities=IAM) == "ROLLBACK_COMPLETE"
    session = SimpleNamespace(client=stacks.account.client)

    [problem] = failures(RootStack(session, "made"), "made", "deploy")

    assert problem.place == "Thing"
    reason, wrote, *lines = problem.sentence.splitlines()
    assert "wrote:" not in reason
    assert wrote.strip().startswith("made-Maker-")
    assert any("no such table: visits" in line for line in lines), lines
    assert PASSWORD not in problem.sentence
    assert "Signature=" not in problem.sentence
    stacks.delete("made")


def test_an_unreadable_log_changes_nothing(stacks):
    assert stacks.create("unread", RESOURCES, Capabilities=IAM) == "ROLLBACK_COMPLETE"
    api = stacks.account.client("cloudformation")
    for group in stacks.groups():
        stacks.account.client("logs").delete_log_group(logGroupName=group)
    session = SimpleNamespace(
        client=lambda name: api if name == "cloudformation" else stacks.account.client(name)
    )

    [problem] = failures(RootStack(session, "unread"), "unread", "deploy")

    assert "\n" not in problem.sentence
    stacks.delete("unread")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("connecting to db.example:3306", "connecting to db.example:3306"),
        ("password=correct-horse", "password=(hidden)"),
        (
            "{'SecretString': '{\"password\": 1}', 'Name': 'x'}",
            "{'SecretString': (hidden), 'Name': 'x'}",
        ),
        ("Authorization: Bearer abc.def", "Authorization: (hidden)"),
        ("PUT https://s3/x?X-Amz-Signature=1&y HTTP/1.1", "PUT https://s3/x?(hidden) HTTP/1.1"),
        ("mysql://app:horse@db/blog", "(hidden): its value looks like a URL with a password"),
        ("key AKIAIOSFODNN7EXAMPLE", "(hidden): its value looks like an access key of AWS"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(line, shown):
    assert without_secrets(line) == shown


def test_the_properties_of_events_are_those_of_the_resource(stacks):
    stacks.create(
        "told",
        {
            "Log": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": {"Fn::Sub": "of-${AWS::StackName}"}},
            }
        },
    )
    last = stacks.account.events("told")[-2]
    assert json.loads(last["ResourceProperties"]) == {"LogGroupName": "of-told"}
    stacks.delete("told")


def test_verbose_tells_what_a_build_writes(tmp_path):
    said = token_hex(8)  # else the build would be one that is kept
    says = f"\techo index https://ci:{PASSWORD}@pypi.example/simple; echo {said}"
    makes = f"build-Maker:\n{says}; touch $(ARTIFACTS_DIR)/app.py\n"
    (tmp_path / "Makefile").write_text(makes)
    code = Code.of("Maker", {"Metadata": {"BuildMethod": "makefile"}}, tmp_path)
    told = []

    code.archive("mine", told.append)

    assert f"make build-Maker: {said}" in told
    assert "make build-Maker: (hidden): its value looks like a URL with a password" in told
    assert PASSWORD not in str(told)
