"""Custom resources are what their functions return."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile

import pytest
from moto.awslambda.models import LambdaFunction

from made_up_stacks import group
from rdsproxy_local.local_cloud import Account

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-engine")


class Provider:
    """A replacement for the function's code: gives preset answers, and records requests."""

    def __init__(self):
        self.asked, self.answer, self.crash = [], {}, False

    def invoke(self, function, event=None):
        self.asked.append(event)
        if self.crash:
            return json.dumps({"errorMessage": "crashed"}), True, ""
        answer = {
            "Status": "SUCCESS",
            "PhysicalResourceId": "thing",
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
        } | self.answer
        body = json.dumps(answer).encode()
        put = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")
        put.add_header("Content-Type", "")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(put):
            return "null", False, ""

    @property
    def kinds(self):
        return [event["RequestType"] for event in self.asked]


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "666666666666", "eu-west-1")


@pytest.fixture(scope="module")
def token(account):
    """The ARN of the function."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    }
    role = account.client("iam").create_role(
        RoleName="provider", AssumeRolePolicyDocument=json.dumps(trust)
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    made = account.client("lambda").create_function(
        FunctionName="provider",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    return made["FunctionArn"]


@pytest.fixture
def provider(monkeypatch):
    provider = Provider()
    monkeypatch.setattr(
        LambdaFunction, "_invoke_lambda", lambda self, event=None: provider.invoke(self, event)
    )
    return provider


@pytest.fixture(autouse=True)
def nothing_is_left(stacks, account, provider):
    """Every test deletes what it made, and no answer stays in S3."""
    yield
    provider.answer, provider.crash = {}, False
    stacks.delete_all()
    assert stacks.names() == []
    buckets = account.client("s3").list_buckets()["Buckets"]
    assert [one["Name"] for one in buckets] == ["templates-666666666666-eu-west-1"]


@pytest.fixture
def thing(token):
    def thing(**properties):
        return {
            "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token, **properties}}
        }

    return thing


def test_the_function_is_asked_for_a_custom_resource(stacks, account, provider, thing, token):
    provider.answer = {"Data": {"Host": "db.example"}}
    outputs = {"Host": {"Value": {"Fn::GetAtt": "Thing.Host"}}, "Id": {"Value": {"Ref": "Thing"}}}
    resources = thing(Size=3, Deep={"On": True}) | {"Group": group()}
    assert stacks.create("custom", resources, Outputs=outputs) == "CREATE_COMPLETE"
    assert account.outputs("custom") == {"Host": "db.example", "Id": "thing"}
    (event,) = provider.asked
    assert event["ResourceType"] == "Custom::Thing"
    assert event["StackId"] == account.stack("custom")["StackId"]
    expected = {"ServiceToken": token, "Size": "3", "Deep": {"On": "true"}}
    assert event["ResourceProperties"] == expected


def test_it_is_updated_and_deleted(stacks, account, provider, thing):
    stacks.create("custom", thing(Size=1))
    assert stacks.update("custom", thing(Size=2)) == "UPDATE_COMPLETE"
    assert provider.asked[-1]["OldResourceProperties"]["Size"] == "1"
    assert provider.asked[-1]["PhysicalResourceId"] == "thing"
    assert stacks.delete("custom") == "DELETE_COMPLETE"
    assert provider.kinds == ["Create", "Update", "Delete"]


def test_a_replaced_resource_is_deleted_afterwards(stacks, account, provider, thing):
    stacks.create("custom", thing(Size=1))
    provider.answer = {"PhysicalResourceId": "other"}
    assert stacks.update("custom", thing(Size=2)) == "UPDATE_COMPLETE"
    assert account.resources("custom") == {"Thing": "other"}
    assert provider.kinds == ["Create", "Update", "Delete"]
    assert provider.asked[-1]["PhysicalResourceId"] == "thing"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"Status": "FAILED", "Reason": "too small"}, "Message returned: too small"),
        ({"PhysicalResourceId": ""}, "Invalid PhysicalResourceId"),
        ({"RequestId": "another"}, "RequestId is not the request's"),
        ({"Data": {"Long": "x" * 5000}}, "Response object is too long"),
    ],
)
def test_a_wrong_answer_fails_the_stack(stacks, provider, thing, answer, sentence):
    provider.answer = answer
    assert stacks.create("custom", thing()) in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
    assert sentence in stacks.account.failures("custom")[0]
    # Asked to delete what it may have made all the same.
    assert provider.kinds == ["Create", "Delete"]


def test_a_function_that_crashes_fails_the_stack(stacks, account, provider, thing):
    provider.crash = True
    stacks.create("custom", thing())
    assert "failed before it answered" in account.failures("custom")[0]


def test_an_attribute_missing_from_the_answer_fails(stacks, account, provider, thing):
    outputs = {"Host": {"Value": {"Fn::GetAtt": "Thing.Host"}}}
    assert stacks.create("custom", thing(), Outputs=outputs) == "ROLLBACK_COMPLETE"
    reasons = [one.get("ResourceStatusReason", "") for one in account.events("custom")]
    assert any("Vendor response doesn't contain Host attribute" in reason for reason in reasons)


def test_secrets_are_not_sent(stacks, account, provider, thing):
    stacks.create("custom", thing(Password="{{resolve:secretsmanager:db}}"))
    assert provider.asked == []
    assert "secret" in account.failures("custom")[0].lower()
