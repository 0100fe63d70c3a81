"""APIs, distributions and web ACLs that AWS's services refuse fail here too."""

from __future__ import annotations

import pytest

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")


def integration(path, **more):
    """An API's body with one path."""
    uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations"
    behind = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, **more}
    operation = {"x-amazon-apigateway-integration": behind, "responses": {}}
    return {
        "Body": {
            "openapi": "3.0.1",
            "info": {"title": "t", "version": "1"},
            "paths": {path: {"get": operation}},
        }
    }


class TestApis:
    @pytest.mark.parametrize("name", ["v1.0", "a/b", "a" * 129, "$latest"])
    @pytest.mark.parametrize("kind", ["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"])
    def test_stages_have_plain_names(self, harness, kind, name):
        api = {"RestApiId": "r"} if kind == "AWS::ApiGateway::Stage" else {"ApiId": "a"}
        with pytest.raises(Failure, match=r"Stage name only allows|pattern|maxLength"):
            harness.create(kind, StageName=name, **api)

    @pytest.mark.parametrize("path", ["orders", "/{proxy+}/x", "/{id}/{id}", "/a b"])
    @pytest.mark.parametrize("kind", ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"])
    def test_paths_have_a_slash_and_variables_in_their_places(self, harness, kind, path):
        with pytest.raises(Failure, match="Invalid path"):
            harness.create(kind, **integration(path))

    @pytest.mark.parametrize("milliseconds", [49, 29001, 40000])
    def test_integrations_of_rest_apis_answer_in_29_seconds(self, harness, milliseconds):
        with pytest.raises(Failure, match="between 50 ms and 29000 ms"):
            harness.create(
                "AWS::ApiGateway::RestApi", **integration("/", timeoutInMillis=milliseconds)
            )

    def test_integrations_of_http_apis_answer_in_30_seconds(self, harness):
        with pytest.raises(Failure, match="'timeoutInMillis' failed to satisfy constraint"):
            harness.create(
                "AWS::ApiGatewayV2::Api",
                **integration("/", timeoutInMillis=40000, payloadFormatVersion="2.0"),
            )

    @pytest.mark.parametrize("key", ["orders", "GET orders", "FETCH /orders", "GET /{a+}/b"])
    def test_routes_have_a_method_and_a_path(self, harness, key):
        with pytest.raises(Failure, match=r"route key|Invalid path"):
            harness.create("AWS::ApiGatewayV2::Route", ApiId="a", RouteKey=key)

    def test_keys_have_at_most_128_characters(self, harness):
        with pytest.raises(Failure, match="at most 128"):
            harness.create("AWS::ApiGateway::ApiKey", Value="k" * 129)


OWN = "arn:aws:cloudfront::123456789012:function/f"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
EDGE = {"EventType": "viewer-request"}


class TestDistributions:
    CACHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

    def create(self, harness, *, origin=None, behavior=None, **config):
        custom = {"OriginProtocolPolicy": "https-only"}
        place = {"Id": "a", "DomainName": "api.example.org", "CustomOriginConfig": custom}
        default = {
            "TargetOriginId": "a",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": self.CACHING,
        }
        given = {
            "Enabled": True,
            "Origins": [{**place, **(origin or {})}],
            "DefaultCacheBehavior": behavior or default,
            **config,
        }
        return harness.create("AWS::CloudFront::Distribution", DistributionConfig=given)

    @pytest.mark.parametrize(
        ("origin", "reason"),
        [
            ({"DomainName": "https://api.example.org"}, "must be a domain name"),
            ({"DomainName": "203.0.113.1"}, "cannot be an IP address"),
            ({"OriginPath": "v1"}, "must begin with a slash"),
            ({"OriginPath": "/v1/"}, "must not end with one"),
            ({"ConnectionAttempts": 4}, "between 1 and 3"),
            ({"ConnectionTimeout": 11}, "between 1 and 10"),
            *(
                ({"CustomOriginConfig": {"OriginProtocolPolicy": "https-only", **custom}}, why)
                for custom, why in (
                    ({"OriginReadTimeout": 500}, "between 1 and 120"),
                    ({"OriginKeepaliveTimeout": 0}, "between 1 and 120"),
                    ({"HTTPSPort": 1000}, "80, 443, or 1024"),
                    ({"OriginSSLProtocols": ["TLSv1.3"]}, "enum value set|is not one of"),
                )
            ),
            *(
                ({"OriginCustomHeaders": [{"HeaderName": name, "HeaderValue": "v"}]}, "not allowed")
                for name in ("Host", "via", "X-Amz-Foo", "X-Edge-Foo", "Cookie")
            ),
            (
                {
                    "OriginCustomHeaders": [
                        {"HeaderName": f"x-{number}", "HeaderValue": "v"} for number in range(31)
                    ]
                },
                "at most 30",
            ),
        ],
    )
    def test_origins_that_cloudfront_refuses_fail(self, harness, origin, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, origin=origin)

    def test_an_origin_has_a_kind(self, harness):
        nothing = [{"Id": "a", "DomainName": "api.example.org"}]
        with pytest.raises(Failure, match="exactly one of CustomOriginConfig"):
            self.create(harness, Origins=nothing)

    @pytest.mark.parametrize(
        ("times", "reason"),
        [
            ({"MinTTL": 100, "MaxTTL": 50}, "InvalidTTLOrder"),
            ({"MinTTL": 100, "DefaultTTL": 50}, "InvalidTTLOrder"),
            ({"MinTTL": -1}, "InvalidTTLOrder"),
            ({"AllowedMethods": ["GET", "HEAD", "PUT"]}, "AllowedMethods"),
            ({"CachedMethods": ["GET", "HEAD", "OPTIONS"]}, "CachedMethods"),
            (
                {"OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac"},
                "needs a cache policy",
            ),
        ],
    )
    def test_behaviors_that_contradict_themselves_fail(self, harness, times, reason):
        behavior = {
            "TargetOriginId": "a",
            "ViewerProtocolPolicy": "https-only",
            "ForwardedValues": {"QueryString": True},
            **times,
        }
        with pytest.raises(Failure, match=reason):
            self.create(harness, behavior=behavior)

    @pytest.mark.parametrize(
        ("config", "reason"),
        [
            ({"Comment": "c" * 129}, "128 characters"),
            ({"DefaultRootObject": "/index.html"}, "must not begin with a slash"),
            ({"CustomErrorResponses": [{"ErrorCode": 404}] * 2}, "404|non-unique|unique"),
            (
                {"CustomErrorResponses": [{"ErrorCode": 404, "ResponsePagePath": "/404.html"}]},
                "ResponseCode",
            ),
            (
                {"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist"}}},
                "needs locations",
            ),
            ({"Aliases": ["a b"]}, "invalid name"),
            (
                {
                    "Restrictions": {
                        "GeoRestriction": {
                            "RestrictionType": "whitelist",
                            "Locations": ["DE", "DE"],
                        }
                    }
                },
                "DE is there twice|non-unique|uniqueItems",
            ),
            ({"ContinuousDeploymentPolicyId": "1a2b"}, "NoSuchContinuousDeploymentPolicy"),
        ],
    )
    def test_settings_that_cloudfront_refuses_fail(self, harness, config, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, **config)

    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ({"TrustedKeyGroups": ["1a2b"]}, "TrustedKeyGroupDoesNotExist"),
            ({"TrustedSigners": ["111"]}, "TrustedSignerDoesNotExist"),
            ({"FieldLevelEncryptionId": "C1"}, "NoSuchFieldLevelEncryptionConfig"),
            (
                {"RealtimeLogConfigArn": "arn:aws:cloudfront::123456789012:realtime-log-config/a"},
                "NoSuchRealtimeLogConfig",
            ),
            *(
                ({"FunctionAssociations": [{"EventType": event, "FunctionARN": OWN}]}, reason)
                for event, reason in (
                    ("viewer-request", "NoSuchFunctionExists"),
                    ("origin-request", "viewer-request and viewer-response"),
                )
            ),
            *(
                ({"LambdaFunctionAssociations": [EDGE | {"LambdaFunctionARN": arn}]}, reason)
                for arn, reason in (
                    ("arn:aws:lambda:eu-west-1:123456789012:function:f:1", "in region 'us-east-1'"),
                    (FUNCTION, "must end with the version number"),
                    (f"{FUNCTION}:$LATEST", "must end with the version number"),
                    (f"{FUNCTION}:1", "cannot be found"),
                )
            ),
            (
                {
                    "LambdaFunctionAssociations": [
                        EDGE | {"LambdaFunctionARN": f"{FUNCTION}:{n}"} for n in (1, 2)
                    ]
                },
                "one function for an event type",
            ),
        ],
    )
    def test_what_a_behavior_names_is_there(self, harness, parts, reason):
        behavior = {
            "TargetOriginId": "a",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": self.CACHING,
            **parts,
        }
        with pytest.raises(Failure, match=reason):
            self.create(harness, behavior=behavior)

    def test_functions_at_the_edge_have_no_variables_and_answer_in_5_seconds(self, server, harness):
        from type_harness import TypeHarness

        home = TypeHarness(server.clients, harness.account, "us-east-1")
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        role = home.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust).attributes["Arn"]

        def behavior(**settings):
            function = home.create(
                "AWS::Lambda::Function",
                Code={"ZipFile": "pass"},
                Handler="index.handler",
                Role=role,
                Runtime="python3.13",
                **settings,
            ).physical_id
            version = home.create("AWS::Lambda::Version", FunctionName=function).physical_id
            return {
                "TargetOriginId": "a",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": self.CACHING,
                "LambdaFunctionAssociations": [EDGE | {"LambdaFunctionARN": version}],
            }

        for settings, reason in (
            ({"Timeout": 6}, "Max allowed: 5 Actual: 6"),
            ({"Environment": {"Variables": {"ab": "c"}}}, "cannot have environment variables"),
            ({"Architectures": ["arm64"]}, "must be x86_64"),
        ):
            with pytest.raises(Failure, match=reason):
                self.create(harness, behavior=behavior(**settings))
        self.create(harness, behavior=behavior(Timeout=5))

    @pytest.mark.parametrize(
        ("origin", "reason"),
        [
            ({"Id": ""}, "1 to 128"),
            (
                {
                    "CustomOriginConfig": {
                        "OriginProtocolPolicy": "https-only",
                        "OriginSSLProtocols": [],
                    }
                },
                "at least one protocol",
            ),
        ],
    )
    def test_an_origin_has_a_name_and_a_protocol(self, harness, origin, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, origin=origin)

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            ({"S3OriginConfig": {"OriginAccessIdentity": "E1"}}, "InvalidOriginAccessIdentity"),
            ({"VpcOriginConfig": {"VpcOriginId": "vo_1"}}, "EntityNotFound"),
        ],
    )
    def test_another_origin_is_there(self, harness, kind, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, Origins=[{"Id": "a", "DomainName": "b.example.org", **kind}])

    @pytest.mark.parametrize(
        ("codes", "reason"), [([401], "status codes"), ([500], "NoSuchOrigin")]
    )
    def test_a_group_of_origins_goes_over_to_another_for_some_codes(self, harness, codes, reason):
        members = {"Quantity": 2, "Items": [{"OriginId": "a"}, {"OriginId": "b"}]}
        criteria = {"StatusCodes": {"Quantity": 1, "Items": codes}}
        group = {"Id": "g", "FailoverCriteria": criteria, "Members": members}
        with pytest.raises(Failure, match=reason):
            self.create(harness, OriginGroups={"Quantity": 1, "Items": [group]})

    def test_a_shield_is_in_a_region_that_has_one(self, harness):
        for shield, reason in (
            ({"Enabled": True}, "is required"),
            ({"Enabled": True, "OriginShieldRegion": "eu-north-1"}, "not valid: eu-north-1"),
        ):
            with pytest.raises(Failure, match=reason):
                self.create(harness, origin={"OriginShield": shield})

    def test_a_certificate_is_there_and_covers_the_alternate_names(self, server, harness):
        from type_harness import TypeHarness

        home = TypeHarness(server.clients, harness.account, "us-east-1")
        answer = home.call("acm", "request_certificate", DomainName="*.example.org")
        own = {"SslSupportMethod": "sni-only", "AcmCertificateArn": answer["CertificateArn"]}

        self.create(harness, Aliases=["www.example.org"], ViewerCertificate=own)
        with pytest.raises(Failure, match="doesn't cover the alternate domain name"):
            self.create(harness, Aliases=["www.example.net"], ViewerCertificate=own)
        missing = own | {"AcmCertificateArn": f"{answer['CertificateArn'][:-4]}0000"}
        with pytest.raises(Failure, match="certificate doesn't exist"):
            self.create(harness, Aliases=["www.example.org"], ViewerCertificate=missing)


SHOWN = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True}
MATCH = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
VENDED = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesNone"}}


def waf_rule(**more):
    return {"Name": "r", "Priority": 0, "Statement": MATCH, "VisibilityConfig": SHOWN, **more}


COSTLY = (
    *("BASE64_DECODE", "CMD_LINE", "COMPRESS_WHITE_SPACE", "CSS_DECODE", "HEX_DECODE"),
    *("JS_DECODE", "LOWERCASE", "MD5"),
)


def limited(key):
    return {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": key}}


def searched(transformations=("NONE",), priority=None, **more):
    changed = [
        {"Priority": number if priority is None else priority, "Type": name}
        for number, name in enumerate(transformations)
    ]
    statement = {
        "FieldToMatch": {"SingleHeader": {"Name": "x"}},
        "PositionalConstraint": "EXACTLY",
        "SearchString": "a",
        "TextTransformations": changed,
        **more,
    }
    return {"ByteMatchStatement": statement}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"DefaultAction": {"Allow": {}, "Block": {}}}, "exactly one value"),
        ({"Rules": [waf_rule()]}, "action of the rule r"),
        ({"Rules": [waf_rule(Action={"Allow": {}}, OverrideAction={"None": {}})]}, "action of"),
        (
            {
                "Rules": [
                    waf_rule(Action={"Allow": {}}),
                    waf_rule(Action={"Allow": {}}, Priority=1),
                ]
            },
            "same Name for two rules",
        ),
        ({"Rules": [waf_rule(Statement=VENDED, OverrideAction={"None": {}})]}, "doesn't exist"),
        *(
            ({"Rules": [waf_rule(Action={"Allow": {}}, Statement=statement)]}, reason)
            for statement, reason in (
                (searched(SearchString="a" * 201), "more than 200 bytes"),
                (searched(("UPPERCASE",)), "unknown text transformation"),
                (searched(("NONE", "LOWERCASE"), priority=0), "same Priority"),
                ({"AndStatement": {"Statements": [MATCH]}}, "fewer than 2 statements"),
                ({"AndStatement": {"Statements": [MATCH, limited("IP")]}}, "top level"),
                (limited("CUSTOM_KEYS"), "without CustomKeys"),
                (limited("FORWARDED_IP"), "without ForwardedIPConfig"),
            )
        ),
        ({"Rules": [waf_rule(Action={"Allow": {}}, RuleLabels=[{"Name": "waf:a"}])]}, "reserved"),
        ({"VisibilityConfig": {**SHOWN, "MetricName": "All"}}, "reserved metric name"),
        (
            {
                "DefaultAction": {
                    "Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "b"}}
                }
            },
            "body that doesn't exist",
        ),
        (
            {
                "Rules": [
                    waf_rule(
                        Action={"Allow": {}},
                        Name=f"r{number}",
                        Priority=number,
                        Statement=searched(COSTLY, PositionalConstraint="CONTAINS"),
                    )
                    for number in range(56)
                ]
            },
            "5040 of 5000 capacity units",
        ),
    ],
)
def test_web_acls_that_waf_refuses_fail(harness, wrong, reason):
    given = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SHOWN}
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::WAFv2::WebACL", **{**given, **wrong})
