"""Web ACLs of a region, in front of a stage: they admit requests by one header.

A rule says Allow or Block to the requests that show a header with exactly one value; the first
that fits decides, and the default action where none does. Any other rule is not understood.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.wafv2.models import wafv2_backends

from ..servers.http_event import Request
from .not_understood import NotUnderstood, require_known
from .web_acls import RULE, allows

STATEMENT: Final = frozenset({"ByteMatchStatement"})
MATCH: Final = frozenset(
    {"FieldToMatch", "PositionalConstraint", "SearchString", "TextTransformations"}
)
FIELD: Final = frozenset({"SingleHeader"})
AS_IT_IS: Final = [{"Priority": 0, "Type": "NONE"}]
LONGEST: Final = 200
"""Bytes of a SearchString: ``ByteMatchStatement`` of WAF's API."""


@dataclass(frozen=True)
class Rule:
    """The action on requests that show a value in a header."""

    header: str
    allows: bool
    value: str = field(repr=False)
    """A secret, which no failing test may print."""

    def fits(self, request: Request) -> bool:
        """True if *request* shows the value."""
        return (self.header, self.value) in [
            (name.lower(), value) for name, value in request.headers
        ]


def admits(arn: str | None, request: Request) -> bool:
    """True if the web ACL *arn* admits *request* at this moment, or if *arn* is None."""
    if arn is None:
        return True
    account, region = arn.split(":")[4], arn.split(":")[3]
    acl = wafv2_backends[account][region].wacls[arn]
    rules, default = decided([rule.to_dict() for rule in acl.rules], acl.default_action)
    return next((rule.allows for rule in rules if rule.fits(request)), default)


def decided(
    rules: Iterable[Mapping[str, Any]], default_action: Mapping[str, Any]
) -> tuple[list[Rule], bool]:
    """The rules in their order and the default, or :class:`NotUnderstood`."""
    in_order = sorted(rules, key=lambda rule: int(rule["Priority"]))
    return [_rule(rule) for rule in in_order], allows(default_action)


def _rule(rule: Mapping[str, Any]) -> Rule:
    require_known("a rule", rule, RULE)
    require_known("a rule", rule["Statement"], STATEMENT)
    match = rule["Statement"]["ByteMatchStatement"]
    require_known("a string match", match, MATCH)
    require_known("a string match", match["FieldToMatch"], FIELD)
    if match["PositionalConstraint"] != "EXACTLY" or match["TextTransformations"] != AS_IT_IS:
        raise NotUnderstood("the local cloud matches strings exactly, as they are")
    # The API's own encoding of bytes; the value is a secret, and in no message.
    wanted = base64.b64decode(match["SearchString"])
    if not 0 < len(wanted) <= LONGEST:
        raise NotUnderstood(f"a SearchString has 1 to {LONGEST} bytes")
    header = match["FieldToMatch"]["SingleHeader"]["Name"].lower()
    return Rule(header, allows(rule.get("Action") or {}), wanted.decode())
