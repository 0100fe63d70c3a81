"""API keys: who demands one, who shows it, and what it opens."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, resource, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import api_key
from rdsproxy_templates.variants import edge

EDGE = unpackaged(edge, edge.Config()).flat()[0]
DISTRIBUTION, API = "DistributionStackDistribution", "SAMStackRestApi"
KEY, PLAN, PLAN_KEY = "SAMStackAPIKey", "SAMStackUsagePlan", "SAMStackUsagePlanKey"
HEADERS = f"{DISTRIBUTION}/DistributionConfig/Origins/0/OriginCustomHeaders"
OTHER = "{{resolve:secretsmanager:${APIKeyStackOriginSecret}:SecretString:key}}"


@pytest.mark.parametrize(
    "rule", [api_key.key_shown, api_key.usage_plan, api_key.secret_key], ids=lambda rule: rule.id
)
def test_our_key_is_accepted(rule):
    assert_holds(rule, EDGE)


class TestKeyShown:
    @pytest.mark.parametrize("place", [f"{KEY}/Value", f"{HEADERS}/0/HeaderValue"])
    def test_a_key_of_another_secret_is_refused(self, place):
        [one] = violations(api_key.key_shown, faulted(place, {"Fn::Sub": OTHER}, EDGE))

        assert one.resource == DISTRIBUTION
        assert one.sentence == f"it sends {API} another key than the one that is created here"

    def test_a_key_that_is_not_shown_is_refused(self):
        [one] = violations(api_key.key_shown, without(f"{HEADERS}/0", EDGE))

        assert one.sentence == f"it sends {API} no key, which is in a secret"

    def test_a_key_that_viewers_have_is_shown_by_them(self):
        known = faulted(f"{KEY}/Value", GIVEN, EDGE)

        assert_holds(api_key.key_shown, without(f"{HEADERS}/0", known))

    def test_a_key_that_api_gateway_makes_is_too(self):
        assert_holds(api_key.key_shown, without(f"{HEADERS}/0", without(f"{KEY}/Value", EDGE)))

    @pytest.mark.parametrize("place", [f"{KEY}/Value", f"{HEADERS}/0/HeaderValue"])
    def test_a_key_that_is_given_may_be_the_one(self, place):
        assert_holds(api_key.key_shown, faulted(place, GIVEN, EDGE))

    def test_an_api_that_demands_none_needs_none(self):
        assert_holds(api_key.key_shown, without(f"{HEADERS}/0", faulted(f"{API}/Auth", {}, EDGE)))


class TestUsagePlan:
    @pytest.mark.parametrize("stages", [None, []])
    def test_a_plan_without_a_stage_is_refused(self, stages):
        changed = (
            without(f"{PLAN}/ApiStages", EDGE)
            if stages is None
            else faulted(f"{PLAN}/ApiStages", stages, EDGE)
        )

        plan, api = violations(api_key.usage_plan, changed)

        assert (plan.resource, plan.property) == (PLAN, "ApiStages")
        assert api.resource == API

    def test_a_key_without_a_plan_is_refused(self):
        [one] = violations(api_key.usage_plan, without(PLAN_KEY, EDGE))

        assert one.resource == KEY
        assert one.sentence == "it is in no usage plan, so it opens nothing"

    def test_a_key_that_is_not_enabled_is_refused(self):
        [one] = violations(api_key.usage_plan, faulted(f"{KEY}/Enabled", False, EDGE))

        assert one.sentence == "it is not enabled, so it opens nothing"

    @pytest.mark.parametrize("key", [GIVEN, "a1b2c3"])
    def test_a_plan_with_a_key_that_is_given_may_have_this_one(self, key):
        assert_holds(api_key.usage_plan, faulted(f"{PLAN_KEY}/KeyId", key, EDGE))

    def test_a_plan_for_an_api_that_demands_no_key_is_refused(self):
        [one] = violations(api_key.usage_plan, faulted(f"{API}/Auth", {}, EDGE))

        assert one.resource == API
        assert one.sentence == f"it demands no API key, so the plan {PLAN} limits nobody"

    def test_a_single_route_may_demand_it(self):
        event = "SAMStackUserNamesFunction/Events/Root/Properties/Auth"
        open_api = faulted(f"{API}/Auth", {}, EDGE)

        assert_holds(api_key.usage_plan, faulted(event, {"ApiKeyRequired": True}, open_api))

    def test_a_definition_of_ones_own_may_demand_it(self):
        open_api = faulted(f"{API}/Auth", {}, EDGE)

        assert_holds(api_key.usage_plan, faulted(f"{API}/DefinitionUri", "api.yaml", open_api))

    def test_a_plan_of_sams_own_is_accepted(self):
        auth = {"ApiKeyRequired": True, "UsagePlan": {"CreateUsagePlan": "PER_API"}}
        alone = without(PLAN_KEY, without(PLAN, without(KEY, EDGE)))

        assert_holds(api_key.usage_plan, faulted(f"{API}/Auth", auth, alone))

    def test_a_stage_that_is_given_may_be_that_of_the_api(self):
        assert_holds(api_key.usage_plan, faulted(f"{PLAN}/ApiStages/0/ApiId", GIVEN, EDGE))


class TestSecretKey:
    SECRET = "APIKeyStackAPIKeySecret"  # noqa: S105 - a resource

    def reading(self, key):
        text = f"{{{{resolve:secretsmanager:${{{self.SECRET}}}:SecretString:{key}}}}}"
        return faulted(f"{KEY}/Value", {"Fn::Sub": text}, EDGE)

    def test_a_key_that_the_secret_has_not_is_refused(self):
        [one] = violations(api_key.secret_key, self.reading("value"))

        assert one.resource == KEY
        assert one.sentence == f"it reads 'value' of {self.SECRET}, which holds key"

    def test_a_secret_with_a_content_of_its_own_is_left_alone(self):
        plain = {**resource("SecretsManager::Secret", SecretString=GIVEN)}

        assert_holds(api_key.secret_key, faulted(self.SECRET, plain, self.reading("value")))

    def test_an_attachment_adds_only_the_keys_that_are_documented(self):
        attachment = resource(
            "SecretsManager::SecretTargetAttachment", SecretId={"Ref": self.SECRET}
        )

        [one] = violations(
            api_key.secret_key, faulted("Attached", attachment, self.reading("hostname"))
        )

        assert one.sentence.startswith(f"it reads 'hostname' of {self.SECRET}, which holds ")

    def test_an_attachment_adds_keys(self):
        """The database's host and port, among others."""
        attachment = resource(
            "SecretsManager::SecretTargetAttachment", SecretId={"Ref": self.SECRET}
        )

        assert_holds(api_key.secret_key, faulted("Attached", attachment, self.reading("host")))
