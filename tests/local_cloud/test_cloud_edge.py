"""The local cloud's edge: WAF and CloudFront give back what was deployed, and refuse the rest."""

from __future__ import annotations

import base64

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from type_harness import TypeHarness

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-edge")

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
NOBODY = "00000000-0000-0000-0000-000000000000"
SEEN = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": False}
ADDED = {"Header": "x-a", "Override": True, "Value": "1"}


@pytest.fixture(scope="module")
def us_east_1(server):
    """The Region of CloudFront's web ACLs."""
    return TypeHarness(server.clients, region="us-east-1")


def version(harness):
    """The ARN of a version of a function that CloudFront may call."""
    trusted = {"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust)
    function = harness.create(
        "AWS::Lambda::Function",
        Code={"ZipFile": "pass"},
        Handler="index.handler",
        Role=role.attributes["Arn"],
        Runtime="python3.13",
    )
    return harness.create("AWS::Lambda::Version", FunctionName=function.physical_id).physical_id


def web_acl(harness, **properties):
    properties = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN, **properties}
    return harness.create("AWS::WAFv2::WebACL", **{"Scope": "REGIONAL", **properties})


def ip_set(harness, **properties):
    addresses = {"IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"]}
    return harness.create("AWS::WAFv2::IPSet", **{"Scope": "REGIONAL", **addresses, **properties})


def rule(statement, name="rule", priority=0):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "VisibilityConfig": SEEN,
        "Action": {"Block": {}},
    }


def read_acl(harness, deployed):
    name, identifier, scope = deployed.physical_id.split("|")
    return harness.call("wafv2", "get_web_acl", Name=name, Id=identifier, Scope=scope)["WebACL"]


class TestWaf:
    def test_nested_rules_are_kept_at_any_depth(self, harness):
        addresses = ip_set(harness, Name="office")
        office = {"IPSetReferenceStatement": {"Arn": addresses.attributes["Arn"]}}
        byte_match = {
            "FieldToMatch": {"SingleHeader": {"Name": "x-origin"}},
            "PositionalConstraint": "EXACTLY",
            "SearchStringBase64": base64.b64encode(b"secret").decode(),
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
        managed = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
        rules = [
            rule({"NotStatement": {"Statement": office}}),
            rule(
                {"OrStatement": {"Statements": [office, {"ByteMatchStatement": byte_match}]}},
                "or",
                1,
            ),
            rule(
                {
                    "RateBasedStatement": {
                        "Limit": 1000,
                        "AggregateKeyType": "IP",
                        "ScopeDownStatement": office,
                    }
                },
                "rate",
                2,
            ),
            {
                "Name": "managed",
                "Priority": 3,
                "Statement": {"ManagedRuleGroupStatement": managed},
                "VisibilityConfig": SEEN,
                "OverrideAction": {"None": {}},
            },
        ]
        made = web_acl(harness, Name="deep", Rules=rules)
        read = read_acl(harness, made)
        not_office, either, rate, group = read["Rules"]
        named = {"IPSetReferenceStatement": {"ARN": addresses.attributes["Arn"]}}
        assert not_office["Statement"] == {"NotStatement": {"Statement": named}}
        first, second = either["Statement"]["OrStatement"]["Statements"]
        assert first == named
        assert second["ByteMatchStatement"]["SearchString"] == b"secret"
        assert rate["Statement"]["RateBasedStatement"]["Limit"] == 1000
        assert rate["Statement"]["RateBasedStatement"]["ScopeDownStatement"] == named
        assert group["Statement"]["ManagedRuleGroupStatement"] == managed
        assert group["OverrideAction"] == {"None": {}}
        assert read["DefaultAction"] == {"Allow": {}}
        assert made.attributes["Arn"] == read["ARN"]
        assert made.physical_id == f"deep|{read['Id']}|REGIONAL"
        for one in (made, addresses):
            harness.delete(one)
        with pytest.raises(ClientError, match="Nonexistent"):
            read_acl(harness, made)

    def test_a_web_acl_changes_in_place(self, harness):
        geography = rule({"GeoMatchStatement": {"CountryCodes": ["SM"]}})
        made = web_acl(harness, Name="changing", Rules=[geography])
        wanted = {"Name": "changing", "Scope": "REGIONAL", "VisibilityConfig": SEEN}
        again = harness.update(made, **wanted, DefaultAction={"Block": {}})
        read = read_acl(harness, made)
        assert (read["DefaultAction"], read["Rules"]) == ({"Block": {}}, [])
        assert again.physical_id == made.physical_id
        harness.delete(again)

    def test_settings_that_moto_would_forget_fail(self, harness):
        with pytest.raises(AssertionError, match="ignores"):
            web_acl(
                harness, OnSourceDDoSProtectionConfig={"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"}
            )

    def test_tags_change_in_place(self, harness):
        made = ip_set(harness, Name="tagged", Tags=[{"Key": "a", "Value": "b"}])
        tags = [{"Key": "c", "Value": "d"}]
        harness.update(made, **{**made.properties, "Tags": tags})
        arn = made.attributes["Arn"]
        answer = harness.call("wafv2", "list_tags_for_resource", ResourceARN=arn)
        assert answer["TagInfoForResource"]["TagList"] == tags

    def test_cloudfronts_acls_are_only_in_us_east_1(self, harness, us_east_1):
        with pytest.raises(Failure, match="scope is not valid"):
            web_acl(harness, Scope="CLOUDFRONT")
        with pytest.raises(Failure, match="scope is not valid"):
            ip_set(harness, Scope="CLOUDFRONT")
        made = web_acl(us_east_1, Scope="CLOUDFRONT")
        start = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/"
        assert made.attributes["Arn"].startswith(start)
        us_east_1.delete(made)

    def test_a_rule_needs_an_existing_set_of_its_scope(self, harness, us_east_1):
        here = ip_set(harness, Name="here").attributes["Arn"]
        gone = here.replace("/here/", "/gone/")
        everywhere = ip_set(us_east_1, Name="edge", Scope="CLOUDFRONT").attributes["Arn"]
        for arn in (gone, everywhere):
            with pytest.raises((ClientError, Failure)):
                web_acl(harness, Rules=[rule({"IPSetReferenceStatement": {"Arn": arn}})])
        named = {"IPSetReferenceStatement": {"Arn": everywhere}}
        web_acl(us_east_1, Scope="CLOUDFRONT", Rules=[rule(named)])

    def test_no_two_rules_share_a_priority(self, harness):
        statement = {"GeoMatchStatement": {"CountryCodes": ["SM"]}}
        with pytest.raises(Failure, match="Priority"):
            web_acl(harness, Rules=[rule(statement), rule(statement, "other")])

    @pytest.mark.parametrize(
        ("version", "address"),
        [
            ("IPV4", "192.0.2.1"),
            ("IPV4", "192.0.2.0/33"),
            ("IPV4", "0.0.0.0/0"),
            ("IPV4", "2001:db8::/32"),
            ("IPV6", "192.0.2.0/24"),
            ("IPV6", "somewhere"),
        ],
    )
    def test_a_set_has_cidrs_of_its_version(self, harness, version, address):
        with pytest.raises(Failure, match=f"no {version} CIDR"):
            ip_set(harness, IPAddressVersion=version, Addresses=[address])

    def test_a_set_changes_in_place(self, harness):
        given = {"Name": "six", "Scope": "REGIONAL", "IPAddressVersion": "IPV6"}
        made = harness.create("AWS::WAFv2::IPSet", **given, Addresses=["2001:db8::/32"])
        harness.update(made, **given, Addresses=["2001:db8:1::/48"], Description="more")
        name, identifier, scope = made.physical_id.split("|")
        read = harness.call("wafv2", "get_ip_set", Name=name, Id=identifier, Scope=scope)["IPSet"]
        assert read["Addresses"] == ["2001:db8:1::/48"]
        assert read["IPAddressVersion"] == "IPV6"
        assert read["Description"] == "more"
        with pytest.raises(Failure, match="no IPV6 CIDR"):
            harness.update(made, **given, Addresses=["192.0.2.0/24"])
        harness.delete(made)

    def test_a_rest_apis_stage_is_protected(self, harness):
        integration = {"x-amazon-apigateway-integration": {"type": "mock"}}
        body = {"openapi": "3.0.1", "paths": {"/": {"get": integration}}}
        api = harness.create("AWS::ApiGateway::RestApi", Name="api", Body=body).physical_id
        deployment = harness.create("AWS::ApiGateway::Deployment", RestApiId=api).physical_id
        stage = {"RestApiId": api, "DeploymentId": deployment, "StageName": "v1"}
        harness.create("AWS::ApiGateway::Stage", **stage)
        acl = web_acl(harness, Name="guard").attributes["Arn"]
        resource = f"arn:aws:apigateway:eu-west-1::/restapis/{api}/stages/v1"
        made = harness.create("AWS::WAFv2::WebACLAssociation", ResourceArn=resource, WebACLArn=acl)
        found = harness.call("wafv2", "get_web_acl_for_resource", ResourceArn=resource)["WebACL"]
        assert found["ARN"] == acl
        read = harness.call("apigateway", "get_stage", restApiId=api, stageName="v1")
        assert read["webAclArn"] == acl
        harness.delete(made)
        read = harness.call("apigateway", "get_stage", restApiId=api, stageName="v1")
        assert "webAclArn" not in read

    def test_protecting_anything_else_fails(self, harness):
        acl = web_acl(harness, Name="helpless").attributes["Arn"]
        stages = "arn:aws:apigateway:eu-west-1::"
        for path, error in (
            ("/apis/abc/stages/$default", Failure),
            ("/restapis/abc/stages/v1", ClientError),
        ):
            with pytest.raises(error):
                harness.create(
                    "AWS::WAFv2::WebACLAssociation",
                    ResourceArn=f"{stages}{path}",
                    WebACLArn=acl,
                )

    def test_a_web_acl_logs_to_a_group_of_waf(self, harness):
        acl = web_acl(harness, Name="logging").attributes["Arn"]
        named = {"LogGroupName": "aws-waf-logs-family"}
        group = harness.create("AWS::Logs::LogGroup", **named).attributes["Arn"]
        made = harness.create(
            "AWS::WAFv2::LoggingConfiguration",
            ResourceArn=acl,
            LogDestinationConfigs=[group],
            RedactedFields=[{"SingleHeader": {"Name": "authorization"}}],
        )
        read = harness.call("wafv2", "get_logging_configuration", ResourceArn=acl)
        assert read["LoggingConfiguration"]["LogDestinationConfigs"] == [group]
        assert read["LoggingConfiguration"]["RedactedFields"] == [
            {"SingleHeader": {"Name": "authorization"}}
        ]
        for wrong in (group.replace("aws-waf-logs-", "logs-"), group.replace("family", "none")):
            with pytest.raises(Failure):
                harness.update(made, ResourceArn=acl, LogDestinationConfigs=[wrong])
        harness.delete(made)


def origin(**properties):
    custom = {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    return {
        "Id": "api",
        "DomainName": "abc.execute-api.eu-west-1.amazonaws.com",
        "CustomOriginConfig": custom,
        **properties,
    }


def config(behavior=None, **properties):
    """A distribution as `edge` has it: one origin, nothing cached."""
    return {
        "Enabled": True,
        "Origins": [origin()],
        "DefaultCacheBehavior": {
            "TargetOriginId": "api",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": CACHING_DISABLED,
            **(behavior or {}),
        },
        **properties,
    }


def distribution(harness, *behavior, **properties):
    return harness.create(
        "AWS::CloudFront::Distribution", DistributionConfig=config(*behavior, **properties)
    )


def read_config(harness, deployed):
    answer = harness.call("cloudfront", "get_distribution_config", Id=deployed.physical_id)
    return answer["DistributionConfig"]


class TestCloudFront:
    def test_a_distribution_matches_its_template(self, harness, us_east_1):
        acl = web_acl(us_east_1, Name="edge", Scope="CLOUDFRONT").attributes["Arn"]
        associated = {"EventType": "origin-request", "LambdaFunctionARN": version(us_east_1)}
        made = distribution(
            harness,
            {
                "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
                "OriginRequestPolicyId": ALL_VIEWER,
                "ResponseHeadersPolicyId": SECURITY_HEADERS,
                "LambdaFunctionAssociations": [associated],
            },
            Origins=[
                origin(
                    OriginCustomHeaders=[{"HeaderName": "x-origin", "HeaderValue": "secret"}],
                    OriginShield={"Enabled": True, "OriginShieldRegion": "eu-west-1"},
                )
            ],
            CacheBehaviors=[
                {
                    "PathPattern": "/static/*",
                    "TargetOriginId": "api",
                    "ViewerProtocolPolicy": "https-only",
                    "ForwardedValues": {"QueryString": False},
                }
            ],
            CustomErrorResponses=[{"ErrorCode": 404, "ErrorCachingMinTTL": 5}],
            HttpVersion="http2and3",
            IPV6Enabled=True,
            PriceClass="PriceClass_100",
            Restrictions={
                "GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE", "FR"]}
            },
            ViewerCertificate={"CloudFrontDefaultCertificate": True},
            WebACLId=acl,
        )
        read = read_config(harness, made)
        [only] = read["Origins"]["Items"]
        assert only["CustomHeaders"] == {
            "Quantity": 1,
            "Items": [{"HeaderName": "x-origin", "HeaderValue": "secret"}],
        }
        assert only["CustomOriginConfig"] == {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
        }
        assert only["OriginShield"] == {"Enabled": True, "OriginShieldRegion": "eu-west-1"}
        assert read["DefaultCacheBehavior"] == {
            "TargetOriginId": "api",
            "ViewerProtocolPolicy": "redirect-to-https",
            "AllowedMethods": {
                "Quantity": 3,
                "Items": ["GET", "HEAD", "OPTIONS"],
                "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
            },
            "CachePolicyId": CACHING_DISABLED,
            "OriginRequestPolicyId": ALL_VIEWER,
            "ResponseHeadersPolicyId": SECURITY_HEADERS,
            "LambdaFunctionAssociations": {"Quantity": 1, "Items": [associated]},
        }
        [static] = read["CacheBehaviors"]["Items"]
        assert static["PathPattern"] == "/static/*"
        assert static["ForwardedValues"] == {"QueryString": False, "Cookies": {"Forward": "none"}}
        [error] = read["CustomErrorResponses"]["Items"]
        assert error == {"ErrorCode": 404, "ErrorCachingMinTTL": 5}
        assert read["Restrictions"]["GeoRestriction"] == {
            "RestrictionType": "whitelist",
            "Quantity": 2,
            "Items": ["DE", "FR"],
        }
        assert read["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
        assert (read["WebACLId"], read["Comment"], read["Enabled"]) == (acl, "", True)
        assert (read["IsIPV6Enabled"], read["HttpVersion"]) == (True, "http2and3")
        assert read["PriceClass"] == "PriceClass_100"
        listed = harness.call("cloudfront", "list_distributions")["DistributionList"]["Items"]
        found = next(one for one in listed if one["Id"] == made.physical_id)
        assert found["DomainName"] == made.attributes["DomainName"]
        assert found["WebACLId"] == acl

    def test_a_distribution_changes_in_place(self, harness):
        made = harness.create(
            "AWS::CloudFront::Distribution",
            DistributionConfig=config(),
            Tags=[{"Key": "a", "Value": "b"}],
        )
        before = read_config(harness, made)
        again = harness.update(
            made,
            DistributionConfig=config(Comment="new", Enabled=False),
            Tags=[{"Key": "c", "Value": "d"}],
        )
        read = read_config(harness, made)
        assert (read["Comment"], read["Enabled"]) == ("new", False)
        assert read["CallerReference"] == before["CallerReference"]
        assert again.attributes == made.attributes
        arn = f"arn:aws:cloudfront::123456789012:distribution/{made.physical_id}"
        tags = harness.call("cloudfront", "list_tags_for_resource", Resource=arn)["Tags"]
        assert tags["Items"] == [{"Key": "c", "Value": "d"}]

    def test_a_distribution_is_deleted_though_it_is_enabled(self, harness):
        made = distribution(harness)
        current = harness.call("cloudfront", "get_distribution_config", Id=made.physical_id)
        with pytest.raises(ClientError, match="DistributionNotDisabled"):
            harness.call(
                "cloudfront",
                "delete_distribution",
                Id=made.physical_id,
                IfMatch=current["ETag"],
            )
        with pytest.raises(ClientError, match="PreconditionFailed"):
            harness.call(
                "cloudfront", "delete_distribution", Id=made.physical_id, IfMatch="another"
            )
        harness.delete(made)
        with pytest.raises(ClientError, match="NoSuchDistribution"):
            read_config(harness, made)

    @pytest.mark.parametrize(
        ("behavior", "properties", "reason"),
        [
            ({"CachePolicyId": NOBODY}, {}, "NoSuchCachePolicy"),
            ({"OriginRequestPolicyId": NOBODY}, {}, "NoSuchOriginRequestPolicy"),
            ({"ResponseHeadersPolicyId": NOBODY}, {}, "NoSuchResponseHeadersPolicy"),
            ({"TargetOriginId": "none"}, {}, "NoSuchOrigin"),
            ({}, {"WebACLId": "a-classic-one"}, "InvalidWebACLId"),
            ({}, {"Aliases": ["a.example"]}, "InvalidViewerCertificate"),
            ({}, {"Logging": {"Bucket": "none.s3.amazonaws.com"}}, "does not exist"),
            ({}, {"Origins": [origin(OriginAccessControlId="none")]}, "NoSuchOriginAccess"),
        ],
    )
    def test_settings_that_cloudfront_refuses_fail(self, harness, behavior, properties, reason):
        with pytest.raises((ClientError, Failure), match=reason):
            distribution(harness, behavior, **properties)

    def test_a_web_acl_of_a_region_protects_no_distribution(self, harness, us_east_1):
        regional = web_acl(us_east_1, Name="regional").attributes["Arn"]
        gone = regional.replace("regional/", "global/", 1)
        for arn in (regional, gone):
            with pytest.raises((ClientError, Failure)):
                distribution(harness, WebACLId=arn)

    def test_a_behavior_says_what_is_cached(self, harness):
        given = config()
        del given["DefaultCacheBehavior"]["CachePolicyId"]
        with pytest.raises(Failure, match="CachePolicyId or ForwardedValues"):
            harness.create("AWS::CloudFront::Distribution", DistributionConfig=given)

    def test_settings_that_the_api_lacks_fail(self, harness):
        with pytest.raises(ParamValidationError, match="CNAMEs"):
            distribution(harness, CNAMEs=["a.example"])

    def test_logs_go_to_a_bucket_with_acls(self, harness):
        place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        harness.call("s3", "create_bucket", Bucket="edge-logs", **place)
        log = {"Bucket": "edge-logs.s3.amazonaws.com", "Prefix": "cdn/"}
        with pytest.raises(Failure, match="does not enable ACL access"):
            distribution(harness, Logging=log)
        controls = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
        harness.call(
            "s3",
            "put_bucket_ownership_controls",
            Bucket="edge-logs",
            OwnershipControls=controls,
        )
        made = distribution(harness, Logging=log)
        assert read_config(harness, made)["Logging"] == {
            "Enabled": True,
            "IncludeCookies": False,
            **log,
        }

    def test_managed_policies_of_aws_exist(self, harness):
        listed = harness.call("cloudfront", "list_cache_policies")["CachePolicyList"]["Items"]
        kinds = {one["CachePolicy"]["Id"]: one["Type"] for one in listed}
        assert kinds[CACHING_DISABLED] == "managed"
