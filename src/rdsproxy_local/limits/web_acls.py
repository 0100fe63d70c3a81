"""WAF: rules of web ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check
from .managed_rule_groups import managed_group_problems
from .web_acl_statements import capacity_of, statement_problems

MOST_ADDRESSES: Final = 10_000
MOST_UNITS: Final = 5000
RESERVED_METRICS: Final = ("All", "Default_Action")
RESERVED_LABELS: Final = frozenset(
    {
        *("aws", "awswaf", "ipset", "managed", "regexpatternset", "rulegroup", "waf"),
        "webacl",
    }
)
"""https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-label-requirements.html"""
LEAST_IMMUNE: Final = 300
SUFFIXES: Final = ("ac.uk", "co.jp", "co.nz", "co.uk", "com.au", "com.br", "gov.au", "org.uk")
"""Public suffixes of more than one part, the usual ones."""
GROUPS: Final = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
MANAGED: Final = frozenset(
    f"AWSManagedRules{name}"
    for name in (
        "ACFPRuleSet",
        "AISecurityRuleSet",
        "ATPRuleSet",
        "AdminProtectionRuleSet",
        "AmazonIpReputationList",
        "AnonymousIpList",
        "AntiDDoSRuleSet",
        "BotControlRuleSet",
        "CommonRuleSet",
        "KnownBadInputsRuleSet",
        "LinuxRuleSet",
        "PHPRuleSet",
        "SQLiRuleSet",
        "UnixRuleSet",
        "WindowsRuleSet",
        "WordPressRuleSet",
    )
)


def _rules(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    rules = given.get("Rules", [])
    if len(given.get("DefaultAction", {})) != 1:
        yield _invalid("used none or multiple values for a field that requires exactly one value")
    for what in ("Name", "Priority"):
        values = [rule[what] for rule in rules]
        if len(set(values)) < len(values):
            yield _invalid(f"used the same {what} for two rules")
    bodies = given.get("CustomResponseBodies", {})
    yield from _response(given.get("DefaultAction", {}), bodies)
    yield from _metric(given.get("VisibilityConfig", {}))
    for rule in rules:
        yield from _rule(rule)
        yield from _response(rule.get("Action", {}), bodies)
        yield from _metric(rule.get("VisibilityConfig", {}))
    yield from _immunity(given)
    capacity = sum(capacity_of(rule.get("Statement", {})) for rule in rules)
    if capacity > MOST_UNITS:
        yield (
            "WAFLimitsExceededException: AWS WAF couldn't perform the operation because you "
            f"exceeded your resource limit: {capacity} of {MOST_UNITS} capacity units"
        )


def _response(action: Mapping[str, Any], bodies: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a response whose body the web ACL does not have."""
    for kind in ("Allow", "Captcha", "Challenge", "Count"):
        handling = action.get(kind, {}).get("CustomRequestHandling", {})
        inserted = [one.get("Name", "").lower() for one in handling.get("InsertHeaders", ())]
        if len(set(inserted)) < len(inserted):
            yield _invalid("inserted the same header twice")
    response = action.get("Block", {}).get("CustomResponse", {})
    headers = [header.get("Name", "").lower() for header in response.get("ResponseHeaders", ())]
    if len(set(headers)) < len(headers):
        yield _invalid("used the same header twice in a custom response")
    # https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html
    if "content-type" in headers:
        yield _invalid("used the header content-type in a custom response")
    body = response.get("CustomResponseBodyKey")
    if body is not None and body not in bodies:
        yield _invalid(f"used a custom response body that doesn't exist, {body}")


def _metric(visibility: Mapping[str, Any]) -> Iterator[str]:
    if visibility.get("MetricName") in RESERVED_METRICS:
        yield _invalid(f"used a reserved metric name, {visibility['MetricName']}")


def _rule(rule: Mapping[str, Any]) -> Iterator[str]:
    statement = rule.get("Statement", {})
    needed, other = ("Action", "OverrideAction")
    if set(statement) & set(GROUPS):
        needed, other = other, needed
    if len(rule.get(needed, {})) != 1 or other in rule:
        yield _invalid(f"used none or multiple values for the action of the rule {rule['Name']}")
    if len(statement) != 1:
        yield _invalid(f"used none or multiple values for the statement of the rule {rule['Name']}")
    yield from statement_problems(statement)
    for label in rule.get("RuleLabels", ()):
        if reserved := sorted(set(label.get("Name", "").split(":")) & RESERVED_LABELS):
            yield _invalid(f"used the reserved word {reserved[0]} in the label {label['Name']}")
    yield from _immunity(rule)
    group = statement.get("ManagedRuleGroupStatement", {})
    yield from managed_group_problems(group)
    if group.get("VendorName", "AWS").upper() == "AWS" != group.get("VendorName", "AWS"):
        yield f"AWS WAF couldn't perform the operation because {group['VendorName']} doesn't exist."
    if group.get("VendorName") == "AWS" and group.get("Name") not in MANAGED:
        yield f"AWS WAF couldn't perform the operation because {group.get('Name')} doesn't exist."


def _immunity(given: Mapping[str, Any]) -> Iterator[str]:
    # ImmunityTimeProperty, ImmunityTime in botocore's model.
    immune = given.get("ChallengeConfig", {}).get("ImmunityTimeProperty", {})
    if immune.get("ImmunityTime", LEAST_IMMUNE) < LEAST_IMMUNE:
        yield _invalid(f"used an immunity time of less than {LEAST_IMMUNE} for a challenge")


def _domains(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    # CreateWebACL, TokenDomains in botocore's model: public suffixes aren't allowed.
    for domain in given.get("TokenDomains", ()):
        if "." not in domain or domain in SUFFIXES:
            yield _invalid(f"used a public suffix as a token domain, {domain}")


def _logging(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if len(given.get("LogDestinationConfigs", ())) > 1:
        yield _invalid("used more than one logging destination")


def _invalid(what: str) -> str:
    return f"Error reason: You have {what}."


def _addresses(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if len(given.get("Addresses", ())) > MOST_ADDRESSES:
        yield f"WAFLimitsExceededException: an IP set has at most {MOST_ADDRESSES} addresses"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::WAFv2::IPSet": (_addresses,),
    "AWS::WAFv2::LoggingConfiguration": (_logging,),
    "AWS::WAFv2::WebACL": (_rules, _domains),
}
