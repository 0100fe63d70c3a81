"""Who calls functions: the service may, and the permission is for that service."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, get_att, ref, resource, template, violations

from rdsproxy_templates.validators.rules import invocation

FUNCTION = resource("Lambda::Function")
ARN = get_att("Function", "Arn")


def permission(service, source=None, **properties):
    """A permission for *service* to call the function."""
    given = {} if source is None else {"SourceArn": source}
    named = {"FunctionName": ref("Function"), "Principal": f"{service}.amazonaws.com"}
    return resource(
        "Lambda::Permission", Action="lambda:InvokeFunction", **{**named, **given, **properties}
    )


def uri(function="Function"):
    """The address by which API Gateway calls a function."""
    start = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    return {"Fn::Sub": f"{start}/${{{function}.Arn}}/invocations"}


def execution(rest, api="Api"):
    """The ARN of a call of an API."""
    start = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"
    return {"Fn::Sub": f"{start}:${{{api}}}/{rest}"}


METHOD = {
    "Orders": resource(
        "ApiGateway::Resource",
        PathPart="orders",
        RestApiId=ref("Api"),
        ParentId=get_att("Api", "RootResourceId"),
    ),
    "Method": resource(
        "ApiGateway::Method",
        RestApiId=ref("Api"),
        ResourceId=ref("Orders"),
        HttpMethod="GET",
        Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri()},
    ),
    "Api": resource("ApiGateway::RestApi"),
}
CALLERS = {
    "events": {
        "Caller": resource("Events::Rule", Targets=[{"Id": "a", "Arn": ARN}]),
    },
    "sns": {
        "Caller": resource(
            "SNS::Subscription", Protocol="lambda", TopicArn=ref("Topic"), Endpoint=ARN
        ),
        "Topic": resource("SNS::Topic"),
    },
    "s3": {
        "Caller": resource(
            "S3::Bucket",
            NotificationConfiguration={
                "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": ARN}]
            },
        )
    },
    "secretsmanager": {
        "Caller": resource("SecretsManager::RotationSchedule", RotationLambdaARN=ARN)
    },
    "logs": {"Caller": resource("Logs::SubscriptionFilter", DestinationArn=ARN)},
    "apigateway": {
        "Caller": resource("ApiGatewayV2::Integration", ApiId=ref("Api"), IntegrationUri=ARN),
        "Api": resource("ApiGatewayV2::Api"),
    },
}
SOURCES = {
    "events": get_att("Caller", "Arn"),
    "sns": ref("Topic"),
    "s3": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Caller}"},
    "apigateway": execution("*"),
}


class TestLetIn:
    @pytest.mark.parametrize("service", CALLERS)
    def test_a_call_without_a_permission_is_refused(self, service):
        [one] = violations(invocation.let_in, template(Function=FUNCTION, **CALLERS[service]))

        assert one.resource == "Caller"
        assert one.sentence == (
            f"it calls Function, and no permission lets {service}.amazonaws.com do so for it"
        )

    @pytest.mark.parametrize("service", CALLERS)
    def test_a_permission_for_the_service_lets_it_in(self, service):
        allowed = permission(service, SOURCES.get(service))

        assert_holds(
            invocation.let_in, template(Function=FUNCTION, Allowed=allowed, **CALLERS[service])
        )

    @pytest.mark.parametrize(
        "principal",
        [
            "logs.eu-west-1.amazonaws.com",
            {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"},
            {"Fn::Sub": "logs.${AWS::URLSuffix}"},
            GIVEN,
            "*",
        ],
    )
    def test_a_service_has_several_names(self, principal):
        allowed = permission("logs", Principal=principal)

        assert_holds(
            invocation.let_in, template(Function=FUNCTION, Allowed=allowed, **CALLERS["logs"])
        )

    @pytest.mark.parametrize(
        "other",
        [
            permission("sns", "arn:aws:sns:eu-west-1:111122223333:another"),
            permission("sns", FunctionName=ref("Another")),
            permission("events"),
        ],
        ids=["of another topic", "of another function", "of another service"],
    )
    def test_a_permission_of_something_else_does_not(self, other):
        made = template(Function=FUNCTION, Another=FUNCTION, Other=other, **CALLERS["sns"])

        assert len(violations(invocation.let_in, made)) == 1

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            (execution("*/GET/orders"), 0),
            (execution("*/*/*"), 0),
            (execution("live/GET/orders"), 0),
            (execution("*/GET/order"), 1),
            (execution("*/POST/orders"), 1),
            ({"Fn::Sub": "arn:aws:execute-api:eu-west-1:111122223333:abc123/*"}, 1),
            (GIVEN, 0),
        ],
    )
    def test_a_method_of_a_rest_api_is_known_by_its_path(self, source, found):
        allowed = permission("apigateway", source)
        made = template(Function=FUNCTION, Allowed=allowed, **METHOD)

        assert len(violations(invocation.let_in, made)) == found

    def test_an_api_that_calls_in_a_role_needs_none(self):
        integration = {**METHOD["Method"]["Properties"]["Integration"], "Credentials": "arn:x"}
        method = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {**METHOD["Method"]["Properties"], "Integration": integration},
        }

        assert_holds(invocation.let_in, template(Function=FUNCTION, **{**METHOD, "Method": method}))

    @pytest.mark.parametrize(
        "other",
        [
            permission("sns", FunctionName=GIVEN),
            permission("sns", FunctionName=ref("Live")),
            resource("Serverless::Connector"),
        ],
        ids=["a given function", "an alias", "a connector"],
    )
    def test_what_may_let_it_in_is_left_alone(self, other):
        alias = resource("Lambda::Alias")
        made = template(Function=FUNCTION, Live=alias, Other=other, **CALLERS["sns"])

        assert_holds(invocation.let_in, made)

    @pytest.mark.parametrize(("kind", "found"), [("SNS", 0), ("S3", 1)])
    def test_sam_makes_permissions_for_its_events(self, kind, found):
        function = resource("Serverless::Function", Events={"One": {"Type": kind}})
        made = template(Function=function, **CALLERS["sns"])

        assert len(violations(invocation.let_in, made)) == found

    def test_a_connector_of_any_resource_may_let_it_in(self):
        queue = {**resource("SQS::Queue"), "Connectors": {"One": {}}}

        assert_holds(invocation.let_in, template(Function=FUNCTION, Queue=queue, **CALLERS["sns"]))

    def test_a_function_elsewhere_is_left_alone(self):
        assert_holds(invocation.let_in, template(**CALLERS["sns"]))


class TestPrincipal:
    @pytest.mark.parametrize(
        ("source", "right"),
        [
            (execution("*"), "apigateway"),
            ("arn:aws:events:eu-west-1:111122223333:rule/nightly", "events"),
            (get_att("Rule", "Arn"), "events"),
            ("arn:aws:scheduler:eu-west-1:111122223333:schedule/default/nightly", "scheduler"),
            (get_att("Schedule", "Arn"), "scheduler"),
            (ref("Topic"), "sns"),
            (get_att("Bucket", "Arn"), "s3"),
            ({"Fn::Sub": "arn:${AWS::Partition}:s3:::shop"}, "s3"),
            (ref("Secret"), "secretsmanager"),
            (get_att("Pool", "Arn"), "cognito-idp"),
            (ref("Group"), "elasticloadbalancing"),
        ],
    )
    def test_a_permission_for_another_service_is_refused(self, source, right):
        others = {
            "Api": resource("ApiGateway::RestApi"),
            "Rule": resource("Events::Rule"),
            "Schedule": resource("Scheduler::Schedule"),
            "Topic": resource("SNS::Topic"),
            "Bucket": resource("S3::Bucket"),
            "Secret": resource("SecretsManager::Secret"),
            "Pool": resource("Cognito::UserPool"),
            "Group": resource("ElasticLoadBalancingV2::TargetGroup"),
        }

        [one] = violations(
            invocation.principal,
            template(Function=FUNCTION, Allowed=permission("lambda", source), **others),
        )
        assert one.resource == "Allowed"
        assert one.remedy == f"Set Principal to {right}.amazonaws.com"
        assert_holds(
            invocation.principal,
            template(Function=FUNCTION, Allowed=permission(right, source), **others),
        )

    @pytest.mark.parametrize(
        ("principal", "source"),
        [
            ("111122223333", "arn:aws:sns:eu-west-1:111122223333:topic"),
            (GIVEN, "arn:aws:sns:eu-west-1:111122223333:topic"),
            ("sns.amazonaws.com", GIVEN),
            ("lambda.alarms.cloudwatch.amazonaws.com", "arn:aws:cloudwatch:a:1:alarm:b"),
            ({"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}, "arn:aws:logs:a:1:log-group:*"),
        ],
    )
    def test_what_is_not_known_is_left_alone(self, principal, source):
        allowed = permission("sns", source, Principal=principal)

        assert_holds(invocation.principal, template(Function=FUNCTION, Allowed=allowed))

    def test_the_wrong_service_is_said_once(self):
        wrong = permission("events", ref("Topic"))
        made = template(Function=FUNCTION, Wrong=wrong, **CALLERS["sns"])

        assert len(violations(invocation.principal, made)) == 1
        assert_holds(invocation.let_in, made)


class TestScheduled:
    def made(self, named):
        statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": named}
        policy = {"PolicyName": "call", "PolicyDocument": {"Statement": [statement]}}
        return template(
            Function=FUNCTION,
            Role=resource("IAM::Role", Policies=[policy]),
            Schedule=resource(
                "Scheduler::Schedule", Target={"Arn": ARN, "RoleArn": get_att("Role", "Arn")}
            ),
        )

    @pytest.mark.parametrize(
        "named",
        [
            ARN,
            [ARN, {"Fn::Sub": "${Function.Arn}:*"}],
            {"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Function}"},
            "*",
            GIVEN,
        ],
    )
    def test_a_role_that_may_call_the_function_is_accepted(self, named):
        assert_holds(invocation.scheduled, self.made(named))

    def test_a_role_that_may_call_another_one_is_refused(self):
        [one] = violations(
            invocation.scheduled, self.made("arn:aws:lambda:eu-west-1:111122223333:function:other")
        )

        assert one.resource == "Role"
        assert one.sentence == "Schedule calls Function in it, and it may not"


class TestIntegrationMethod:
    @pytest.mark.parametrize(("method", "found"), [("GET", 1), ("POST", 0), (GIVEN, 0), (None, 0)])
    def test_a_function_is_called_by_post(self, method, found):
        integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": method, "Uri": uri()}
        rest = resource("ApiGateway::Method", Integration=integration)
        http = resource("ApiGatewayV2::Integration", IntegrationMethod=method, IntegrationUri=ARN)

        for one in (rest, http):
            made = template(Function=FUNCTION, Integration=one)
            assert len(violations(invocation.integration_method, made)) == found

    def test_anything_else_is_called_as_it_likes(self):
        integration = {
            "Type": "HTTP_PROXY",
            "IntegrationHttpMethod": "GET",
            "Uri": "https://example.com",
        }
        rest = resource("ApiGateway::Method", Integration=integration)

        assert_holds(invocation.integration_method, template(Function=FUNCTION, Integration=rest))
