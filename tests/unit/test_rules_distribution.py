"""A distribution of CloudFront: how it calls an API, and how it is called."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import distribution
from rdsproxy_templates.variants import edge

EDGE = unpackaged(edge, edge.Config()).flat()[0]
DISTRIBUTION, API = "DistributionStackDistribution", "SAMStackRestApi"
CONFIG = f"{DISTRIBUTION}/DistributionConfig"
ORIGIN, BEHAVIOR = f"{CONFIG}/Origins/0", f"{CONFIG}/DefaultCacheBehavior"


@pytest.mark.parametrize(
    "rule",
    [
        distribution.cached_errors,
        distribution.origin_host,
        distribution.origin_named,
        distribution.viewers,
        distribution.certificate,
    ],
    ids=lambda rule: rule.id,
)
def test_our_distribution_is_accepted(rule):
    assert_holds(rule, EDGE)


class TestCachedErrors:
    def test_errors_that_are_kept_are_an_opinion(self):
        [one] = violations(
            distribution.cached_errors, without(f"{CONFIG}/CustomErrorResponses", EDGE)
        )

        assert distribution.cached_errors.level == "opinion"
        assert one.sentence == f"it keeps errors of {API} for ten seconds"


class TestOriginHost:
    def test_an_api_is_not_called_by_http(self):
        place = f"{ORIGIN}/CustomOriginConfig/OriginProtocolPolicy"

        [one] = violations(distribution.origin_host, faulted(place, "http-only", EDGE))

        assert one.sentence == f"it calls {API} by HTTP, which API Gateway does not take"

    def test_an_api_is_not_called_by_the_viewers_host(self):
        policy = "216adef6-5c7f-47e4-b989-5492eafa07d3"

        [one] = violations(
            distribution.origin_host, faulted(f"{BEHAVIOR}/OriginRequestPolicyId", policy, EDGE)
        )

        assert "by the policy AllViewer" in one.sentence

    def test_a_policy_that_is_given_is_left_alone(self):
        changed = faulted(f"{BEHAVIOR}/OriginRequestPolicyId", GIVEN, EDGE)

        assert_holds(distribution.origin_host, changed)

    @pytest.mark.parametrize("endpoint", [{"Type": "PRIVATE"}, {"Types": ["PRIVATE"]}, "PRIVATE"])
    def test_an_api_inside_a_vpc_is_not_called_at_all(self, endpoint):
        [one] = violations(
            distribution.origin_host, faulted(f"{API}/EndpointConfiguration", endpoint, EDGE)
        )

        assert one.sentence == f"{API} is private, and CloudFront does not reach it"

    def test_an_endpoint_that_is_given_is_left_alone(self):
        changed = faulted(f"{API}/EndpointConfiguration", GIVEN, EDGE)

        assert_holds(distribution.origin_host, changed)


class TestViewers:
    POLICY = f"{BEHAVIOR}/ViewerProtocolPolicy"

    def test_viewers_do_not_call_by_http(self):
        [one] = violations(distribution.viewers, faulted(self.POLICY, "allow-all", EDGE))

        assert one.resource == DISTRIBUTION
        assert one.sentence == f"it takes calls of {API} by HTTP, too"

    @pytest.mark.parametrize("policy", ["redirect-to-https", "https-only", GIVEN])
    def test_any_other_policy_is_accepted(self, policy):
        assert_holds(distribution.viewers, faulted(self.POLICY, policy, EDGE))


class TestCertificate:
    def certified(self, arn):
        return faulted(f"{CONFIG}/ViewerCertificate", {"AcmCertificateArn": arn}, EDGE)

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:acm:eu-west-1:123456789012:certificate/a1b2",
            {"Fn::Sub": "arn:${AWS::Partition}:acm:eu-west-1:${AWS::AccountId}:certificate/a1b2"},
            {"Fn::Join": [":", ["arn:aws:acm:eu-west-1", GIVEN, "certificate/a1b2"]]},
        ],
    )
    def test_a_certificate_of_another_region_is_refused(self, arn):
        [one] = violations(distribution.certificate, self.certified(arn))

        assert one.sentence == "its certificate is in eu-west-1"

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:acm:us-east-1:123456789012:certificate/a1b2",
            {"Fn::Sub": "arn:aws:acm:us-east-1:${AWS::AccountId}:certificate/a1b2"},
            {"Fn::Sub": "arn:aws:acm:${AWS::Region}:${AWS::AccountId}:certificate/a1b2"},
            GIVEN,
        ],
    )
    def test_one_of_us_east_1_or_given_is_accepted(self, arn):
        assert_holds(distribution.certificate, self.certified(arn))


class TestOriginNamed:
    def test_an_origin_that_is_not_there_is_refused(self):
        [one] = violations(
            distribution.origin_named, faulted(f"{BEHAVIOR}/TargetOriginId", "apis", EDGE)
        )

        assert one.resource == DISTRIBUTION
        assert one.sentence.startswith("it has no origin 'apis'; there is ")

    def test_a_further_behavior_is_read_too(self):
        further = [{"PathPattern": "/static/*", "TargetOriginId": "site"}]

        assert violations(
            distribution.origin_named, faulted(f"{CONFIG}/CacheBehaviors", further, EDGE)
        )

    def test_a_group_of_origins_may_be_named(self):
        groups = {"Quantity": 1, "Items": [{"Id": "both"}]}
        changed = faulted(f"{BEHAVIOR}/TargetOriginId", "both", EDGE)

        assert_holds(distribution.origin_named, faulted(f"{CONFIG}/OriginGroups", groups, changed))

    @pytest.mark.parametrize("place", [f"{BEHAVIOR}/TargetOriginId", f"{ORIGIN}/Id"])
    def test_what_only_deployment_knows_is_left_alone(self, place):
        assert_holds(distribution.origin_named, faulted(place, GIVEN, EDGE))
