"""CloudFront in front of an API: stages and caches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import GIVEN, assert_holds, faulted, ref, resource, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import edge as rules
from rdsproxy_templates.variants import edge

EDGE = unpackaged(edge, edge.Config()).flat()[0]
DISTRIBUTION, API = "DistributionStackDistribution", "SAMStackRestApi"
CONFIG = f"{DISTRIBUTION}/DistributionConfig"
ORIGIN, BEHAVIOR = f"{CONFIG}/Origins/0", f"{CONFIG}/DefaultCacheBehavior"
ARN = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${SAMStackRestApi}/stages/"


@pytest.mark.parametrize(
    "rule",
    [rules.stage, rules.cache],
    ids=lambda rule: rule.id,
)
def test_our_edge_is_accepted(rule):
    assert_holds(rule, EDGE)


class TestStage:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{ORIGIN}/OriginPath", "/prod"),
            ("SAMStackUsagePlan/ApiStages/0/Stage", "prod"),
            ("SAMStackOriginWebACLAssociation/ResourceArn", {"Fn::Sub": f"{ARN}prod"}),
        ],
        ids=["the origin's path", "a usage plan", "a web ACL"],
    )
    def test_a_stage_that_is_not_there_is_refused(self, path, value):
        [one] = violations(rules.stage, faulted(path, value, EDGE))

        assert one.resource == path.partition("/")[0]
        assert one.sentence == f"{API} has no stage 'prod'"
        assert one.remedy == "Name one of its stages: v1"

    @pytest.mark.parametrize("path", [None, "", "/"])
    def test_a_rest_api_is_called_by_a_stage(self, path):
        changed = (
            without(f"{ORIGIN}/OriginPath", EDGE)
            if path is None
            else faulted(f"{ORIGIN}/OriginPath", path, EDGE)
        )

        [one] = violations(rules.stage, changed)

        assert one.sentence == f"it names no stage of {API}"

    def test_an_address_in_an_output_names_one_too(self):
        text = "https://${SAMStackRestApi}.execute-api.${AWS::Region}.amazonaws.com/prod/users"
        changed = replace(EDGE, outputs={"Url": {"Value": {"Fn::Sub": text}}})

        [one] = violations(rules.stage, changed)

        assert one.resource == API
        assert one.sentence == f"{API} has no stage 'prod'"

    def test_a_mapping_of_a_domain_names_one_too(self):
        mapping = resource("ApiGateway::BasePathMapping", RestApiId=ref(API), Stage="prod")

        [one] = violations(rules.stage, faulted("Mapping", mapping, EDGE))

        assert one.resource == "Mapping"

    def test_a_stage_may_be_a_resource(self):
        stage = resource("ApiGateway::Stage", RestApiId=ref(API), StageName="prod")
        changed = faulted(f"{ORIGIN}/OriginPath", "/prod", EDGE)

        assert_holds(rules.stage, faulted("Stage", stage, changed))

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{API}/StageName", GIVEN),
            (f"{ORIGIN}/OriginPath", {"Fn::Sub": "/${Given}"}),
            (f"{ORIGIN}/OriginPath", "/v1/users"),
            (f"{ORIGIN}/DomainName", "example.com"),
            ("Stage", resource("ApiGateway::Stage", RestApiId=GIVEN, StageName="prod")),
        ],
    )
    def test_what_is_given_or_leads_elsewhere_is_accepted(self, path, value):
        changed = faulted(path, value, EDGE)

        assert_holds(rules.stage, changed)


class TestCache:
    @pytest.mark.parametrize(
        "policy", ["658327ea-f89d-4fab-a63d-7e88639e58f6", "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"]
    )
    def test_a_managed_policy_that_keeps_answers_is_refused(self, policy):
        [one] = violations(rules.cache, faulted(f"{BEHAVIOR}/CachePolicyId", policy, EDGE))

        assert one.resource == DISTRIBUTION
        assert one.sentence.startswith(f"it keeps answers of {API}, by the policy CachingOptimized")

    def own(self, **config):
        policy = resource("CloudFront::CachePolicy", CachePolicyConfig=config)
        return faulted(f"{BEHAVIOR}/CachePolicyId", ref("Own"), faulted("Own", policy, EDGE))

    def test_so_is_one_of_ones_own(self):
        [one] = violations(rules.cache, self.own(DefaultTTL=60))

        assert one.sentence == f"it keeps answers of {API}, 60 seconds by Own"

    def test_one_that_tells_callers_apart_is_accepted(self):
        headers = {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}
        keys = {"HeadersConfig": headers}

        assert_holds(
            rules.cache, self.own(DefaultTTL=60, ParametersInCacheKeyAndForwardedToOrigin=keys)
        )
        assert_holds(rules.cache, self.own(DefaultTTL=0))

    @pytest.mark.parametrize(("ttl", "seconds"), [({}, 86400), ({"DefaultTTL": 300}, 300)])
    def test_the_older_settings_keep_a_day_by_default(self, ttl, seconds):
        behavior = {"TargetOriginId": "API", "ForwardedValues": {"QueryString": True}, **ttl}

        [one] = violations(rules.cache, faulted(BEHAVIOR, behavior, EDGE))

        assert one.sentence == f"it keeps answers of {API}, {seconds} seconds by default"

    def test_a_behavior_for_a_path_is_judged_too(self):
        path = {"TargetOriginId": "API", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}

        [one] = violations(rules.cache, faulted(f"{CONFIG}/CacheBehaviors", [path], EDGE))

        assert one.resource == DISTRIBUTION

    def test_a_behavior_of_another_origin_is_not(self):
        path = {"TargetOriginId": "Site", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}

        assert_holds(rules.cache, faulted(f"{CONFIG}/CacheBehaviors", [path], EDGE))

    @pytest.mark.parametrize("settings", [None, [{"CachingEnabled": True}]])
    def test_the_cache_of_a_stage_is_refused(self, settings):
        changed = faulted(f"{API}/CacheClusterEnabled", True, EDGE)
        changed = faulted(f"{API}/MethodSettings", settings, changed) if settings else changed

        [one] = violations(rules.cache, changed)

        assert one.resource == API

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("MethodSettings", [{"CachingEnabled": False}]),
            ("DefinitionBody", GIVEN),
            ("CacheClusterEnabled", GIVEN),
        ],
    )
    def test_a_cache_for_which_methods_say_more_is_accepted(self, key, value):
        changed = faulted(f"{API}/CacheClusterEnabled", True, EDGE)

        assert_holds(rules.cache, faulted(f"{API}/{key}", value, changed))

    @pytest.mark.parametrize("policy", [GIVEN, "83da9c7e-98b4-4e11-a168-04f0df8e2c65"])
    def test_a_policy_that_is_given_or_obeys_the_origin_is_accepted(self, policy):
        assert_holds(rules.cache, faulted(f"{BEHAVIOR}/CachePolicyId", policy, EDGE))
