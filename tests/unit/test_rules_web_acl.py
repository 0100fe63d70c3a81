"""Web ACLs: what they guard, in which scope, and whether they refuse anybody."""

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
    without,
)

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.validators.rules import web_acl
from rdsproxy_templates.variants import edge, edge_waf

EDGE = unpackaged(edge, edge.Config()).flat()[0]
WAF = unpackaged(edge_waf, edge_waf.Config()).flat()[0]
DISTRIBUTION, API = "DistributionStackDistribution", "SAMStackRestApi"
ACL, ASSOCIATION = "SAMStackOriginWebACL", "SAMStackOriginWebACLAssociation"
GLOBAL_ACL, IP_SET = "WebACLStackWebACL", "WebACLStackAllowedIPV4"
ACL_OF = f"{DISTRIBUTION}/DistributionConfig/WebACLId"
HEADERS = f"{DISTRIBUTION}/DistributionConfig/Origins/0/OriginCustomHeaders"
STATEMENT = f"{ACL}/Rules/0/Statement/ByteMatchStatement"


@pytest.mark.parametrize(
    "rule",
    [
        web_acl.guarded,
        web_acl.scope,
        web_acl.refuses_somebody,
        web_acl.region,
        web_acl.origin_header,
    ],
    ids=lambda rule: rule.id,
)
@pytest.mark.parametrize("made", [EDGE, WAF], ids=["edge", "edge_waf"])
def test_our_web_acls_are_accepted(rule, made):
    assert_holds(rule, made)


class TestGuarded:
    def test_a_distribution_without_a_web_acl_is_an_opinion(self):
        [one] = violations(web_acl.guarded, without(ACL_OF, EDGE))

        assert web_acl.guarded.level == "opinion"
        assert one.resource == DISTRIBUTION
        assert one.sentence == "it has no web ACL"

    def test_so_is_an_api_that_is_called_around_it(self):
        [one] = violations(web_acl.guarded, without(ASSOCIATION, EDGE))

        assert one.resource == API
        assert (
            one.sentence == f"whoever knows its address gets around the web ACL of {DISTRIBUTION}"
        )

    def test_a_resource_policy_may_keep_them_out(self):
        policy = faulted(f"{API}/Auth/ResourcePolicy", {"CustomStatements": []}, EDGE)

        assert_holds(web_acl.guarded, without(ASSOCIATION, policy))

    def test_an_api_of_another_stack_is_left_alone(self):
        host = f"{DISTRIBUTION}/DistributionConfig/Origins/0/DomainName"

        assert_holds(web_acl.guarded, without(ASSOCIATION, faulted(host, GIVEN, EDGE)))


class TestScope:
    def test_a_regional_web_acl_on_a_distribution_is_refused(self):
        [one] = violations(web_acl.scope, faulted(ACL_OF, get_att(ACL, "Arn"), EDGE))

        assert one.resource == DISTRIBUTION
        assert one.sentence == f"{ACL} has the scope REGIONAL, and CLOUDFRONT is needed"

    def test_a_global_web_acl_on_a_stage_is_refused(self):
        [one] = violations(web_acl.scope, faulted(f"{ACL}/Scope", "CLOUDFRONT", EDGE))

        assert one.resource == ASSOCIATION

    @pytest.mark.parametrize("changed", [GLOBAL_ACL, IP_SET])
    def test_a_web_acl_with_a_set_of_the_other_scope_is_refused(self, changed):
        found = violations(web_acl.scope, faulted(f"{changed}/Scope", "REGIONAL", WAF))

        assert {one.resource for one in found} == {GLOBAL_ACL}

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/site/a1b2",
            {"Fn::Sub": "${Given}"},
        ],
    )
    def test_an_arn_tells_its_scope(self, arn):
        found = violations(web_acl.scope, faulted(ACL_OF, arn, EDGE))

        assert len(found) == (1 if isinstance(arn, str) else 0)

    def test_a_web_acl_is_named_by_its_arn(self):
        own = faulted("Own", resource("WAFv2::WebACL", Scope="CLOUDFRONT"), EDGE)

        [one] = violations(web_acl.scope, faulted(ACL_OF, ref("Own"), own))

        assert one.sentence == "it names Own, and not its ARN"
        assert_holds(web_acl.scope, faulted(ACL_OF, get_att("Own", "Arn"), own))

    @pytest.mark.parametrize("value", [GIVEN, {"Fn::ImportValue": "acl"}])
    def test_what_is_given_is_left_alone(self, value):
        assert_holds(web_acl.scope, faulted(f"{ACL}/Scope", value, EDGE))
        assert_holds(web_acl.scope, faulted(ACL_OF, value, EDGE))


class TestRefusesSomebody:
    ALLOW = f"{GLOBAL_ACL}/DefaultAction"

    def test_a_web_acl_that_only_allows_is_refused(self):
        [one] = violations(web_acl.refuses_somebody, faulted(self.ALLOW, {"Allow": {}}, WAF))

        assert one.resource == GLOBAL_ACL
        assert one.sentence == "it allows by default, and none of its rules blocks anything"

    @pytest.mark.parametrize(
        "rule",
        [
            {"Action": {"Block": {}}},
            {"Action": {"Challenge": {}}},
            {"OverrideAction": {"None": {}}},
            GIVEN,
        ],
        ids=["blocks", "challenges", "a managed group", "given"],
    )
    def test_one_rule_that_refuses_will_do(self, rule):
        allowing = faulted(self.ALLOW, {"Allow": {}}, WAF)

        assert_holds(web_acl.refuses_somebody, faulted(f"{GLOBAL_ACL}/Rules/2", rule, allowing))

    @pytest.mark.parametrize("rule", [{"Action": {"Count": {}}}, {"OverrideAction": {"Count": {}}}])
    def test_one_that_counts_will_not(self, rule):
        allowing = faulted(self.ALLOW, {"Allow": {}}, WAF)

        [one] = violations(
            web_acl.refuses_somebody, faulted(f"{GLOBAL_ACL}/Rules/2", rule, allowing)
        )

        assert one.resource == GLOBAL_ACL


class TestRegion:
    def test_a_global_web_acl_beside_a_network_is_an_opinion(self):
        acl = resource("WAFv2::WebACL", Scope="CLOUDFRONT")

        [one] = violations(web_acl.region, template(Acl=acl, Vpc=resource("EC2::VPC")))

        assert web_acl.region.level == "opinion"
        assert one.sentence == "it can only be created in us-east-1, and Vpc with it"

    @pytest.mark.parametrize("scope", ["REGIONAL", GIVEN])
    def test_any_other_is_accepted(self, scope):
        acl = resource("WAFv2::WebACL", Scope=scope)

        assert_holds(web_acl.region, template(Acl=acl, Vpc=resource("EC2::VPC")))

    def test_where_the_region_is_said_it_is_no_matter(self):
        acl = resource("WAFv2::WebACL", Scope="CLOUDFRONT")
        made = template(Acl=acl, Vpc=resource("EC2::VPC"))

        assert list(web_acl.region.judge(Graph(made, region="us-east-1"))) == []


class TestUsEast1:
    def test_a_global_web_acl_in_another_region_is_refused(self):
        found = list(web_acl.us_east_1.judge(Graph(WAF, region="eu-west-1")))

        assert {one.resource for one in found} == {GLOBAL_ACL, IP_SET, "WebACLStackAllowedIPV6"}
        assert found[0].sentence == "it has the scope CLOUDFRONT, and is created in eu-west-1"

    @pytest.mark.parametrize("region", ["us-east-1", None])
    def test_in_us_east_1_or_a_region_that_is_not_known_it_is_accepted(self, region):
        assert list(web_acl.us_east_1.judge(Graph(WAF, region=region))) == []

    def test_a_regional_one_is_accepted_anywhere(self):
        assert list(web_acl.us_east_1.judge(Graph(EDGE, region="eu-west-1"))) == []


class TestOriginHeader:
    def test_a_header_that_is_not_sent_is_refused(self):
        [one] = violations(web_acl.origin_header, without(f"{HEADERS}/1", EDGE))

        assert one.resource == DISTRIBUTION
        assert one.sentence == (
            f"it sends nothing in the header x-origin-verify, by which {ACL} admits requests"
        )

    def test_another_value_is_refused(self):
        [one] = violations(
            web_acl.origin_header, faulted(f"{HEADERS}/1/HeaderValue", "something", EDGE)
        )

        assert one.sentence.startswith("it sends another value in the header x-origin-verify")

    def test_another_header_is_refused(self):
        place = f"{STATEMENT}/FieldToMatch/SingleHeader/Name"

        [one] = violations(web_acl.origin_header, faulted(place, "x-other", EDGE))

        assert "nothing in the header x-other" in one.sentence

    def test_the_case_of_a_header_does_not_matter(self):
        changed = faulted(f"{HEADERS}/1/HeaderName", "X-Origin-Verify", EDGE)

        assert_holds(web_acl.origin_header, changed)

    def test_one_of_two_values_is_enough(self):
        """While a secret is changed, the old value is admitted, too."""
        old = EDGE.resources[ACL]["Properties"]["Rules"][0]
        statement = {"ByteMatchStatement": {
            **old["Statement"]["ByteMatchStatement"], "SearchString": "the old one",
        }}  # fmt: skip

        assert_holds(
            web_acl.origin_header,
            faulted(f"{ACL}/Rules/1", {**old, "Name": "Old", "Statement": statement}, EDGE),
        )

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{HEADERS}/1/HeaderValue", {"Fn::ImportValue": "value"}),
            (f"{STATEMENT}/SearchString", {"Fn::ImportValue": "value"}),
            (f"{ACL}/DefaultAction", {"Allow": {}}),
            (f"{ACL}/Rules/0/Statement", {"GeoMatchStatement": {"CountryCodes": ["DE"]}}),
        ],
    )
    def test_what_is_given_or_admitted_otherwise_is_left_alone(self, path, value):
        assert_holds(web_acl.origin_header, faulted(path, value, EDGE))
