"""The form of web ACLs: what WAF refuses of logs, IP sets and priorities."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, resource, template, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import web_acl_form
from rdsproxy_templates.variants import edge, edge_waf

EDGE = unpackaged(edge, edge.Config()).flat()[0]
WAF = unpackaged(edge_waf, edge_waf.Config()).flat()[0]
ACL, LOG = "WebACLStackWebACL", "WebACLStackWebACLLogGroup"


@pytest.mark.parametrize(
    "rule",
    [web_acl_form.log, web_acl_form.addresses, web_acl_form.priorities],
    ids=lambda rule: rule.id,
)
@pytest.mark.parametrize("made", [EDGE, WAF], ids=["edge", "edge_waf"])
def test_our_web_acls_are_accepted(rule, made):
    assert_holds(rule, made)


class TestLog:
    @pytest.mark.parametrize("name", ["/waf/site", {"Fn::Sub": "waf-${AWS::StackName}"}, None])
    def test_a_log_of_another_name_is_refused(self, name):
        place = f"{LOG}/LogGroupName"
        changed = without(place, WAF) if name is None else faulted(place, name, WAF)

        [one] = violations(web_acl_form.log, changed)

        assert one.resource == "WebACLStackWebACLLogging"
        assert one.sentence == f"the name of {LOG} does not begin with aws-waf-logs-"

    @pytest.mark.parametrize("name", ["aws-waf-logs-site", GIVEN, {"Fn::Sub": "${Given}-site"}])
    def test_a_name_that_may_begin_so_is_accepted(self, name):
        assert_holds(web_acl_form.log, faulted(f"{LOG}/LogGroupName", name, WAF))


class TestAddresses:
    def ip_set(self, version, *ranges):
        return template(
            Set=resource("WAFv2::IPSet", IPAddressVersion=version, Addresses=list(ranges))
        )

    @pytest.mark.parametrize(
        ("version", "text"), [("IPV4", "2001:db8::/32"), ("IPV6", "10.0.0.0/8")]
    )
    def test_a_range_of_the_other_version_is_refused(self, version, text):
        [one] = violations(web_acl_form.addresses, self.ip_set(version, text))

        assert one.sentence == f"{text} is no range of {version}"

    def test_all_addresses_are_two_halves(self):
        [one] = violations(web_acl_form.addresses, self.ip_set("IPV4", "0.0.0.0/0"))

        assert one.sentence == "WAF takes no 0.0.0.0/0"
        assert_holds(web_acl_form.addresses, self.ip_set("IPV4", "0.0.0.0/1", "128.0.0.0/1"))

    @pytest.mark.parametrize("given", [("IPV4", GIVEN), (GIVEN, "10.0.0.0/8")])
    def test_what_is_given_is_left_alone(self, given):
        assert_holds(web_acl_form.addresses, self.ip_set(*given))


class TestPriorities:
    def test_two_rules_of_one_priority_are_refused(self):
        [one] = violations(web_acl_form.priorities, faulted(f"{ACL}/Rules/1/Priority", "0", WAF))

        assert one.resource == ACL
        assert one.sentence == "two of its rules have one priority"

    def test_a_priority_that_is_given_is_left_alone(self):
        assert_holds(web_acl_form.priorities, faulted(f"{ACL}/Rules/1/Priority", GIVEN, WAF))
