"""Statements of WAF's rules: what they must have, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

NESTED: Final = ("AndStatement", "OrStatement")
LEAST_NESTED: Final = 2
OUTERMOST: Final = (
    "ManagedRuleGroupStatement",
    "RateBasedStatement",
    "RuleGroupReferenceStatement",
)
"""Statements that no other holds."""
LONGEST_SEARCH: Final = 200
# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
MOST_TRANSFORMATIONS: Final = 10
NEEDED: Final = {
    "CONSTANT": "ScopeDownStatement",
    "CUSTOM_KEYS": "CustomKeys",
    "FORWARDED_IP": "ForwardedIPConfig",
}
"""The properties that kinds of keys of rate-based statements need."""
TRANSFORMATIONS: Final = frozenset(
    {
        *("BASE64_DECODE", "BASE64_DECODE_EXT", "CMD_LINE", "COMPRESS_WHITE_SPACE", "CSS_DECODE"),
        *("ESCAPE_SEQ_DECODE", "HEX_DECODE", "HTML_ENTITY_DECODE", "JS_DECODE", "LOWERCASE"),
        *("MD5", "NONE", "NORMALIZE_PATH", "NORMALIZE_PATH_WIN", "REMOVE_NULLS"),
        *("REPLACE_COMMENTS", "REPLACE_NULLS", "SQL_HEX_DECODE", "URL_DECODE", "URL_DECODE_UNI"),
        "UTF8_TO_UNICODE",
    }
)

# https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
UNITS: Final[Mapping[str, int]] = {
    "AsnMatchStatement": 1,
    "ByteMatchStatement": 10,
    "GeoMatchStatement": 1,
    "IPSetReferenceStatement": 1,
    "LabelMatchStatement": 1,
    "RateBasedStatement": 2,
    "RegexMatchStatement": 3,
    "RegexPatternSetReferenceStatement": 25,
    "SizeConstraintStatement": 1,
    "SqliMatchStatement": 20,
    "XssMatchStatement": 40,
}
EXACT: Final = ("EXACTLY", "STARTS_WITH", "ENDS_WITH")
UNITS_EXACT: Final = 2
UNITS_TRANSFORMATION: Final = 10

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
UNITS_MANAGED: Final[Mapping[str, int]] = {
    "ACFPRuleSet": 50,
    "ATPRuleSet": 50,
    "AdminProtectionRuleSet": 100,
    "AmazonIpReputationList": 25,
    "AnonymousIpList": 50,
    "AntiDDoSRuleSet": 50,
    "BotControlRuleSet": 50,
    "CommonRuleSet": 700,
    "KnownBadInputsRuleSet": 200,
    "LinuxRuleSet": 200,
    "PHPRuleSet": 100,
    "SQLiRuleSet": 200,
    "UnixRuleSet": 100,
    "WindowsRuleSet": 200,
    "WordPressRuleSet": 100,
}


def statement_problems(statement: Mapping[str, Any], *, inner: bool = False) -> Iterator[str]:
    """A sentence for each part that WAF would not take, of inner statements, too."""
    if inner and len(statement) != 1:
        yield _invalid("used none or multiple values for an inner statement")
    for kind, parts in statement.items():
        if not isinstance(parts, Mapping):
            continue
        if inner and kind in OUTERMOST:
            yield _invalid(f"nested a {kind}, which can only be at the top level of a rule")
        if kind in NESTED and len(parts.get("Statements", ())) < LEAST_NESTED:
            yield _invalid(f"used fewer than {LEAST_NESTED} statements in an {kind}")
        yield from _own(kind, parts)
        for nested in _inner(parts):
            yield from statement_problems(nested, inner=True)


def _inner(parts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from parts.get("Statements", ())
    if "Statement" in parts:
        yield parts["Statement"]
    if "ScopeDownStatement" in parts:
        yield parts["ScopeDownStatement"]


def _own(kind: str, parts: Mapping[str, Any]) -> Iterator[str]:
    if len(str(parts.get("SearchString", "")).encode()) > LONGEST_SEARCH:
        yield _invalid(f"used a search string of more than {LONGEST_SEARCH} bytes")
    if {"SearchString", "SearchStringBase64"} <= set(parts):
        yield _invalid("used multiple values for the search string")
    if len(parts.get("FieldToMatch", {"one": 1})) != 1:
        yield _invalid(f"used none or multiple values for the field to match of a {kind}")
    if kind == "RegexMatchStatement" and not _is_regex(str(parts.get("RegexString", ""))):
        yield _invalid("used a regular expression that is not valid")
    needed = NEEDED.get(parts.get("AggregateKeyType", ""))
    if kind == "RateBasedStatement" and needed is not None and not parts.get(needed):
        yield _invalid(f"used AggregateKeyType {parts['AggregateKeyType']} without {needed}")
    yield from _exactly_one(parts.get("FieldToMatch", {}))
    keys = parts.get("CustomKeys", [])
    if len(keys) == 1 and set(keys[0]) & {"ForwardedIP", "IP"}:
        yield _invalid("used an IP address as the only custom key of a rate-based statement")
    transformations = parts.get("TextTransformations", [])
    if len(transformations) > MOST_TRANSFORMATIONS:
        yield _invalid(f"used more than {MOST_TRANSFORMATIONS} text transformations")
    priorities = [one.get("Priority") for one in transformations]
    if len(set(priorities)) < len(priorities):
        yield _invalid("used the same Priority for two text transformations")
    for one in transformations:
        if one.get("Type") not in TRANSFORMATIONS:
            yield _invalid(f"used an unknown text transformation, {one.get('Type')}")


def _exactly_one(field: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a field of which all parts are inspected, and some only."""
    for name, one in field.items():
        pattern = one.get("MatchPattern") if isinstance(one, Mapping) else None
        if pattern is not None and len(pattern) != 1:
            yield _invalid(f"used none or multiple values for the match pattern of {name}")


def _is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def capacity_of(statement: Mapping[str, Any]) -> int:
    """The least capacity units that a statement costs; 0 for groups of others."""
    units = 0
    for kind, parts in statement.items():
        if not isinstance(parts, Mapping):
            continue
        own = UNITS.get(kind, 0)
        if kind == "ByteMatchStatement" and parts.get("PositionalConstraint") in EXACT:
            own = UNITS_EXACT
        if kind == "ManagedRuleGroupStatement" and parts.get("VendorName") == "AWS":
            own = UNITS_MANAGED.get(parts.get("Name", "").removeprefix("AWSManagedRules"), 0)
        paid = {one.get("Type") for one in parts.get("TextTransformations", ())} - {"NONE"}
        units += own + UNITS_TRANSFORMATION * len(paid)
        units += sum(capacity_of(inner) for inner in _inner(parts))
    return units


def _invalid(what: str) -> str:
    return f"Error reason: You have {what}."
