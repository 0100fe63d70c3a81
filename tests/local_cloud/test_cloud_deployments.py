"""CodeDeploy on Lambda, and functions from images: created as far as AWS would take them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.checks import problems
from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.order import ordered
from rdsproxy_local.cloudformation.template import read

pytestmark = pytest.mark.xdist_group("cloud-deployments")

STYLE = {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"}
SLOWLY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders"


def role(harness, service):
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = harness.create(
        "AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]}
    )
    return made.attributes["Arn"]


@pytest.fixture
def application(harness):
    made = harness.create("AWS::CodeDeploy::Application", ComputePlatform="Lambda")
    yield made
    harness.delete(made)


def wanted(harness, application, **more):
    properties = {
        "ApplicationName": application.physical_id,
        "DeploymentConfigName": SLOWLY,
        "DeploymentStyle": STYLE,
        "AutoRollbackConfiguration": {"Enabled": True, "Events": ["DEPLOYMENT_FAILURE"]},
        "ServiceRoleArn": role(harness, "codedeploy.amazonaws.com"),
        **more,
    }
    return {name: value for name, value in properties.items() if value is not None}


class TestDeploymentGroup:
    def shown(self, harness, group):
        found = harness.call(
            "codedeploy",
            "get_deployment_group",
            applicationName=group.properties["ApplicationName"],
            deploymentGroupName=group.physical_id,
        )
        return found["deploymentGroupInfo"]

    def test_its_settings_reach_the_api_and_change_in_place(self, harness, application):
        properties = wanted(harness, application)
        group = harness.create("AWS::CodeDeploy::DeploymentGroup", **properties)
        assert self.shown(harness, group)["deploymentConfigName"] == SLOWLY

        at_once = "CodeDeployDefault.LambdaAllAtOnce"
        changed = harness.update(group, **{**properties, "DeploymentConfigName": at_once})

        assert self.shown(harness, changed)["deploymentConfigName"] == at_once
        with pytest.raises(ClientError, match="No Deployment Configuration found"):
            harness.update(changed, **{**properties, "DeploymentConfigName": "mine"})
        harness.delete(changed)
        with pytest.raises(ClientError, match="DeploymentGroupDoesNotExist"):
            self.shown(harness, changed)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"ApplicationName": "missing"}, "The application missing does not exist"),
            ({"DeploymentConfigName": "CodeDeployDefault.OneAtATime"}, "No Deployment Config"),
            ({"DeploymentConfigName": None}, "No Deployment Configuration found"),
            ({"DeploymentStyle": None}, "the deployment type is BLUE_GREEN"),
            (
                {"DeploymentStyle": {**STYLE, "DeploymentType": "IN_PLACE"}},
                "the deployment type is BLUE_GREEN",
            ),
        ],
    )
    def test_what_is_not_for_lambda_is_refused(self, harness, application, change, said):
        with pytest.raises(ClientError, match=said):
            harness.create(
                "AWS::CodeDeploy::DeploymentGroup", **wanted(harness, application, **change)
            )

    def test_a_role_that_trusts_another_service_is_refused(self, harness, application):
        other = role(harness, "lambda.amazonaws.com")

        with pytest.raises(ClientError, match="cannot assume the role"):
            harness.create(
                "AWS::CodeDeploy::DeploymentGroup",
                **wanted(harness, application, ServiceRoleArn=other),
            )


class TestUpdatePolicy:
    SHIFT = {"ApplicationName": {"Ref": "App"}, "DeploymentGroupName": {"Ref": "Group"}}

    def template(self, policy, type_="AWS::Lambda::Alias"):
        version = {"FunctionName": "f", "FunctionVersion": "1", "Name": "live"}
        group = {"ApplicationName": {"Ref": "App"}, "ServiceRoleArn": "arn:aws:iam::1:role/r"}
        return {
            "Alias": {"Type": type_, "UpdatePolicy": policy, "Properties": version},
            "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": group},
            "App": {"Type": "AWS::CodeDeploy::Application", "Properties": {}},
        }

    def said(self, *given, **named):
        text = json.dumps({"Resources": self.template(*given, **named)})
        return list(problems(read(text, {}, "eu-west-1")))

    def test_an_alias_is_made_after_the_group_that_shifts_its_callers(self):
        template = self.template({"CodeDeployLambdaAliasUpdate": self.SHIFT})

        assert ordered(template) == ["App", "Group", "Alias"]
        assert self.said({"CodeDeployLambdaAliasUpdate": self.SHIFT}) == []

    @pytest.mark.parametrize(
        ("shift", "said"),
        [
            ({"ApplicationName": {"Ref": "App"}}, "must have DeploymentGroupName"),
            ({**SHIFT, "BeforeAllowTrafficHook": "f"}, "does not call BeforeAllowTrafficHook"),
            ({**SHIFT, "ApplicationName": {"Ref": "Gone"}}, "Unresolved resource dependencies"),
        ],
    )
    def test_a_policy_that_lacks_something_is_refused(self, shift, said):
        [problem] = self.said({"CodeDeployLambdaAliasUpdate": shift})

        assert said in problem

    def test_other_policies_are_not_known(self):
        [problem] = self.said({"AutoScalingRollingUpdate": {}})

        assert problem.startswith("The local cloud does not know UpdatePolicy, which Alias has")

    def test_a_function_has_no_such_policy(self):
        policy = {"CodeDeployLambdaAliasUpdate": self.SHIFT}

        assert "is for AWS::Lambda::Alias only" in " ".join(
            self.said(policy, type_="AWS::Lambda::Version")
        )


class TestImage:
    def create(self, harness, uri=f"{IMAGE}:7", **more):
        return harness.create(
            "AWS::Lambda::Function",
            PackageType="Image",
            Code={"ImageUri": uri},
            Role=role(harness, "lambda.amazonaws.com"),
            **more,
        )

    def test_a_function_from_an_image_is_created_changed_and_not_called(self, harness):
        function = self.create(harness)
        harness.update(function, **{**function.properties, "Code": {"ImageUri": f"{IMAGE}:8"}})

        name = function.physical_id
        assert harness.call("lambda", "get_function", FunctionName=name)["Code"]["ImageUri"] == (
            f"{IMAGE}:8"
        )
        harness.delete(function)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Handler", "app.handler"),
            ("Runtime", "python3.13"),
            ("Layers", ["arn:aws:lambda:eu-west-1:123456789012:layer:drivers:1"]),
        ],
    )
    def test_what_an_image_has_itself_is_refused(self, harness, name, value):
        with pytest.raises(Failure, match=f"'{name}' should not be included with 'PackageType'"):
            self.create(harness, **{name: value})

    @pytest.mark.parametrize(
        "uri",
        [
            "docker.io/library/python:3.13",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:7",
            "orders",
        ],
    )
    def test_an_image_elsewhere_is_refused(self, harness, uri):
        with pytest.raises(Failure, match="Provide a valid source image"):
            self.create(harness, uri)
