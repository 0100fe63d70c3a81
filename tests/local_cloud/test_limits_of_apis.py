"""Parts of HTTP and REST APIs that API Gateway refuses are refused here too."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f"
JWT = {
    "AuthorizerType": "JWT",
    "IdentitySource": ["$request.header.Authorization"],
    "JwtConfiguration": {"Audience": ["shop"], "Issuer": "https://login.example.org/"},
}
REQUEST = {
    "AuthorizerType": "REQUEST",
    "AuthorizerPayloadFormatVersion": "2.0",
    "AuthorizerUri": f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
}


def refused(harness, type_name, properties, reason):
    """The resource is refused, and with that reason."""
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Name": "n" * 129}, "less than or equal to 128"),
        ({"Description": "d" * 1025}, "less than or equal to 1024"),
        (
            {"CorsConfiguration": {"AllowCredentials": True, "AllowOrigins": ["*"]}},
            "AllowCredentials",
        ),
        ({"ProtocolType": "WEBSOCKET"}, "RouteSelectionExpression"),
    ],
)
def test_an_api_has_a_name_and_origins_that_it_may(harness, properties, reason):
    # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
    given = {"Name": "shop", "ProtocolType": "HTTP", **properties}
    refused(harness, "AWS::ApiGatewayV2::Api", given, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION}, "PayloadFormatVersion"),
        ({"IntegrationType": "MOCK"}, "not supported for HTTP APIs"),
        ({"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET"}, "IntegrationUri"),
        (
            {"IntegrationType": "HTTP_PROXY", "IntegrationUri": "https://example.org"},
            "IntegrationMethod",
        ),
        (
            {
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": "f",
                "PayloadFormatVersion": "2.0",
            },
            "Invalid function ARN",
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "SQS-Nope"},
            "Invalid integration subtype",
        ),
        (
            {
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": FUNCTION,
                "PayloadFormatVersion": "2.0",
                "ConnectionType": "VPC_LINK",
            },
            "ConnectionId",
        ),
    ],
)
def test_an_integration_of_an_http_api_has_what_its_type_needs(harness, properties, reason):
    # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
    refused(harness, "AWS::ApiGatewayV2::Integration", {"ApiId": "a", **properties}, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({**JWT, "IdentitySource": ["Authorization"]}, "Invalid mapping expression"),
        ({**JWT, "IdentitySource": []}, "one IdentitySource"),
        ({**JWT, "JwtConfiguration": {}}, "Issuer"),
        ({**JWT, "JwtConfiguration": {"Issuer": "http://login.example.org"}}, "https"),
        ({"AuthorizerType": "REQUEST"}, "AuthorizerUri"),
        (
            {**REQUEST, "AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": True},
            "EnableSimpleResponses",
        ),
        ({**REQUEST, "AuthorizerResultTtlInSeconds": 3601}, "3600"),
    ],
)
def test_an_authorizer_has_what_its_type_needs(harness, properties, reason):
    # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
    given = {"ApiId": "a", "Name": "users", **properties}
    refused(harness, "AWS::ApiGatewayV2::Authorizer", given, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Target": "abcdefg"}, "integrations/<integration ID>"),
        ({"AuthorizationType": "JWT"}, "AuthorizerId is required"),
    ],
)
def test_a_route_names_an_integration_and_an_authorizer(harness, properties, reason):
    # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
    given = {"ApiId": "a", "RouteKey": "GET /orders", **properties}
    refused(harness, "AWS::ApiGatewayV2::Route", given, reason)


@pytest.mark.parametrize(
    ("type_name", "api", "name"),
    [
        ("AWS::ApiGateway::Stage", "RestApiId", "Variables"),
        ("AWS::ApiGatewayV2::Stage", "ApiId", "StageVariables"),
    ],
)
@pytest.mark.parametrize("variables", [{"a-b": "c"}, {"a": "b c"}])
def test_variables_of_stages_have_plain_names_and_values(harness, type_name, api, name, variables):
    # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
    given = {api: "a", "StageName": "v1", name: variables}
    refused(harness, type_name, given, "[Ss]tage variable")


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        (
            "AWS::ApiGatewayV2::Stage",
            {
                "ApiId": "a",
                "StageName": "v1",
                "AccessLogSettings": {"Format": "$context.requestId\n$context.status"},
            },
            "single line",
        ),
        (
            "AWS::ApiGatewayV2::Stage",
            {
                "ApiId": "a",
                "StageName": "v1",
                "DefaultRouteSettings": {"ThrottlingBurstLimit": -1},
            },
            "must not be negative",
        ),
        ("AWS::ApiGateway::Deployment", {"RestApiId": "a", "StageName": "v1.0"}, "Stage name only"),
        (
            "AWS::ApiGateway::Stage",
            {
                "RestApiId": "a",
                "StageName": "v1",
                "MethodSettings": [
                    {"HttpMethod": "*", "ResourcePath": "/*", "CacheTtlInSeconds": 3601}
                ],
            },
            "Invalid cache TTL",
        ),
        ("AWS::ApiGateway::UsagePlan", {"Quota": {"Limit": 5}}, "need each other"),
        (
            "AWS::ApiGateway::RestApi",
            {
                "Name": "n",
                "EndpointConfiguration": {"Types": ["REGIONAL"], "VpcEndpointIds": ["vpce-1"]},
            },
            "only supported for private APIs",
        ),
    ],
)
def test_stages_and_plans_have_values_that_api_gateway_takes(
    harness, type_name, properties, reason
):
    refused(harness, type_name, properties, reason)


def test_a_private_api_is_deployed_with_a_policy_only(harness):
    api = harness.create(
        "AWS::ApiGateway::RestApi", Name="inside", EndpointConfiguration={"Types": ["PRIVATE"]}
    ).physical_id
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html
    with pytest.raises(ClientError, match="doesn't have a resource policy"):
        harness.create("AWS::ApiGateway::Deployment", RestApiId=api)


@pytest.mark.parametrize(
    "statement", [{"Effect": "Permit"}, {"Action": "s3:GetObject"}, {"Principal": {"AWS": "1"}}]
)
def test_a_policy_of_an_api_is_about_calls_and_somebody(harness, statement):
    usual = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    }
    document = {"Version": "2012-10-17", "Statement": [usual | statement]}
    with pytest.raises(ClientError, match="Invalid policy document"):
        harness.create("AWS::ApiGateway::RestApi", Name="shop", Policy=document)
    document["Statement"] = [usual]
    harness.create("AWS::ApiGateway::RestApi", Name="shop", Policy=document)


def test_a_role_that_writes_no_logs_is_refused(harness):
    trusted = {"Service": "apigateway.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust).attributes["Arn"]
    # https://github.com/tmobile/jazz-installer/pull/597
    with pytest.raises(ClientError, match="does not have required permissions"):
        harness.create("AWS::ApiGateway::Account", CloudWatchRoleArn=role)


def test_a_stage_of_an_http_api_has_no_execution_logs(harness):
    settings = {"DefaultRouteSettings": {"LoggingLevel": "INFO"}}
    # https://github.com/hashicorp/terraform-provider-aws/issues/14010
    reason = "Execution logs are not supported on protocolType HTTP"
    given = {"ApiId": "a", "StageName": "v1", **settings}
    refused(harness, "AWS::ApiGatewayV2::Stage", given, reason)


def body(authorizer=None, **integration):
    """An HTTP API with one route."""
    behind = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
        "payloadFormatVersion": "2.0",
        **integration,
    }
    operation = {"responses": {}, "x-amazon-apigateway-integration": behind}
    document = {"openapi": "3.0.1", "info": {"title": "shop", "version": "1"}}
    if authorizer:
        operation["security"] = [{"users": []}]
        scheme = {"type": "oauth2", "x-amazon-apigateway-authorizer": authorizer}
        document["components"] = {"securitySchemes": {"users": scheme}}
    return {**document, "paths": {"/orders": {"get": operation}}}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (body(payloadFormatVersion="3.0"), "PayloadFormatVersion 3.0"),
        (body(type="mock"), "MOCK is not supported"),
        (
            body(
                {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {"issuer": "http://login.example.org", "audience": ["a"]},
                }
            ),
            "scheme https",
        ),
    ],
)
def test_parts_that_a_body_makes_are_judged_like_others(harness, written, reason):
    refused(harness, "AWS::ApiGatewayV2::Api", {"Body": written}, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"IntegrationUri": "example.org", "IntegrationMethod": "GET"}, "Invalid HTTP endpoint"),
        (
            {"IntegrationUri": "https://example.org", "IntegrationMethod": "FETCH"},
            "Invalid HTTP method",
        ),
    ],
)
def test_an_http_integration_calls_an_address_by_a_method(harness, properties, reason):
    given = {"ApiId": "a", "IntegrationType": "HTTP_PROXY", **properties}
    refused(harness, "AWS::ApiGatewayV2::Integration", given, reason)


def test_a_service_that_is_called_gets_its_parameters(harness):
    given = {"ApiId": "a", "IntegrationType": "AWS_PROXY", "IntegrationSubtype": "SQS-SendMessage"}
    refused(harness, "AWS::ApiGatewayV2::Integration", given, "MessageBody is missing")


@pytest.mark.parametrize("path", ["/a@b", "/a~b", "/a'b"])
def test_a_resource_of_a_rest_api_has_fewer_characters_than_a_route(harness, path):
    written = {**body(), "paths": {path: {"get": {"responses": {}}}}}
    refused(harness, "AWS::ApiGateway::RestApi", {"Body": written}, "is no part of a path")
