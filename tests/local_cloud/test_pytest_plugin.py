"""The pytest plugin, as its users write tests, and beside people who do not use it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from rdsproxy_templates.errors import ConfigError, DeploymentError

HANDLER = """\
def handler(event, context):
    print("asked")
    return {"statusCode": 200, "body": ANSWER}
"""
API = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Parameters": {"Greeting": {"Type": "String", "Default": "hello"}},
    "Resources": {
        "Greeter": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "greeter",
                "Handler": "app.handler",
                "Runtime": "python3.13",
                "Events": {
                    "Any": {
                        "Type": "HttpApi",
                        "Properties": {
                            "ApiId": {"Ref": "Api"},
                            "Path": "/greet",
                            "Method": "post",
                        },
                    }
                },
            },
        },
        "Api": {"Type": "AWS::Serverless::HttpApi"},
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/"}},
        "Greeting": {"Value": {"Ref": "Greeting"}},
    },
}


class Bundle:
    """Rendered files, as any program may have them in memory."""

    def __init__(self, template, **files):
        self._files = {"template.yaml": json.dumps(template).encode(), **files}

    def files(self):
        return self._files


def handler(answer):
    return HANDLER.replace("ANSWER", answer)


def code(answer):
    return {"greeter/app.py": handler(answer).encode()}


@pytest.fixture(scope="module")
def stack(deploy):
    return deploy(Bundle(API, **code("event['body']")), name="greeter")


def test_an_answer_has_status_headers_and_body(stack, call):
    answer = call("POST", f"{stack.outputs['Url']}greet?polite=yes", body="hello", signed=False)

    assert (answer.status, answer.text) == (200, "hello")
    assert answer.headers["content-length"] == "5"


def test_logs_are_those_of_one_function_or_of_all(stack, call, logs):
    before = logs("Greeter", stack=stack).count("asked")

    call("POST", stack.outputs["Url"] + "greet", signed=False)

    assert logs("Greeter").count("asked") == before + 1
    assert logs(stack=stack) == logs("Greeter")
    assert logs("Other") == []


def test_a_parameter_is_text_of_the_callers(deploy):
    stack = deploy(Bundle(API, **code("''")), name="with-parameter", parameters={"Greeting": "hi"})

    assert stack.outputs["Greeting"] == "hi"


def test_a_bundles_tags_are_the_stacks(deploy, stack):
    tagged = Bundle(API, **code("''"))
    tagged.tags = {"team": "orders"}

    tags = [one.account.stack(one.name)["Tags"] for one in (deploy(tagged, name="tagged"), stack)]

    assert tags == [[{"Key": "team", "Value": "orders"}], []]


def test_the_same_bundle_is_deployed_once(stack, deploy):
    again = deploy(Bundle(API, **code("event['body']")), name="greeter")

    assert again is stack


def test_changed_code_updates_the_stack(deploy, call):
    def answer(text):
        stack = deploy(Bundle(API, **code(repr(text))), name="changing")
        return call("POST", stack.outputs["Url"] + "greet", signed=False).text

    assert [answer("first"), answer("second")] == ["first", "second"]


FAILING = {"resource": "AWS::Logs::LogGroup", "message": "no room for logs"}


def test_a_deployment_fails_where_a_test_wants_it(deploy, faults):
    group = Bundle({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}})
    faults(lag=0.3, failing=[FAILING])

    with pytest.raises(DeploymentError, match="no room for logs"):
        deploy(group, name="faulty")


def test_faults_end_with_their_test(deploy):
    group = Bundle({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}})

    assert deploy(group, name="faulty").status == "CREATE_COMPLETE"


def test_code_outside_the_bundle_is_found_in_a_folder(deploy, call, tmp_path):
    app = tmp_path / "greeter" / "app.py"
    app.parent.mkdir()

    def answer(text):
        app.write_text(handler(repr(text)))
        stack = deploy(Bundle(API), name="outside", folder=tmp_path)
        return call("POST", stack.outputs["Url"] + "greet", signed=False).text

    assert [answer("one"), answer("three")] == ["one", "three"]


def test_a_written_folder_is_deployed_too(deploy, tmp_path):
    (tmp_path / "greeter").mkdir()
    (tmp_path / "greeter" / "app.py").touch()
    (tmp_path / "template.yaml").write_text(json.dumps(API))

    assert deploy(tmp_path, name="folder").status == "CREATE_COMPLETE"


def test_accounts_and_regions_are_apart(deploy, local_cloud, stack):
    there = local_cloud.account("222222222222", "eu-central-1")
    other = deploy(Bundle(API, **code("''")), name="greeter", account=there)

    assert other.outputs["Url"] != stack.outputs["Url"]
    assert ".eu-central-1." in other.outputs["Url"]


def test_a_stack_set_reaches_the_accounts_of_a_unit(organization):
    unit = organization.unit("workloads")
    member = organization.member("orders", unit=unit)
    api = organization.management.client("cloudformation")
    parameter = {"Type": "String", "Value": "here", "Name": "/place"}
    resources = {"Place": {"Type": "AWS::SSM::Parameter", "Properties": parameter}}
    api.create_stack_set(
        StackSetName="places",
        PermissionModel="SERVICE_MANAGED",
        TemplateBody=json.dumps({"Resources": resources}),
    )
    started = api.create_stack_instances(
        StackSetName="places",
        DeploymentTargets={"OrganizationalUnitIds": [unit]},
        Regions=["eu-west-1"],
    )
    ended = api.describe_stack_set_operation(
        StackSetName="places", OperationId=started["OperationId"]
    )

    assert ended["StackSetOperation"]["Status"] == "SUCCEEDED"
    found = member.client("ssm").get_parameter(Name="/place")["Parameter"]
    assert found["Value"] == "here"


def test_another_accounts_role_is_assumed_only_where_it_is_there_and_trusts(
    organization, local_cloud
):
    member = organization.member("reached")
    manager, stranger = organization.management, local_cloud.account("333333333333")
    arn = f"arn:aws:iam::{member.id}:role"

    def assumed(account, name, **more):
        sts = account.client("sts")
        return sts.assume_role(RoleArn=f"{arn}/{name}", RoleSessionName="reader", **more)

    def refused(account, name, **more):
        with pytest.raises(ClientError) as caught:
            assumed(account, name, **more)
        return caught.value.response["Error"]

    keys = assumed(manager, "OrganizationAccountAccessRole")["Credentials"]
    assert keys["AccessKeyId"].startswith("ASIA")
    assert refused(stranger, "OrganizationAccountAccessRole") == {
        "Type": "Sender",
        "Code": "AccessDenied",
        "Message": "User: arn:aws:sts::333333333333:assumed-role/developer/tests is not authorized "
        f"to perform: sts:AssumeRole on resource: {arn}/OrganizationAccountAccessRole",
    }
    assert refused(manager, "nobody")["Code"] == "AccessDenied"

    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": stranger.id},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    member.client("iam").create_role(RoleName="lent", AssumeRolePolicyDocument=document)
    assert refused(stranger, "lent")["Code"] == "AccessDenied"
    assert refused(manager, "lent", ExternalId="agreed")["Code"] == "AccessDenied"
    assert assumed(stranger, "lent", ExternalId="agreed")["Credentials"]


def test_a_failure_names_the_resource_and_the_reason(deploy):
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    broken = {"Resources": {"Role": role}}

    with pytest.raises(DeploymentError, match=r"^\[broken\.Role\] "):
        deploy(Bundle(broken), name="broken")


def test_an_invalid_property_is_named_with_its_place_in_the_template(deploy):
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "a b"}}

    with pytest.raises(DeploymentError, match=r"^\[invalid\.Bus\] .* \(at /Resources/Bus/Prop"):
        deploy(Bundle({"Resources": {"Bus": bus}}), name="invalid")


def test_a_template_that_cloudformation_refuses_is_an_error(deploy):
    with pytest.raises(DeploymentError, match=r"^\[nothing\] "):
        deploy(Bundle({"Resources": {}}), name="nothing")


def test_a_missing_server_is_said_before_anything_is_deployed(deploy, monkeypatch, tmp_path):
    from rdsproxy_local.servers import programs

    monkeypatch.setattr(programs, "PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres"}}

    with pytest.raises(DeploymentError, match=r"^\[no-server\] postgres is not on this machine: "):
        deploy(Bundle({"Resources": {"Database": database}}), name="no-server")


def test_a_stack_without_a_database_has_no_sql(stack, sql):
    with pytest.raises(ConfigError, match=r"\[stack\] has no database"):
        sql("SELECT 1", stack=stack)


def test_only_apis_and_distributions_are_called(call):
    with pytest.raises(ConfigError, match=r"must be the URL of an API or a distribution"):
        call("GET", "https://example.com/")


def test_whoever_uses_no_fixture_imports_nothing_of_it(tmp_path):
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_theirs():\n"
        "    heavy = {'moto', 'boto3', 'botocore', 'pydantic', 'troposphere', 'rdsproxy_templates'}\n"
        "    assert not heavy & {*sys.modules}\n"
        "    assert 'rdsproxy_local.pytest_plugin' in sys.modules\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]

    done = subprocess.run(
        [*command, tmp_path], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert done.returncode == 0, done.stdout
