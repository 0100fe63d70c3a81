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
        ],
    )
    def test_settings_that_cloudfront_refuses_fail(self, harness, config, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, **config)

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
    ],
)
def test_web_acls_that_waf_refuses_fail(harness, wrong, reason):
    given = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SHOWN}
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::WAFv2::WebACL", **{**given, **wrong})
