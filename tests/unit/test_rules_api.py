"""APIs and functions: what API Gateway refuses."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    assert_holds,
    faulted,
    get_att,
    ref,
    resource,
    template,
    violations,
)

from rdsproxy_templates.validators.rules import api

FUNCTION = "SAMStackBlogRDSProxyFunction"
EVENT = f"{FUNCTION}/Events/CatchAllApi"
VARIABLES = f"{FUNCTION}/Environment/Variables"


class TestPath:
    @pytest.mark.parametrize("path", ["load", "{proxy+}", ""])
    def test_a_path_without_a_slash_is_refused(self, path):
        [one] = violations(api.path, faulted(f"{EVENT}/Properties/Path", path))

        assert one.resource == FUNCTION
        assert one.sentence == f"the path {path!r} of CatchAllApi has no leading slash"
        assert one.remedy == f"Write /{path}"

    def test_the_default_route_of_an_http_api_is_accepted(self):
        assert_holds(api.path, faulted(f"{EVENT}/Properties/Path", "$default"))

    @pytest.mark.parametrize("event", [{"Type": "HttpApi"}, {"Type": "SQS", "Properties": {}}])
    def test_an_event_without_a_path_is_accepted(self, event):
        assert_holds(api.path, faulted(EVENT, event))


class TestTimeout:
    @pytest.mark.parametrize("kind", ["HttpApi", "Api"])
    @pytest.mark.parametrize("seconds", [30, "30", 900])
    def test_a_function_that_outlives_its_api_is_refused(self, kind, seconds):
        wrong = faulted(f"{EVENT}/Type", kind, faulted(f"{FUNCTION}/Timeout", seconds))

        [one] = violations(api.timeout, wrong)

        assert one.resource == FUNCTION
        assert one.sentence == f"it may run for {seconds} s, and the API waits for 30"
        assert one.remedy == "Set Timeout to at most 29"

    def test_a_rest_api_may_be_told_to_wait_longer(self):
        waiting = {"Path": "/", "Method": "GET", "TimeoutInMillis": 60000}
        changed = faulted(EVENT, {"Type": "Api", "Properties": waiting})

        assert_holds(api.timeout, faulted(f"{FUNCTION}/Timeout", 60, changed))

    def test_an_http_api_may_not(self):
        changed = faulted(f"{EVENT}/Properties/TimeoutInMillis", 60000)

        [one] = violations(api.timeout, faulted(f"{FUNCTION}/Timeout", 60, changed))

        assert one.resource == FUNCTION

    def test_a_function_that_no_api_waits_for_may_run_long(self):
        changed = faulted(EVENT, {"Type": "SQS", "Properties": {"Queue": GIVEN}})

        assert_holds(api.timeout, faulted(f"{FUNCTION}/Timeout", 900, changed))

    def test_a_function_without_a_timeout_ends_after_three_seconds(self):
        function = resource("Serverless::Function", Events={"Any": {"Type": "HttpApi"}})

        assert_holds(api.timeout, template(Function=function))


class TestKeyOrFirewall:
    def test_an_api_key_on_an_http_api_is_refused(self):
        [one] = violations(
            api.key_or_firewall, faulted(f"{EVENT}/Properties/Auth", {"ApiKeyRequired": True})
        )

        assert one.resource == FUNCTION
        assert one.sentence == "CatchAllApi demands an API key, which HTTP APIs do not have"
        assert "AWS::Serverless::Api" in one.remedy

    def test_an_api_key_on_a_rest_api_is_accepted(self):
        auth = {"Path": "/", "Method": "GET", "Auth": {"ApiKeyRequired": True}}

        assert_holds(api.key_or_firewall, faulted(EVENT, {"Type": "Api", "Properties": auth}))

    @pytest.mark.parametrize("auth", [{"ApiKeyRequired": False}, {"Authorizer": "NONE"}])
    def test_an_http_api_without_a_key_is_accepted(self, auth):
        assert_holds(api.key_or_firewall, faulted(f"{EVENT}/Properties/Auth", auth))

    @pytest.mark.parametrize(
        "arn",
        [
            ref("SAMStackHttpApi"),
            get_att("SAMStackHttpApi", "Arn"),
            {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/apis/${SAMStackHttpApi}/stages/live"},
            {
                "Fn::Sub": [
                    "arn:aws:apigateway:${AWS::Region}::/apis/${Id}/stages/live",
                    {"Id": ref("SAMStackHttpApi")},
                ]
            },
        ],
    )
    def test_a_web_acl_on_an_http_api_is_refused(self, arn):
        association = resource("WAFv2::WebACLAssociation", WebACLArn=GIVEN, ResourceArn=arn)

        [one] = violations(api.key_or_firewall, faulted("Association", association))

        assert one.resource == "Association"
        assert one.sentence == "SAMStackHttpApi is an HTTP API, which takes no web ACL"
        assert "CloudFront" in one.remedy

    @pytest.mark.parametrize("kind", ["ApiGatewayV2::Api", "ApiGatewayV2::Stage"])
    def test_an_http_api_of_plain_cloudformation_takes_none_either(self, kind):
        association = resource("WAFv2::WebACLAssociation", ResourceArn=ref("Api"))

        [one] = violations(
            api.key_or_firewall, template(Api=resource(kind), Association=association)
        )

        assert one.resource == "Association"

    def test_a_web_acl_on_a_rest_api_is_accepted(self):
        arn = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/live"}
        association = resource("WAFv2::WebACLAssociation", ResourceArn=arn)

        assert_holds(
            api.key_or_firewall, template(Api=resource("Serverless::Api"), Association=association)
        )

    def test_a_web_acl_on_an_http_api_of_another_stack_is_refused(self):
        arn = "arn:aws:apigateway:eu-west-1::/apis/a1b2c3/stages/$default"
        association = resource("WAFv2::WebACLAssociation", ResourceArn=arn)

        [one] = violations(api.key_or_firewall, template(Association=association))

        assert one.sentence == "a1b2c3 is an HTTP API, which takes no web ACL"

    def test_a_usage_plan_of_an_http_api_is_refused(self):
        stages = [{"ApiId": ref("SAMStackHttpApi"), "Stage": "$default"}]
        plan = resource("ApiGateway::UsagePlan", ApiStages=stages)

        [one] = violations(api.key_or_firewall, faulted("Plan", plan))

        assert one.sentence == "SAMStackHttpApi is an HTTP API, which has no usage plans"


class TestDeployment:
    @staticmethod
    def rest(waits_for, **properties):
        method = resource("ApiGateway::Method", RestApiId=ref("Api"))
        deployment = resource("ApiGateway::Deployment", RestApiId=ref("Api"))
        return template(
            Api=resource("ApiGateway::RestApi", **properties),
            Get=method,
            Put=method,
            Deployment={**deployment, "DependsOn": waits_for},
        )

    @pytest.mark.parametrize(("waits_for", "late"), [([], "Get, Put"), (["Put"], "Get")])
    def test_one_that_does_not_wait_for_a_method_is_refused(self, waits_for, late):
        [one] = violations(api.deployment, self.rest(waits_for))

        assert (one.resource, one.property) == ("Deployment", "DependsOn")
        assert one.sentence == f"it does not wait for {late} of Api"

    def test_one_that_waits_for_every_method_is_accepted(self):
        assert_holds(api.deployment, self.rest(["Get", "Put"]))

    def test_methods_of_another_api_are_none_of_its_own(self):
        assert_holds(api.deployment, faulted("Deployment/RestApiId", GIVEN, self.rest([])))
