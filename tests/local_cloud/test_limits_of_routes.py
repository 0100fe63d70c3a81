"""APIs, their parts and what stands before them, that AWS refuses; their neighbours are made."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from type_harness import TypeHarness

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
JWT = {
    "AuthorizerType": "JWT",
    "IdentitySource": ["$request.header.Authorization"],
    "JwtConfiguration": {"Issuer": "https://example.org", "Audience": ["a"]},
}
REQUEST = {
    "AuthorizerType": "REQUEST",
    "AuthorizerPayloadFormatVersion": "2.0",
    "AuthorizerUri": URI,
}


@pytest.fixture(scope="module")
def api(harness):
    return harness.create("AWS::ApiGatewayV2::Api", Name="a", ProtocolType="HTTP").physical_id


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"CorsConfiguration": {"AllowOrigins": ["example.org"]}}, "format for origin"),
        ({"CorsConfiguration": {"AllowOrigins": ["https://example.org/"]}}, "format for origin"),
        ({"CorsConfiguration": {"AllowMethods": ["get"]}}, "AllowMethods"),
        ({"CorsConfiguration": {"AllowHeaders": ["a b"]}}, "AllowHeaders"),
        ({"RouteSelectionExpression": "$request.body.action"}, "must be"),
        ({"ApiKeySelectionExpression": "$request.header.x-api-key"}, "WebSocket APIs only"),
    ],
)
def test_an_http_api_has_what_it_has(harness, settings, reason):
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::ApiGatewayV2::Api", Name="a", ProtocolType="HTTP", **settings)


@pytest.mark.parametrize(
    ("cors", "reason"),
    [
        ({"allowOrigins": ["example.org"]}, "format for origin"),
        ({"allowOrigins": ["*"], "allowCredentials": True}, "cannot be true"),
        ({"allowMethods": ["FETCH"]}, "AllowMethods"),
    ],
)
def test_a_body_is_called_from_origins_too(harness, cors, reason):
    document = {
        "openapi": "3.0.1",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "x-amazon-apigateway-cors": cors,
    }
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::ApiGatewayV2::Api", Body=document)


def test_an_http_api_is_called_from_many_origins(harness):
    cors = {
        "AllowOrigins": ["https://example.org", "http://localhost:3000", "https://*"],
        "AllowMethods": ["GET", "*"],
        "AllowHeaders": ["*", "content-type"],
    }
    made = harness.create(
        "AWS::ApiGatewayV2::Api", Name="a", ProtocolType="HTTP", CorsConfiguration=cors
    )
    harness.delete(made)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"ApiKeyRequired": True}, "WebSocket APIs only"),
        ({"ModelSelectionExpression": "$request.body.a"}, "WebSocket APIs only"),
        ({"AuthorizationScopes": [str(one) for one in range(11)]}, "at most 10"),
        ({"AuthorizationScopes": ["read"]}, "only valid for COGNITO_USER_POOLS and JWT"),
        ({"AuthorizationScopes": ["read"], "AuthorizationType": "AWS_IAM"}, "only valid for"),
    ],
)
def test_a_route_of_an_http_api_has_what_it_has(harness, api, settings, reason):
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::ApiGatewayV2::Route", ApiId=api, RouteKey="GET /a", **settings)


def test_a_route_has_an_authorizer_of_its_kind(harness, api):
    jwt = harness.create("AWS::ApiGatewayV2::Authorizer", ApiId=api, Name="j", **JWT).physical_id
    function = harness.create(
        "AWS::ApiGatewayV2::Authorizer", ApiId=api, Name="r", **REQUEST
    ).physical_id
    for kind, authorizer in (("CUSTOM", jwt), ("JWT", function)):
        with pytest.raises(Failure, match=f"AuthorizationType is {kind}"):
            harness.create(
                "AWS::ApiGatewayV2::Route",
                ApiId=api,
                RouteKey="GET /a",
                AuthorizationType=kind,
                AuthorizerId=authorizer,
            )
    route = harness.create(
        "AWS::ApiGatewayV2::Route",
        ApiId=api,
        RouteKey="GET /a",
        AuthorizationType="CUSTOM",
        AuthorizerId=function,
    )
    harness.delete(route)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"AuthorizerUri": FUNCTION}, "Invalid Authorizer URI"),
        ({"AuthorizerResultTtlInSeconds": 300}, "IdentitySource is required"),
        (
            {
                **JWT,
                "JwtConfiguration": {
                    "Issuer": "https://example.org",
                    "Audience": [str(one) for one in range(51)],
                },
            },
            "at most 50",
        ),
    ],
)
def test_an_authorizer_is_called_and_cached_as_it_can(harness, api, settings, reason):
    properties = {"ApiId": api, "Name": "a", **REQUEST, **settings}
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::ApiGatewayV2::Authorizer", **properties)


INTEGRATION = {
    "IntegrationType": "AWS_PROXY",
    "IntegrationUri": FUNCTION,
    "PayloadFormatVersion": "2.0",
}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"IntegrationMethod": "FETCH"}, "Invalid HTTP method"),
        ({"ConnectionType": "VPC_LINK", "ConnectionId": "abc"}, "Invalid VPC link"),
        ({"RequestParameters": {"header.a": "b"}}, "Invalid mapping expression"),
        ({"RequestParameters": {"append:header.a": "$foo.bar"}}, r"specified: \$foo\.bar\]"),
        ({"RequestParameters": {"overwrite:path": "/${request.query.a}"}}, "request.query.a"),
        ({"RequestParameters": {"append:header.a": "$request.body..b"}}, r"request\.body\.\.b"),
        ({"RequestParameters": {"overwrite:header.Authorization": "a"}}, "header.Authorization"),
        (
            {
                "ResponseParameters": {
                    "200": {
                        "ResponseParameters": [
                            {"Destination": "append:header.x-amz-a", "Source": "b"}
                        ]
                    }
                }
            },
            "header.x-amz-a",
        ),
        ({"PassthroughBehavior": "NEVER"}, "WebSocket APIs only"),
        ({"ResponseParameters": {"600": {"ResponseParameters": []}}}, "status code: 600"),
        (
            {
                "ResponseParameters": {
                    "200": {"ResponseParameters": [{"Destination": "header.a", "Source": "b"}]}
                }
            },
            "Invalid mapping expression",
        ),
    ],
)
def test_an_integration_maps_what_there_is(harness, api, settings, reason):
    # CreateIntegration in botocore's model of apigatewayv2.
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::ApiGatewayV2::Integration", ApiId=api, **INTEGRATION, **settings)


def test_an_integration_may_map_headers_and_paths(harness, api):
    made = harness.create(
        "AWS::ApiGatewayV2::Integration",
        ApiId=api,
        **INTEGRATION,
        RequestParameters={
            "append:header.a": "b",
            "append:header.b": "$context.requestId",
            "append:header.c": "costs $5, ${request.header.a} ${stageVariables.b}",
            "append:header.d": "$request.body.items[0].name",
            "overwrite:path": "/x/${request.path.id}",
            "remove:querystring.q": "''",
        },
        ResponseParameters={
            "200": {"ResponseParameters": [{"Destination": "overwrite:header.a", "Source": "b"}]}
        },
    )
    harness.delete(made)


def test_an_http_api_has_ten_stages(harness):
    api = harness.create("AWS::ApiGatewayV2::Api", Name="a", ProtocolType="HTTP").physical_id
    for number in range(10):
        harness.create("AWS::ApiGatewayV2::Stage", ApiId=api, StageName=f"s{number}")
    with pytest.raises(Failure, match="Maximum number of Stages"):
        harness.create("AWS::ApiGatewayV2::Stage", ApiId=api, StageName="s10")


def operation(integration=(), **more):
    usual = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI}
    return {
        "x-amazon-apigateway-integration": usual | dict(integration),
        "responses": {},
        **more,
    }


def body(*paths, **more):
    operations = {path: {"get": operation()} for path in paths}
    return {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "paths": operations | more.pop("operations", {}),
        **more,
    }


def of(integration, **more):
    return body(operations={"/a": {"get": operation(integration, **more)}})


def guarded(**authorizer):
    scheme = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": URI, **authorizer},
    }
    return body("/a", securityDefinitions={"guard": scheme})


ANSWERS = {"200": {"headers": {"Access-Control-Allow-Origin": {"type": "string"}}}}
UNQUOTED = {"method.response.header.Access-Control-Allow-Origin": "example.org"}
PASSED = {"integration.request.path.id": "method.request.path.id"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (body("/{a}", "/{b}"), "only one is allowed"),
        (body(*(f"/a{number}" for number in range(301))), "Maximum number of resources"),
        (of({"passthroughBehavior": "sometimes"}), "passthroughBehavior"),
        (of({"connectionType": "VPC_LINK"}), "Invalid VPC link"),
        (of({"requestParameters": {"a": "b"}}), "Invalid mapping expression"),
        (of({"requestParameters": PASSED}), "specified: method.request.path.id"),
        (
            of({"responses": {"default": {"responseParameters": UNQUOTED}}}),
            "specified: example.org",
        ),
        (guarded(authorizerResultTtlInSeconds=3601), "between 0 and 3600"),
        (guarded(authorizerUri=FUNCTION), "Invalid Authorizer URI"),
        (guarded(type="basic"), "Invalid authorizer type"),
        (
            body(
                "/a",
                **{
                    "x-amazon-apigateway-gateway-responses": {
                        "DEFAULT_4XX": {"responseParameters": {"header.a": "'b'"}}
                    }
                },
            ),
            "Invalid mapping expression",
        ),
    ],
)
def test_a_body_is_imported_as_a_whole(harness, document, reason):
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::ApiGateway::RestApi", Body=document)


def test_a_body_may_map_what_its_methods_declare(harness):
    declared = [{"name": "id", "in": "path", "required": True, "type": "string"}]
    quoted = {"method.response.header.Access-Control-Allow-Origin": "'example.org'"}
    mapped = {
        "type": "http_proxy",
        "uri": "https://example.org",
        "requestParameters": PASSED,
        "responses": {"default": {"statusCode": "200", "responseParameters": quoted}},
    }
    document = body(
        "/{a}/b",
        "/{a}/c/{d}",
        operations={"/e/{id}": {"get": operation(mapped, parameters=declared, responses=ANSWERS)}},
        **{
            "x-amazon-apigateway-gateway-responses": {
                "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.a": "'b'"}}
            }
        },
    )
    harness.delete(harness.create("AWS::ApiGateway::RestApi", Body=document))


@pytest.fixture(scope="module")
def america(server):
    return TypeHarness(server.clients, region="us-east-1")


def distribution(behavior=(), origin=(), **config):
    forwarded = dict(behavior)
    policy = {} if "ForwardedValues" in forwarded else {"CachePolicyId": CACHING_DISABLED}
    kind = {"CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
    return {
        "DistributionConfig": {
            "Enabled": True,
            "Origins": [{"Id": "o", "DomainName": "example.org", **kind, **dict(origin)}],
            "DefaultCacheBehavior": {
                "TargetOriginId": "o",
                "ViewerProtocolPolicy": "https-only",
                **policy,
                **forwarded,
            },
            **config,
        }
    }


def forwarding(headers):
    return {"ForwardedValues": {"QueryString": False, "Headers": [f"A{n}" for n in range(headers)]}}


MEMBERS = {"Quantity": 1, "Items": [{"OriginId": "o"}, {"OriginId": "o"}]}
GROUP = {
    "Id": "g",
    "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
    "Members": MEMBERS,
}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (distribution(forwarding(11)), "TooManyHeadersInForwardedValues"),
        (distribution({"GrpcConfig": {"Enabled": True}}), "gRPC allows POST"),
        (distribution(origin={"ResponseCompletionTimeout": 29}), "ResponseCompletionTimeout"),
        (distribution(OriginGroups={"Quantity": 1, "Items": [GROUP]}), "InconsistentQuantities"),
        (distribution(AnycastIpListId="x"), "Anycast static IP list does not exist"),
    ],
)
def test_a_distribution_forwards_what_cloudfront_forwards(america, properties, reason):
    with pytest.raises(Failure, match=reason):
        america.create("AWS::CloudFront::Distribution", **properties)


def test_an_alternate_name_belongs_to_one_distribution(america):
    certificate = america.call("acm", "request_certificate", DomainName="*.example.org")
    arn = certificate["CertificateArn"]

    def named(alias, **settings):
        viewer = {"AcmCertificateArn": arn, "SslSupportMethod": "sni-only", **settings}
        return distribution(forwarding(10), Aliases=[alias], ViewerCertificate=viewer)

    first = america.create("AWS::CloudFront::Distribution", **named("a.example.org"))
    with pytest.raises(Failure, match="CNAMEAlreadyExists"):
        america.create("AWS::CloudFront::Distribution", **named("a.example.org"))
    with pytest.raises(Failure, match="needs TLSv1 or higher"):
        america.create(
            "AWS::CloudFront::Distribution",
            **named("b.example.org", MinimumProtocolVersion="SSLv3"),
        )
    america.update(first, **named("a.example.org", MinimumProtocolVersion="TLSv1.2_2021"))
    america.delete(first)


METRICS = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
HERE = "arn:aws:wafv2:eu-west-1:123456789012:regional"
NONE = "11111111-1111-1111-1111-111111111111"
AS_IT_IS = [{"Priority": 0, "Type": "NONE"}]


def acl(rule=None, **settings):
    rules = [] if rule is None else [{"Name": "r", "Priority": 0, **rule}]
    return {
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": METRICS,
        "Rules": [{"VisibilityConfig": METRICS, **one} for one in rules],
        **settings,
    }


def blocking(statement, **more):
    return acl({"Statement": statement, "Action": {"Block": {}}, **more})


def managed(name, **settings):
    group = {"VendorName": "AWS", "Name": f"AWSManagedRules{name}", **settings}
    return acl({"Statement": {"ManagedRuleGroupStatement": group}, "OverrideAction": {"None": {}}})


def matching(field=None, transformations=AS_IT_IS):
    return {
        "ByteMatchStatement": {
            "FieldToMatch": field or {"UriPath": {}},
            "PositionalConstraint": "STARTS_WITH",
            "SearchString": "/a",
            "TextTransformations": transformations,
        }
    }


def headers(**pattern):
    return {"Headers": {"MatchScope": "ALL", "OversizeHandling": "MATCH", "MatchPattern": pattern}}


def keyed(*keys):
    return {
        "RateBasedStatement": {
            "Limit": 100,
            "AggregateKeyType": "CUSTOM_KEYS",
            "CustomKeys": list(keys),
        }
    }


MATCHED = matching()
BOTS = {"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": "COMMON"}}
TEN = [{"Priority": number, "Type": "LOWERCASE"} for number in range(10)]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (managed("CommonRuleSet", Version="Version_99.0"), "Version_99.0 of"),
        (managed("CommonRuleSet", Version="1.0"), "1.0 of"),
        (managed("AnonymousIpList", Version="Version_1.0"), "doesn't exist"),
        (managed("ATPRuleSet"), "without its ManagedRuleGroupConfigs"),
        (managed("CommonRuleSet", ManagedRuleGroupConfigs=[BOTS]), "configuration of"),
        (
            managed("CommonRuleSet", RuleActionOverrides=[{"Name": "a", "ActionToUse": {}}]),
            "action of a",
        ),
        (
            blocking(
                {
                    "RegexPatternSetReferenceStatement": {
                        "Arn": f"{HERE}/ipset/x/{NONE}",
                        "FieldToMatch": {"UriPath": {}},
                        "TextTransformations": AS_IT_IS,
                    }
                }
            ),
            "no regexpatternset",
        ),
        (blocking(matching(headers(All={}, IncludedHeaders=["a"]))), "match pattern of Headers"),
        (blocking(matching(transformations=[*TEN, {"Priority": 10, "Type": "MD5"}])), "than 10"),
        (blocking(keyed({"IP": {}})), "only custom key"),
        (
            blocking(matching(), ChallengeConfig={"ImmunityTimeProperty": {"ImmunityTime": 299}}),
            "less than 300",
        ),
        (
            acl(
                {
                    "Statement": matching(),
                    "Action": {
                        "Count": {
                            "CustomRequestHandling": {
                                "InsertHeaders": [
                                    {"Name": "a", "Value": "b"},
                                    {"Name": "A", "Value": "c"},
                                ]
                            }
                        }
                    },
                }
            ),
            "same header twice",
        ),
        (acl(TokenDomains=["co.uk"]), "public suffix"),
        (
            blocking(
                {
                    "ByteMatchStatement": {
                        **MATCHED["ByteMatchStatement"],
                        "SearchStringBase64": "YQ==",
                    }
                }
            ),
            "multiple values for the search string",
        ),
        (
            acl(
                DefaultAction={
                    "Block": {
                        "CustomResponse": {
                            "ResponseCode": 403,
                            "ResponseHeaders": [{"Name": "Content-Type", "Value": "text/plain"}],
                        }
                    }
                }
            ),
            "header content-type",
        ),
    ],
)
def test_a_web_acl_names_what_is_there(harness, properties, reason):
    # https://docs.aws.amazon.com/waf/latest/developerguide/waf-managed-rule-groups-versioning.html
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::WAFv2::WebACL", **properties)


@pytest.mark.parametrize("kind", ["regexpatternset", "rulegroup"])
def test_a_web_acl_names_sets_and_groups_that_are_there(harness, kind):
    arn = {"Arn": f"{HERE}/{kind}/x/{NONE}"}
    rule = {"Statement": {"RuleGroupReferenceStatement": arn}, "OverrideAction": {"None": {}}}
    properties = acl(rule)
    if kind == "regexpatternset":
        inspected = {"FieldToMatch": {"UriPath": {}}, "TextTransformations": AS_IT_IS}
        properties = blocking({"RegexPatternSetReferenceStatement": arn | inspected})
    with pytest.raises(ClientError, match="WAFNonexistentItemException"):
        harness.create("AWS::WAFv2::WebACL", **properties)


def test_a_web_acl_logs_once(harness):
    protected = harness.create("AWS::WAFv2::WebACL", **acl()).attributes["Arn"]
    group = harness.create("AWS::Logs::LogGroup", LogGroupName="aws-waf-logs-once")
    place = group.attributes["Arn"].removesuffix(":*")
    logging = {"ResourceArn": protected, "LogDestinationConfigs": [place]}
    with pytest.raises(Failure, match="more than one logging destination"):
        harness.create(
            "AWS::WAFv2::LoggingConfiguration",
            **{**logging, "LogDestinationConfigs": [place, f"{place}-2"]},
        )
    harness.create("AWS::WAFv2::LoggingConfiguration", **logging)
    with pytest.raises(Failure, match="already exists"):
        harness.create("AWS::WAFv2::LoggingConfiguration", **logging)


def test_a_web_acl_may_name_a_set_of_patterns(harness):
    made = harness.call(
        "wafv2",
        "create_regex_pattern_set",
        Name="patterns",
        Scope="REGIONAL",
        RegularExpressionList=[{"RegexString": "^/a"}],
    )["Summary"]
    inspected = {"FieldToMatch": {"UriPath": {}}, "TextTransformations": TEN}
    named = {"RegexPatternSetReferenceStatement": {"Arn": made["ARN"], **inspected}}
    harness.delete(harness.create("AWS::WAFv2::WebACL", **blocking(named)))


@pytest.mark.parametrize(
    "properties",
    [
        managed("CommonRuleSet", Version="Version_1.19"),
        managed("BotControlRuleSet", ManagedRuleGroupConfigs=[BOTS]),
        managed("AISecurityRuleSet"),
        blocking(keyed({"IP": {}}, {"HTTPMethod": {}})),
        blocking(matching(headers(IncludedHeaders=["a"]), TEN)),
        acl(TokenDomains=["example.co.uk"]),
    ],
)
def test_a_web_acl_may_choose_versions_and_keys(harness, properties):
    harness.delete(harness.create("AWS::WAFv2::WebACL", **properties))
